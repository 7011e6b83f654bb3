"""The outline of the ears in the side view, within which no hair grows.

The mask of the ears follows the mesh: at the root of the helix it runs out into a corner, and
before the concha it steps back. Hair that is cut out along it leaves a pointed flap of skin.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from faceborn.types import Array, HeadModel

PIXELS_PER_MM = 4
ROUND_MM = 8.0  # radius of its sharpest corner
FAR_MM = 60.0  # away from all ears: nothing there is near one


@lru_cache(maxsize=2)
def inside_ears(model: HeadModel) -> Array:
    """(V,) float32 mm: how far each vertex lies inside the outline of its side's ear, else < 0."""
    mean, ears = model.mean_mm.astype(np.float64), model.masks["ears"]
    inside = np.full(len(mean), -FAR_MM, np.float32)
    for side in (-1.0, 1.0):
        near = mean[:, 0] * side > 0
        outline = mean[near & (ears > 0.5)][:, [2, 1]]
        if len(outline) < 3:
            continue
        low = outline.min(0) - FAR_MM
        place = (mean[:, [2, 1]] - low) * PIXELS_PER_MM
        size = np.ceil((outline.max(0) + FAR_MM - low) * PIXELS_PER_MM).astype(int)
        picture = np.zeros((size[1], size[0]), np.uint8)
        hull = cv2.convexHull(((outline - low) * PIXELS_PER_MM).astype(np.float32))
        cv2.fillPoly(picture, [np.round(hull).astype(np.int32)], 1)
        width = 2 * round(ROUND_MM * PIXELS_PER_MM) + 1
        ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        picture = cv2.morphologyEx(picture, cv2.MORPH_OPEN, ball)
        within, beyond = (cv2.distanceTransform(p, cv2.DIST_L2, 5) for p in (picture, 1 - picture))
        signed = np.asarray(within - beyond, np.float32)
        x, y = place[near].T.astype(np.float32)
        found = cv2.remap(
            signed, x[:, None], y[:, None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        inside[near] = np.maximum(found[:, 0] / PIXELS_PER_MM, -FAR_MM)
    return inside
