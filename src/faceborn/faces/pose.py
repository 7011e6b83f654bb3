"""A rough head pose from a few points, good enough to sort profiles out and to start a fit."""

from __future__ import annotations

import numpy as np

from faceborn.geometry.rotations import angles_from_rotation
from faceborn.types import Array

# Points of an average head in mm, head space: rounded from MediaPipe's canonical face model
# (Apache-2.0), whose unit is the centimetre. Keys are vertex numbers of the mesh.
MESH_POINTS_MM = {
    33: (-44.5, 26.6, 31.7),  # outer and inner corner, right eye
    133: (-18.6, 25.9, 37.6),
    362: (18.6, 25.9, 37.6),
    263: (44.5, 26.6, 31.7),
    168: (0.0, 32.7, 52.4),  # between the eyes
    4: (0.0, -4.6, 75.9),  # tip of the nose
    61: (-24.6, -43.4, 42.8),  # corners of the mouth
    291: (24.6, -43.4, 42.8),
    10: (0.0, 82.6, 44.8),  # top of the forehead
    152: (0.0, -94.0, 42.6),  # chin
}
FIVE_POINTS_MM = np.array(
    [
        (-31.5, 26.2, 34.0),  # centre of the right, left eye
        (31.5, 26.2, 34.0),
        (0.0, -10.9, 75.0),  # the detector's nose is below the tip: vertex 1 fits it best
        MESH_POINTS_MM[61],
        MESH_POINTS_MM[291],
    ]
)


def pose_from_mesh(points_px: Array) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees from (478, 2) points."""
    return _pose(points_px[list(MESH_POINTS_MM)], np.array(list(MESH_POINTS_MM.values())))


def pose_from_five(points_px: Array) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees from the (5, 2) points of a detector."""
    return _pose(points_px, FIVE_POINTS_MM)


def _pose(points_px: Array, points_mm: Array) -> tuple[float, float, float]:
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
