"""Spherical harmonics of light on a surface."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array


def harmonics(normals: Array) -> Array:
    """(..., 3) to (..., 9): 1, x, y, z, xy, xz, yz, x2-y2, 3z2-1, not normalised."""
    x, y, z = normals[..., 0], normals[..., 1], normals[..., 2]
    return np.stack(
        [np.ones_like(x), x, y, z, x * y, x * z, y * z, x * x - y * y, 3 * z * z - 1], -1
    )
