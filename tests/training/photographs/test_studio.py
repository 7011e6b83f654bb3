"""Synthetic photographs: repeatable, and their truth is that of the picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("numba")

from photographs.shards import PARTS, SEEN, SIZE_PX, Sample, read_shard, write_shard
from photographs.studio import Studio

from faceborn.geometry.rotations import FLIP
from faceborn.model.face_points import load_face_points
from faceborn.types import Camera

COUNT = 12


@pytest.fixture(scope="module")
def studio() -> Studio:
    """Without photographs: skin out of the albedo prior, light out of formulas."""
    return Studio(seed=3)


@pytest.fixture(scope="module")
def samples(studio: Studio) -> list[Sample]:
    return studio.block(0)[:COUNT]


def test_a_number_always_gives_the_same_photograph(studio: Studio, samples: list[Sample]) -> None:
    """Whatever was made before it."""
    again = studio.sample(5)
    assert np.array_equal(again.image, samples[5].image)
    assert np.array_equal(again.parts, samples[5].parts)
    for name, value in samples[5].truth.items():
        assert np.array_equal(again.truth[name], value), name


def test_the_told_parameters_place_the_told_points(studio: Studio, samples: list[Sample]) -> None:
    """Identity, expression and camera alone, through the head model, give the face's landmarks."""
    points, model = load_face_points(), studio.model
    face = points.region <= 1
    for sample in samples:
        truth = sample.truth
        moved = model.mean_mm + np.tensordot(truth["identity"], model.identity_mm, 1)
        moved = moved + np.tensordot(truth["expression"], model.blendshapes_mm, 1)
        camera = Camera(
            size_px=(256, 256),
            focal_px=float(truth["focal_px"]),
            center_px=(float(truth["center_px"][0]), float(truth["center_px"][1])),
            camera_from_head=FLIP @ truth["rotation"],
            translation_mm=truth["translation_mm"],
        )
        off = camera.project(points.of(moved)) - truth["landmarks"][:, :2]
        # Lids and lips are moved by up to a few mm so that they touch; nothing else is.
        assert np.median(np.abs(off[face])) < 0.05
        assert np.quantile(np.abs(off[face]), 0.9) < 2.0


def test_seen_points_lie_on_the_head_in_the_part_map(samples: list[Sample]) -> None:
    """And those of lips, brows and eyes on or beside their own part."""
    outer_lips = range(48, 60)
    hits = {"skin": 0, "lip": 0}
    counts = dict.fromkeys(hits, 0)
    for sample in samples:
        parts = sample.parts
        cell = np.clip(sample.truth["landmarks"][:, :2].astype(int), 0, SIZE_PX - 1)
        seen = sample.truth["visibility"] == SEEN
        # Two pixels of grace: a point on the outline may fall into one beside it.
        head = cv2.dilate((parts > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
        inner = seen & (load_face_points().region == 1)
        counts["skin"] += int(inner.sum())
        hits["skin"] += int(head[cell[inner, 1], cell[inner, 0]].sum())
        for number in outer_lips:
            if seen[number]:
                x, y = cell[number]
                around = parts[max(y - 4, 0) : y + 5, max(x - 4, 0) : x + 5]
                counts["lip"] += 1
                hits["lip"] += int((around == PARTS.index("lip")).any())
    assert hits["skin"] > 0.98 * counts["skin"] > 0
    assert hits["lip"] > 0.95 * counts["lip"] > 0


def test_hidden_points_are_those_behind_the_head(samples: list[Sample]) -> None:
    """On a head that is turned by 50 degrees the far ear is hidden, the near one is not."""
    points = load_face_points()
    ear = points.region == 3
    for sample in samples:
        yaw = float(sample.truth["pose_deg"][0])
        if abs(yaw) < 50:
            continue
        z = sample.truth["landmarks"][ear, 2]
        hidden = sample.truth["visibility"][ear] == 0
        assert hidden[z < np.median(z)].mean() > hidden[z > np.median(z)].mean()


def test_mirrored_points_lie_mirrored(studio: Studio) -> None:
    """Flipping the mean head exchanges each point with its mirror."""
    points = load_face_points()
    place = points.of(studio.model.mean_mm)
    assert np.abs(place[points.mirror] * [-1, 1, 1] - place).max() < 1e-3
    assert (points.mirror[points.mirror] == np.arange(len(place))).all()
    assert len(place) >= 320


def test_a_shard_gives_back_what_was_written(tmp_path: Path, samples: list[Sample]) -> None:
    """Truth and part maps exactly, pictures as JPEG keeps them."""
    write_shard(tmp_path / "shard_00000.npz", samples)
    shard = read_shard(tmp_path / "shard_00000.npz")
    assert len(shard) == COUNT
    for index, sample in enumerate(samples):
        assert np.array_equal(shard.parts(index), sample.parts)
        difference = shard.image(index).astype(float) - sample.image
        assert np.abs(difference.reshape(32, 8, 32, 8, 3).mean((1, 3))).mean() < 2
        for name, value in sample.truth.items():
            assert np.array_equal(shard.truth[name][index], value), name


def test_bare_heads_are_the_same_people_without_what_they_wear(samples: list[Sample]) -> None:
    """Same points, same pose; no hair, no spectacles, hats or hands."""
    worn = [PARTS.index(name) for name in ("hair", "spectacles", "hat", "hand")]
    bare = Studio(seed=3, bare=True).block(0)[:COUNT]
    assert np.isin([sample.parts for sample in samples], worn).mean() > 0.05
    assert not np.isin([sample.parts for sample in bare], worn).any()
    for one, other in zip(samples, bare, strict=True):
        assert np.array_equal(one.truth["landmarks"], other.truth["landmarks"])


def test_depth_agrees_with_the_points_that_are_seen(studio: Studio) -> None:
    """Where a point is seen, the map of depth there is the point's, but for the cell's slope."""
    told = Studio(seed=3, depth=True).block(0)[:COUNT]
    for sample in told:
        truth = sample.truth
        cell = np.clip((truth["landmarks"][:, :2] / 2).astype(int), 0, 127)
        depth = truth["depth"][cell[:, 1], cell[:, 0]].astype(float)
        sure = (truth["visibility"] == SEEN) & np.isfinite(depth) & (load_face_points().region == 1)
        if sure.sum() > 20:
            # Landmarks count depth in pixels from their own mean, the map in mm from the origin.
            across = truth["landmarks"][sure, 2].astype(float)
            slope, start = np.polyfit(across, depth[sure], 1)
            assert np.median(np.abs(depth[sure] - slope * across - start)) < 1.5
            assert 0.6 < slope * truth["focal_px"] / truth["translation_mm"][2] < 1.1
