"""Profiles are found with a pose, and our own network reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from faceborn.faces import find_faces
from faceborn.photo import read_photo
from faceborn.types import Face

PEOPLE = ("002", "020")  # of the training people


def london(folder: Path, person: str, view: str) -> Face:
    faces = find_faces(read_photo(folder / "london" / f"{person}_{view}.jpg"))
    assert len(faces) == 1
    return faces[0]


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("view", "side"), [("01", -1), ("06", -1), ("05", 1), ("10", 1)])
def test_profile(data_folder: Path, person: str, view: str, side: int) -> None:
    """01 looks to the left of the picture, which is the person's right: a negative yaw."""
    face = london(data_folder, person, view)
    assert face.scheme == "dense_365"
    assert 60 < side * face.yaw_deg < 110
    nose, mouth = face.landmarks_px[30], face.landmarks_px[48:68].mean(0)
    eyes = face.landmarks_px[36:48].mean(0)
    assert eyes[1] < nose[1] < mouth[1]
    assert side * (nose[0] - (face.box_px[0] + face.box_px[2]) / 2) > 0


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("view", "yaw_deg"), [("02", -40), ("03", 0), ("04", 40)])
def test_front_and_three_quarter(data_folder: Path, person: str, view: str, yaw_deg: float) -> None:
    face = london(data_folder, person, view)
    assert face.scheme == "dense_365"
    assert face.yaw_deg == pytest.approx(yaw_deg, abs=15)
    assert abs(face.roll_deg) < 12
