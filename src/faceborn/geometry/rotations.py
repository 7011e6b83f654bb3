"""Head rotations, told from the person's side.

R = Ry(yaw) Rx(pitch) Rz(roll) turns the head in a frame whose axes are those of a head that looks
straight into the camera. yaw > 0: turned to the own left; pitch > 0: looks down; roll > 0: tilted
to the own right shoulder. The camera's y and z point the other way (FLIP).
"""

from __future__ import annotations

import numpy as np

from faceborn.types import Array

FLIP = np.diag([1.0, -1.0, -1.0])  # a frontal head seen by a camera of y down, z forward


def rotation_from_angles(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Array:
    """(3, 3) R as above."""
    y, p, r = np.deg2rad([yaw_deg, pitch_deg, roll_deg])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def angles_from_rotation(rotation: Array) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees of (3, 3) R; inverse of `rotation_from_angles`."""
    yaw = np.arctan2(rotation[0, 2], rotation[2, 2])
    pitch = -np.arcsin(np.clip(rotation[1, 2], -1.0, 1.0))
    roll = np.arctan2(rotation[1, 0], rotation[1, 1])
    return float(np.rad2deg(yaw)), float(np.rad2deg(pitch)), float(np.rad2deg(roll))


def rotation_from_vector(vector_rad: Array) -> Array:
    """(3,) axis times angle to (3, 3). Rodrigues' formula."""
    angle = float(np.linalg.norm(vector_rad))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = np.asarray(vector_rad) / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
