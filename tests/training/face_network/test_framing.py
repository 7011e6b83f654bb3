"""The square around a face: where it lies, how it is turned, what the truth becomes in it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from faceborn.geometry.rotations import rotation_from_angles

pytest.importorskip("torch")

from face_network.framing import (
    STEADY,
    Framing,
    crop_from_picture,
    cut_out,
    rotated,
    training_crop,
)
from face_network.pool import Pool
from face_network.samples import cut_parts, cut_sample, mirrored

from faceborn.geometry.upright import lean_rad
from faceborn.model.face_points import load_face_points
from tests.training.face_network.photographs_drawn import draw_sample, write_drawn


def test_a_dot_is_cut_out_where_the_transform_says() -> None:
    """To a tenth of a pixel, turned and scaled."""
    picture = np.zeros((256, 256), np.float32)
    picture[99:102, 140:143] = 1.0  # around (141.5, 100.5)
    transform = crop_from_picture(np.array([120.0, 110.0]), 130.0, 0.4)
    cut = cut_out(picture, transform, 160)
    y, x = np.mgrid[:160, :160] + 0.5
    found = np.array([(cut * x).sum(), (cut * y).sum()]) / cut.sum()
    expected = (transform[:, :2] @ [141.5, 100.5] + transform[:, 2]) * 160
    np.testing.assert_allclose(found, expected, atol=0.1)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(0, 0, 30), (70, 20, -25), (-90, -15, 10)])
def test_the_crown_points_up_in_an_exact_crop(yaw: float, pitch: float, roll: float) -> None:
    """Whatever the pose: also a nodding profile stands upright."""
    rotation = rotation_from_angles(yaw, pitch, roll)
    points = load_face_points().core.nonzero()[0][:, None] * [[0.3, 0.1]]
    crop = training_crop(points, rotation, STEADY, np.random.default_rng(0))
    assert abs(lean_rad(rotated(rotation, crop))) < 1e-9


def test_the_face_lies_within_the_square_and_fills_it() -> None:
    rng = np.random.default_rng(3)
    core = load_face_points().core
    for _ in range(20):
        truth = draw_sample(rng).truth
        xy = truth["landmarks"][core, :2].astype(float)
        crop = training_crop(xy, truth["rotation"], Framing(share_rough=0.0), rng)
        inside = xy @ crop[:, :2].T + crop[:, 2]
        assert inside.min() > 0
        assert inside.max() < 1
        assert (inside.max(0) - inside.min(0)).max() > 0.6


def test_the_rotation_of_a_crop_turns_points_as_the_crop_does(tmp_path: Path) -> None:
    """Points of the turned head, seen from far, lie where the crop has them (up to size, place)."""
    pool = Pool([write_drawn(tmp_path / "shards", 4)])
    pool.take_in()
    from faceborn.model import load_head_model

    head = load_face_points().of(load_head_model().mean_mm)
    for number in range(4):
        shard, index = pool.find(number)
        _, truth, _ = cut_sample(shard, index, Framing(), np.random.default_rng(number), 32)
        seen = (head @ truth.rotation.T)[:, :2] * (1, -1)
        a, b = seen - seen.mean(0), truth.points[:, :2] - truth.points[:, :2].mean(0)
        size = (a * b).sum() / (a**2).sum()
        assert np.abs(a * size - b).mean() < 0.02  # perspective is what remains


def test_mirroring_swaps_sides(tmp_path: Path) -> None:
    """Mirroring twice changes nothing; once, a head turned left is turned right."""
    pool = Pool([write_drawn(tmp_path / "shards", 2)])
    pool.take_in()
    shard, index = pool.find(1)
    _, truth, _ = cut_sample(shard, index, STEADY, np.random.default_rng(0), 32)
    once, twice = mirrored(truth), mirrored(mirrored(truth))
    for name in ("points", "irises", "rotation", "expression"):
        np.testing.assert_allclose(getattr(twice, name), getattr(truth, name), atol=1e-12)
    np.testing.assert_allclose(once.points[36, 0], 1 - truth.points[45, 0])
    np.testing.assert_allclose(once.rotation[0, 2], -truth.rotation[0, 2])


def test_parts_lie_where_the_picture_shows_them(tmp_path: Path) -> None:
    pool = Pool([write_drawn(tmp_path / "shards", 2)])
    pool.take_in()
    shard, index = pool.find(0)
    picture, _, transform = cut_sample(shard, index, STEADY, np.random.default_rng(0), 160)
    sharp, labels = cut_parts(shard, index, transform, 160)
    border = shard.image(index)[0, 0].astype(int)
    skin = (np.abs(picture.astype(int) - border).max(2) > 30).astype(np.uint8)
    skin = cv2.morphologyEx(skin, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    assert (skin == labels).mean() > 0.97
    assert sharp.shape == (320, 320, 3)
    halved = cv2.resize(sharp, (160, 160), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(halved - picture).mean() < 4  # the same square
