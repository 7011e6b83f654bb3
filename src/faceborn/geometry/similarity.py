"""The best similarity between two sets of points."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array


def align(source: Array, target: Array) -> tuple[float, Array, Array]:
    """Scale, rotation (3, 3) and shift (3,) that lay `source` (N, 3) on `target`: Umeyama 1991."""
    middle, goal = source.mean(0), target.mean(0)
    a, b = source - middle, target - goal
    u, stretch, vt = np.linalg.svd(b.T @ a)
    sign = np.ones(3)
    sign[2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign) @ vt
    scale = float((stretch * sign).sum() / (a**2).sum())
    return scale, rotation, goal - scale * rotation @ middle
