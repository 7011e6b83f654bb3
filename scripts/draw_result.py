"""Draw docs/result.png, the picture at the top of the README, from the demo's portrait.

    .venv/bin/python scripts/draw_result.py

The portrait of Eileen Collins is a NASA photograph in the public domain.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

import faceborn

ROOT = Path(__file__).resolve().parents[1]
WIDTH_PX = 1280


def main() -> None:
    head = faceborn.from_photo(ROOT / "src" / "faceborn" / "assets" / "astronaut.jpg")
    picture = Image.fromarray(head.preview())
    height = round(picture.height * WIDTH_PX / picture.width)
    small = picture.resize((WIDTH_PX, height), Image.Resampling.LANCZOS)
    small.save(ROOT / "docs" / "result.png", optimize=True)


if __name__ == "__main__":
    main()
