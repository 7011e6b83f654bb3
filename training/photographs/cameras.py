"""Where the head is turned, and the camera that sees it: a crop of a larger photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.types import Array, Camera, Record

YAW_DEG, PITCH_DEG, ROLL_DEG = 95.0, 35.0, 35.0
FOCAL_MM = (24.0, 135.0)  # equivalents on 36 x 24 mm
FILM_MM = 36.0
FACE_MM = 200.0  # height of a face, for the distance that makes it fill its share of the photo
FACE_SHARE = (0.12, 0.9)  # of the photo's long side
NEAREST_MM = 280.0
PIVOT_MM = np.array([0.0, 0.0, 40.0])  # the middle of the head, which the camera is aimed around
CROP = 1.35  # side of the crop over the longest side of the core points' box


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose(Record):
    """How the head is turned, and the shoulders against it."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    rotation: Array  # (3, 3) R of docs/conventions.md
    torso: Array  # (3, 3) the shoulders' turn in head space


def draw_pose(rng: np.random.Generator) -> Pose:
    """Yaw even over its range; pitch and roll even half of the time, else near 0."""
    yaw = rng.uniform(-YAW_DEG, YAW_DEG)
    even = rng.random(2) < 0.5
    pitch = rng.uniform(-PITCH_DEG, PITCH_DEG) if even[0] else rng.normal(0, 10)
    roll = rng.uniform(-ROLL_DEG, ROLL_DEG) if even[1] else rng.normal(0, 8)
    pitch, roll = (
        float(np.clip(pitch, -PITCH_DEG, PITCH_DEG)),
        float(np.clip(roll, -ROLL_DEG, ROLL_DEG)),
    )
    # Shoulders follow a turned head half of the way, and hang below a tilted one.
    torso = rotation_from_angles(
        np.clip(-yaw * rng.uniform(0, 0.6) + rng.normal(0, 8), -38, 38),
        np.clip(-pitch * rng.uniform(0.2, 0.8) + rng.normal(0, 4), -18, 18),
        np.clip(-roll * rng.uniform(0.3, 1.0) + rng.normal(0, 3), -18, 18),
    )
    return Pose(
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        rotation=rotation_from_angles(yaw, pitch, roll),
        torso=torso,
    )


def draw_camera(rng: np.random.Generator, pose: Pose, core_mm: Array, size_px: int) -> Camera:
    """A camera of `size_px` around the core points (C, 3) of this head."""
    focal_mm = np.exp(rng.uniform(*np.log(FOCAL_MM)))
    share = rng.uniform(*FACE_SHARE)
    distance = max(focal_mm / FILM_MM * FACE_MM / share, NEAREST_MM)
    # The face lies anywhere in its photo, though rarely in a corner.
    room = max(0.0, 0.5 - share / 2) * FILM_MM / focal_mm
    aside = rng.normal(0, 0.4, 2).clip(-1, 1) * room * [1.0, 0.75]
    turn = FLIP @ pose.rotation
    at = distance * np.array([aside[0], aside[1], 1.0])
    translation = at - turn @ PIVOT_MM
    seen = core_mm @ turn.T + translation
    flat = seen[:, :2] / seen[:, 2:]
    low, high = flat.min(0), flat.max(0)
    wide = rng.random() < 0.3
    side = (high - low).max() * CROP * np.exp(rng.normal(0, 0.14 if wide else 0.06))
    middle = (low + high) / 2 + rng.normal(0, 0.07 if wide else 0.03, 2) * side
    focal_px = size_px / side
    return Camera(
        size_px=(size_px, size_px),
        focal_px=float(focal_px),
        center_px=tuple((size_px / 2 - middle * focal_px).tolist()),
        camera_from_head=turn,
        translation_mm=translation,
    )
