"""The 68 iBUG points of a fitted head, for the report."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array, Fit, HeadModel, Shape


def landmarks_68_px(fit: Fit, shape: Shape, model: HeadModel) -> Array:
    """(68, 3) x, y in pixels of the upright photo, z towards the viewer at the same scale.

    fit    of the face
    shape  its head at rest, made with fit.identity and fit.scale

    z is 0 at the mean depth of the 68 points. Points of the hidden side are given where the head
    has them.
    """
    points_mm = model.landmarks["ibug_68"].of(shape.with_expression(fit.expression))
    depth_mm = fit.camera.to_camera(points_mm)[:, 2]
    middle_mm = depth_mm.mean()
    towards = (middle_mm - depth_mm) * fit.camera.focal_px / middle_mm
    return np.column_stack([fit.camera.project(points_mm), towards])
