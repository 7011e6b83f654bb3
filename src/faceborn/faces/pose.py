"""A rough head pose from a few points, good enough to turn the first crop."""

from __future__ import annotations

import numpy as np

from faceborn.geometry.rotations import angles_from_rotation
from faceborn.types import Array

# Points of an average head in mm, head space: rounded from MediaPipe's canonical face model
# (Apache-2.0), whose unit is the centimetre.
FIVE_POINTS_MM = np.array(
    [
        (-31.5, 26.2, 34.0),  # centre of the right, left eye
        (31.5, 26.2, 34.0),
        (0.0, -10.9, 75.0),  # the detector's nose is below the tip: vertex 1 fits it best
        (-24.6, -43.4, 42.8),  # corners of the mouth
        (24.6, -43.4, 42.8),
    ]
)


def pose_from_five(points_px: Array) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees from the (5, 2) points of a detector."""
    return pose_of_points(points_px, FIVE_POINTS_MM)


def pose_of_points(points_px: Array, points_mm: Array) -> tuple[float, float, float]:
    """Rotation that best explains the points seen from far away (scaled orthographic).

    Starts at the linear answer and alternates between the depths that a rotation gives the points
    and the rotation that fits points with these depths, until it is a true rotation.
    """
    seen = (points_px - points_px.mean(0)) * (1, -1)  # y up, as in head space
    model = points_mm - points_mm.mean(0)
    linear = np.linalg.lstsq(model, seen, rcond=None)[0].T
    first, second = linear
    rotation = _nearest_rotation(np.stack([first, second, np.cross(first, second)]))
    for _ in range(20):
        turned = model @ rotation.T
        scale = (turned[:, :2] * seen).sum() / (turned[:, :2] ** 2).sum()
        full = np.column_stack([seen / scale, turned[:, 2]])
        rotation = _nearest_rotation(full.T @ model)
    return angles_from_rotation(rotation)


def _nearest_rotation(matrix: Array) -> Array:
    u, _, v = np.linalg.svd(matrix)
    return np.asarray(u @ np.diag([1.0, 1.0, np.linalg.det(u @ v)]) @ v)
