"""Lift the skull's surface to that of the hair."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array, Shape

# Of the skull of the mean head: hair grows around it and stands off it.
SKULL_CENTER_MM = np.array([0.0, 50.0, 0.0])


def raise_hair(shape: Shape, height_mm: Array) -> Shape:
    """The same head with its hair on: vertices move away from the middle of the skull.

    height_mm  (V,) how far
    """
    outward = shape.model.mean_mm - SKULL_CENTER_MM
    outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    lifted = shape.vertices_mm + outward * height_mm[:, None]
    return shape.replace(vertices_mm=lifted.astype(np.float32))
