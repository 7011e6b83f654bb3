"""What OBJ and PLY have in common: the surface as it is to be written."""

from __future__ import annotations

import numpy as np

from faceborn.geometry.rotations import FLIP
from faceborn.types import Array, Result


def posed_vertices(result: Result, *, posed: bool) -> Array:
    """(V, 3) float32 in metres, in the frame of the head at rest.

    posed  with the photo's expression, turned as the head was before the camera: a viewer that
           looks along -z sees what the photo shows, the person's left still at +x
    """
    shape = result.shape
    if not posed:
        return np.asarray(shape.vertices_mm * np.float32(0.001))
    turn = FLIP @ result.fit.camera.camera_from_head
    turned = shape.with_expression(result.fit.expression) @ turn.T
    return np.asarray(turned * 0.001, np.float32)
