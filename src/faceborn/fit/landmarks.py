"""The 68 iBUG points of a fitted head."""

from __future__ import annotations

from faceborn.types import Array, Fit, Shape


def landmarks_68_px(fit: Fit, shape: Shape) -> Array:
    """(68, 3) x, y in pixels of the upright photo, z towards the viewer at the same scale.

    fit    of the face
    shape  its head at rest, made with fit.identity and fit.scale

    Points of the hidden side are given where the head has them.
    """
    posed_mm = shape.with_expression(fit.expression)
    return fit.camera.to_picture(shape.model.landmarks["ibug_68"].of(posed_mm))
