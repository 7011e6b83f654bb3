"""The measures of benchmarks/ themselves: invariances, and distances that are known."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model import load_head_model
from faceborn.types import Array, Face, Photo

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from measures import aligned, distance_mm, narrow_face, rank_one
from outline import Outline, outline_error_mm, outline_from_photo, outline_of_shape


@pytest.fixture(scope="module")
def cloud() -> Array:
    return np.random.default_rng(5).normal(0, 30, (400, 3))


def moved(points: Array, size: float) -> Array:
    return np.asarray(points @ rotation_from_angles(30, -10, 50).T * size + (10, 200, -7))


def test_turning_shifting_and_resizing_do_not_count(cloud: Array) -> None:
    assert distance_mm(moved(cloud, 1.3), cloud, scaled=True) == pytest.approx(0, abs=1e-9)
    assert distance_mm(moved(cloud, 1.0), cloud, scaled=False) == pytest.approx(0, abs=1e-9)
    assert distance_mm(moved(cloud, 1.3), cloud, scaled=False) > 5


def test_a_mirror_image_is_another_shape(cloud: Array) -> None:
    assert distance_mm(cloud * (-1, 1, 1), cloud, scaled=True) > 5


def test_no_small_change_brings_points_nearer(cloud: Array) -> None:
    noisy = moved(cloud, 1.2) + np.random.default_rng(6).normal(0, 4, cloud.shape)
    best = aligned(noisy, cloud, scaled=True)
    error = ((best - cloud) ** 2).sum()
    for pose in ((0.5, 0, 0), (0, 0.5, 0), (0, 0, 0.5)):
        turned = (best - best.mean(0)) @ rotation_from_angles(*pose).T + best.mean(0)
        assert ((turned - cloud) ** 2).sum() > error
    assert (((best - best.mean(0)) * 1.01 + best.mean(0) - cloud) ** 2).sum() > error
    assert ((best + np.array([0.1, 0, 0]) - cloud) ** 2).sum() > error


def test_recognition_is_perfect_with_the_same_shapes_and_poor_with_others() -> None:
    rng = np.random.default_rng(7)
    people = list(rng.normal(0, 1, (12, 50, 3)))
    assert rank_one(people, [person + 3.0 for person in people]) == 1.0
    assert rank_one(people, list(rng.normal(0, 1, (12, 50, 3)))) < 0.5


def test_the_narrow_face_is_symmetric_and_has_neither_ears_nor_neck() -> None:
    model = load_head_model()
    points = model.mean_mm[narrow_face(model)]
    assert len(points) > 4000
    assert points[:, 0].min() == pytest.approx(-points[:, 0].max(), abs=0.5)
    assert np.abs(points[:, 0]).max() < 76
    assert points[:, 2].min() > 20


@pytest.fixture(scope="module")
def profile() -> Outline:
    model = load_head_model()
    return outline_of_shape(model.mean_mm, model)


@pytest.mark.parametrize("size", [2.0, 3.3])
def test_the_outline_drawn_into_a_photo_is_read_back(profile: Outline, size: float) -> None:
    """A grey silhouette of the mean head, looking left, then mirrored to look right."""
    x, y = profile.points.T
    height = int(np.ptp(y) * size)
    rows = np.interp(np.arange(height)[::-1] + 0.5, (y - y.min()) * size, x)
    edge = 300 - (rows - x.mean()) * size
    columns = np.arange(700) + 0.5
    cover = np.clip(columns[None] - edge[:, None] + 0.5, 0, 1)
    pixels = np.repeat((220 - 120 * cover)[:, :, None], 3, 2).astype(np.uint8)
    for looks_left in (True, False):
        face = Face(
            box_px=(0.0, 0.0, 700.0, float(height)),
            score=1.0,
            yaw_deg=-85.0 if looks_left else 85.0,
            pitch_deg=0.0,
            roll_deg=0.0,
            scheme="centerface_5",
            landmarks_px=np.zeros((5, 2)),
            landmarks_score=0.0,
            iris_px=None,
        )
        seen = pixels if looks_left else pixels[:, ::-1]
        photo = Photo(pixels=seen, focal_px=None, source="<array>", sha256="")
        read = outline_from_photo(photo, face)
        assert outline_error_mm(read, profile) < 0.08


def test_a_flatter_nose_is_told_from_the_true_one(profile: Outline) -> None:
    x, y = profile.points.T
    flat = Outline(points=np.stack([x.mean() + (x - x.mean()) * 0.8, y], 1), core=profile.core)
    assert outline_error_mm(flat, profile) > 0.5
    assert outline_error_mm(profile, profile) == pytest.approx(0, abs=1e-6)
