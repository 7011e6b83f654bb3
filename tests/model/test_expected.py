"""What points let one expect of a head."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.geometry.rotations import FLIP
from faceborn.model import load_head_model
from faceborn.model.expected import expected_identity
from faceborn.model.face_points import load_face_points
from faceborn.types import Array
from tests.fit.people import camera_at


def points_of(identity: Array, *, roll_deg: float = 0.0) -> tuple[Array, Array]:
    """Exact points (365, 3) of a head turned by 20 degrees, and R."""
    model, points = load_head_model(), load_face_points()
    head = model.mean_mm + np.tensordot(identity, model.identity_mm[: len(identity)], 1)
    camera = camera_at(20.0, 3.0, roll_deg)
    return camera.to_picture(points.of(head)), FLIP @ camera.camera_from_head


def test_it_follows_the_person_and_not_the_roll() -> None:
    """Two people's expected heads differ as they do; a lying head is expected as an upright one."""
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 30)) * 1.2
    told = [expected_identity(*points_of(identity)) for identity in (one, other)]
    difference, truth = (told[0] - told[1])[:30], one - other
    cosine = difference @ truth / np.linalg.norm(difference) / np.linalg.norm(truth)
    assert cosine > 0.5
    lying = expected_identity(*points_of(one, roll_deg=70.0))
    assert np.abs(lying - told[0]).max() < 0.25 * np.abs(told[0] - told[1]).max()


def test_shift_and_size_of_the_face_say_nothing() -> None:
    points, rotation = points_of(np.array([1.0, -1.0]))
    moved = points * 0.3 + (400.0, -80.0, 0.0)
    there = expected_identity(moved, rotation)
    assert there == pytest.approx(expected_identity(points, rotation), abs=1e-6)
