"""Real photographs: the head that is laid on them is their truth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("numba")

from landmarks.placed import Style
from landmarks.together import Sitting, agree, fit_sitting, sitting_of
from photographs.registered import Registrar, photographs
from photographs.shards import SEEN, SIZE_PX, UNKNOWN

from faceborn.assets import asset_path
from faceborn.faces import find_faces
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from faceborn.types import Photo

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
PORTRAIT = asset_path("astronaut.jpg")


def sitting(photo: Photo) -> Sitting:
    return sitting_of(photo, find_faces(photo)[0])


def test_the_truth_of_a_portrait_lies_on_its_eyes() -> None:
    """Where the irises are told to be in the cut-out picture, our own network sees them, too."""
    (sample,) = Registrar(Style(usual={}, wanted="london")).person([PORTRAIT])
    truth = sample.truth
    cut_out = Photo(pixels=sample.image, focal_px=None, source="<array>", sha256="0")
    seen = sitting(cut_out).face.iris_px
    assert seen is not None
    assert np.abs(seen[:, :2] - truth["iris"][:, :2]).max() < 2.0
    assert np.abs(seen[:, 2] / truth["iris"][:, 2] - 1).max() < 0.3
    core = load_face_points().core
    places = truth["landmarks"][core, :2]
    assert ((places > 0) & (places < SIZE_PX)).all()
    assert (truth["visibility"][core] == SEEN).mean() > 0.6
    assert (sample.parts == UNKNOWN).all()


def test_two_photos_of_a_person_agree_on_one_identity(tmp_path: Path) -> None:
    """A blurred, smaller copy gives another head; together they give one between them."""
    photo = read_photo(PORTRAIT)
    small = cv2.GaussianBlur(cv2.resize(photo.pixels, None, fx=0.4, fy=0.4), (0, 0), 1.5)
    sittings = [sitting(photo), sitting(photo.replace(pixels=small))]
    fits = [fit_sitting(one) for one in sittings]
    one, other = (fit.identity for fit in fits if fit is not None)
    agreed = agree([(s, fit) for s, fit in zip(sittings, fits, strict=True) if fit is not None])
    apart = np.linalg.norm(one - other)
    assert apart > 0.1
    assert np.linalg.norm(agreed - one) < apart
    assert np.linalg.norm(agreed - other) < apart
    assert fits[0] is not None
    assert np.array_equal(agree([(sittings[0], fits[0])]), one)


@pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data")
def test_no_validation_person_is_learnt_from() -> None:
    import json

    told = json.loads((DATA / "london" / "people.json").read_text())
    validation = {f"london_{key}" for key, row in told.items() if row["split"] != "train"}
    learnt = {person for person, _ in photographs(DATA, held_back=False)}
    kept = {person for person, _ in photographs(DATA, held_back=True)}
    assert validation
    assert not validation & (learnt | kept)
    assert not learnt & kept
    assert len(learnt) > 5 * len(kept) > 0
