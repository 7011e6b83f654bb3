"""The pictures of the parts that a photo does not show well enough to paint: our own drawings."""

from __future__ import annotations

from functools import cache

import cv2

from faceborn.assets import asset_path
from faceborn.errors import ChangedAsset
from faceborn.types import Array

DRAWN_PARTS = ("teeth", "gums", "tongue", "lashes", "eye_shade", "tearline")


@cache
def load_part_images() -> dict[str, Array]:
    """Part -> (S, S, 3 or 4) uint8 sRGB, row 0 is v = 1; the blended parts have alpha.

    Made by training/draw_parts.py. Raises MissingAsset, ChangedAsset.
    """
    images = {}
    for part in DRAWN_PARTS:
        path = asset_path(f"parts/{part}.png")
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        if image is None:
            raise ChangedAsset(f"{path.name} is no picture", hint="install faceborn again")
        swap = cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB
        image = cv2.cvtColor(image, swap)
        image.flags.writeable = False
        images[part] = image
    return images
