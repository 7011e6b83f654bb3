#!/usr/bin/env python3
"""Build the page's three surroundings: web/public/light/*.hdr from the CC0 maps of HDRI Haven.

    python scripts/build_light.py --data ../shared/data/hdri

Each is made small, turned until its main light falls on the face as a portrait wants it, and
scaled so that a white sheet facing forward is as bright in all three.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from faceborn.types import Array

OUT = Path(__file__).resolve().parents[1] / "web" / "public" / "light"
SIZE_PX = (256, 128)  # what a cheek or an eye mirrors needs no more; about 110 KB
WHITE = 0.8  # radiance of the white sheet: leaves room for the lamp
MAX_RADIANCE = 200.0  # a sun of few pixels would make fireflies on the eyes
# name in the page -> file, where its brightest direction goes (0 before the face, 90 at own left)
SURROUNDINGS = {
    "studio": ("studio_small_03", 42.0),
    "window": ("lebombo", 62.0),
    "sunset": ("venice_sunset", -72.0),
}


def build(source: Path, light_deg: float) -> Array:
    """(h, w, 3) float32 radiance, linear; columns as three.js reads an equirectangular map."""
    read = cv2.imread(str(source), cv2.IMREAD_UNCHANGED)
    if read is None:
        raise SystemExit(f"{source} cannot be read: give the folder of the maps with --data")
    radiance = np.asarray(cv2.resize(read, SIZE_PX, interpolation=cv2.INTER_AREA), np.float32)
    height, width = radiance.shape[:2]
    weight = radiance.sum(2) * latitude_weights(height)[:, None]
    # the middle of the light as a direction around the head: robust where a window is wide
    angles = column_angles(width)
    column = np.clip(weight, None, np.quantile(weight, 0.999)).sum(0) ** 2
    now = np.angle((column * np.exp(1j * angles)).sum())
    shift = round((np.deg2rad(light_deg) - now) / (2 * np.pi) * width)
    turned = np.roll(radiance, -shift, axis=1)  # azimuth falls as the column rises
    scaled: Array = turned * (WHITE / sheet_radiance(turned))
    return np.clip(scaled, 0, MAX_RADIANCE)


def column_angles(width: int) -> Array:
    """Azimuth of each column, rad: 0 at +z (before the face), positive to +x (own left)."""
    u = (np.arange(width) + 0.5) / width
    return np.pi / 2 - (u - 0.5) * 2 * np.pi  # three.js: u = atan2(z, x) / 2 pi + 0.5


def latitude_weights(height: int) -> Array:
    return np.sin((np.arange(height) + 0.5) / height * np.pi)


def sheet_radiance(radiance: Array) -> float:
    """Of a white matt sheet that faces forward and a little up: irradiance over pi."""
    height, width = radiance.shape[:2]
    polar = (np.arange(height) + 0.5)[:, None] / height * np.pi
    azimuth = column_angles(width)[None]
    toward_z = np.sin(polar) * np.cos(azimuth)
    toward_y = np.cos(polar) * np.ones_like(azimuth)
    facing = np.clip(0.97 * toward_z + 0.24 * toward_y, 0, None)
    solid_angle = latitude_weights(height)[:, None] * (np.pi / height) * (2 * np.pi / width)
    return float((radiance.mean(2) * facing * solid_angle).sum() / np.pi)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the .hdr files")
    data: Path = parser.parse_args().data
    OUT.mkdir(parents=True, exist_ok=True)
    for name, (file, light_deg) in SURROUNDINGS.items():
        path = OUT / f"{name}.hdr"
        cv2.imwrite(str(path), build(data / f"{file}.hdr", light_deg))
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} KB from {file}")


if __name__ == "__main__":
    main()
