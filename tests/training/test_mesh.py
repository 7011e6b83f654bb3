"""The dense mesh: its mirror table, and what a careful look is good for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from frontend.mesh import FILE, SHA256, FaceMesh
from frontend.mesh_mirror import MIRROR
from skimage import data

from faceborn.geometry.crop import Crop
from faceborn.types import Array

CROP = Crop(center_px=np.array([226.0, 118.0]), side_px=165.0, turn_rad=0.05)


@pytest.fixture(scope="module")
def astronaut() -> Array:
    return np.asarray(data.astronaut())


def test_the_mirror_table_is_that_of_the_canonical_face(data_folder: Path) -> None:
    rows = (data_folder / "mediapipe" / "canonical_face_model.obj").read_text().splitlines()
    points = np.array([row.split()[1:4] for row in rows if row.startswith("v ")], float)
    assert points[MIRROR[:468]] == pytest.approx(points * (-1, 1, 1), abs=1e-6)


def test_two_mirrors_are_none_and_irises_change_sides() -> None:
    assert (MIRROR[MIRROR] == np.arange(478)).all()
    assert (np.sort(MIRROR[468:473]) == np.arange(473, 478)).all()


def test_a_careful_look_sees_the_mirror_image_of_a_mirrored_face(astronaut: Array) -> None:
    """A single look does not; that error would make two halves of a face differ."""
    width = astronaut.shape[1]
    upright = Crop(center_px=CROP.center_px, side_px=CROP.side_px, turn_rad=0.0)

    def apart(careful: bool) -> float:
        straight = FaceMesh().locate(astronaut, upright, careful=careful).points_px
        flipped = np.ascontiguousarray(astronaut[:, ::-1])
        there = FaceMesh().locate(flipped, upright.mirrored(width), careful=careful).points_px
        there = there[MIRROR]
        there[:, 0] = width - there[:, 0]
        return float(np.linalg.norm(straight - there, axis=1).mean())

    assert apart(careful=True) < 0.5 * apart(careful=False)


def test_a_careful_look_depends_less_on_the_framing(astronaut: Array) -> None:
    def spread(careful: bool) -> float:
        crops = [CROP.moved(factor, turn, (0.0, 0.0)) for factor, turn in FRAMINGS]
        points = [FaceMesh().locate(astronaut, crop, careful=careful).points_px for crop in crops]
        return float(np.std(points, axis=0).mean())

    assert spread(careful=True) < 0.75 * spread(careful=False)


FRAMINGS = ((0.95, 0.0), (1.0, 0.06), (1.05, -0.06), (1.0, 0.0), (1.02, 0.03))


def test_presence_is_high_on_the_face_and_low_beside_it(astronaut: Array) -> None:
    beside = Crop(center_px=np.array([420.0, 400.0]), side_px=165.0, turn_rad=0.0)
    assert FaceMesh().locate(astronaut, CROP, careful=False).presence > 0.9
    assert FaceMesh().locate(astronaut, beside, careful=False).presence < 0.1


def test_the_teacher_is_the_one_that_was_built() -> None:
    """training/build_frontend.py makes it again; a changed one would teach something else."""
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256
