"""Make src/faceborn/assets/astronaut.jpg, the photo of `faceborn demo`.

    python training/make_demo_photo.py

Eileen Collins, 1999: a portrait by NASA, in the public domain, as scikit-image carries it.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from skimage import data

TARGET = Path(__file__).resolve().parents[1] / "src" / "faceborn" / "assets" / "astronaut.jpg"


def main() -> None:
    Image.fromarray(data.astronaut()).save(TARGET, quality=95, subsampling=0)
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
