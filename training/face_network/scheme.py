"""What the outputs mean: which points, which expressions, which parts, and their mirror images."""

from __future__ import annotations

from functools import cache

import numpy as np
from photographs.shards import PARTS

from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.types import Array

EYES = (list(range(42, 48)), list(range(36, 42)))  # iBUG points around the left, right eye
EYE_CORNERS = (36, 45)  # outer corners, right and left
INNER_FACE = slice(17, 68)  # iBUG without the jaw's outline
JAW = slice(0, 17)
PART_COUNT = len(PARTS)


@cache
def expression_names() -> tuple[str, ...]:
    return load_head_model().expression_names


@cache
def expression_mirror() -> Array:
    """(52,) for each expression the one of the other side."""
    names = expression_names()
    swapped = [
        name.replace("Left", "Right") if "Left" in name else name.replace("Right", "Left")
        for name in names
    ]
    return np.array([names.index(name) for name in swapped])


@cache
def point_weights() -> Array:
    """(L,) how much each point counts in training: the face proper most."""
    return np.where(load_face_points().core, 1.0, 0.3).astype(np.float32)


def eye_distance_mm() -> float:
    """Between the outer eye corners of the mean head; the unit of all errors in percent."""
    points_mm = load_face_points().of(load_head_model().mean_mm)
    right, left = points_mm[list(EYE_CORNERS)]
    return float(np.linalg.norm(right - left))
