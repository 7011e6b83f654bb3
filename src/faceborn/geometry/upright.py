"""The square in which the face network wants a face: around its points, the crown up."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array

SIDE_OVER_BOX = 1.35  # of the longer side of the core points' bounds


def lean_rad(rotation: Array) -> float:
    """How far the head's crown leans on the picture, from up, positive clockwise.

    rotation  (3, 3) R of docs/conventions.md

    Unlike the roll it is what makes a nodding profile upright. It has no value for a head seen
    exactly from above or below.
    """
    across, up = float(rotation[0, 1]), float(rotation[1, 1])
    return float(np.arctan2(across, up))


def square_around(points_px: Array, turn_rad: float) -> tuple[Array, float]:
    """Middle (2,) and side of the square around points (N, 2) that is turned by `turn_rad`."""
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    axes = np.array([[c, s], [-s, c]])  # rows: the square's x and y axis
    turned = points_px @ axes.T
    low, high = turned.min(0), turned.max(0)
    return axes.T @ ((low + high) / 2), SIDE_OVER_BOX * float((high - low).max())
