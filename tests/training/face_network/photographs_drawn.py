"""Shards whose pictures are drawn: a coloured disc at every few points of a random head."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from photographs.shards import SEEN, SIZE_PX, Sample, write_shard

from faceborn.geometry.rotations import angles_from_rotation, rotation_from_angles
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.types import Array, Camera

FLIP = np.diag([1.0, -1.0, -1.0])


def draw_sample(rng: np.random.Generator, number: int = 0) -> Sample:
    """A head of the mean shape, seen from anywhere in front."""
    model, points = load_head_model(), load_face_points()
    yaw, pitch, roll = rng.uniform(-60, 60), rng.uniform(-20, 20), rng.uniform(-30, 30)
    rotation = rotation_from_angles(yaw, pitch, roll)
    camera = Camera(
        size_px=(SIZE_PX, SIZE_PX),
        focal_px=400.0,
        center_px=(128.0, 128.0),
        camera_from_head=FLIP @ rotation,
        translation_mm=np.array([rng.uniform(-20, 20), rng.uniform(-20, 20), 600.0]),
    )
    places = points.of(model.mean_mm)
    in_picture = camera.to_picture(places)
    image = np.full((SIZE_PX, SIZE_PX, 3), rng.integers(60, 120), np.uint8)
    parts = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    hull = cv2.convexHull(in_picture[points.core, :2].astype(np.float32)).astype(np.int32)
    cv2.fillConvexPoly(image, hull, (190, 150, 130))
    cv2.fillConvexPoly(parts, hull, 1)
    for k in range(0, 68, 3):
        x, y = (round(float(c)) for c in in_picture[k, :2])
        cv2.circle(image, (x, y), 3, (k * 3 % 255, 255 - k * 3, k * 7 % 255), -1)
    iris = np.column_stack([in_picture[[42, 36], :2] + 3, np.full(2, 4.0)])
    expression = np.zeros(52, np.float32)
    expression[rng.integers(52)] = 1.0
    truth: dict[str, Array] = {
        "landmarks": in_picture.astype(np.float32),
        "visibility": np.full(len(places), SEEN, np.uint8),
        "iris": iris.astype(np.float32),
        "iris_seen": np.ones(2, np.float32),
        "rotation": rotation.astype(np.float32),
        "pose_deg": np.array(angles_from_rotation(rotation), np.float32),
        "expression": expression,
        "seed": np.array([0, number]),
        "focal_px": np.array(400.0, np.float32),
        "center_px": np.array([128.0, 128.0], np.float32),
        "translation_mm": camera.translation_mm.astype(np.float32),
    }
    return Sample(image=image, parts=parts, truth=truth)


def write_drawn(folder: Path, count: int, *, seed: int = 0) -> Path:
    """A folder with one shard of drawn samples."""
    rng = np.random.default_rng(seed)
    folder.mkdir(exist_ok=True)
    write_shard(folder / "shard_00000.npz", [draw_sample(rng, n) for n in range(count)])
    return folder
