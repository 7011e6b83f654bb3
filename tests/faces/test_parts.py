"""The map of skin and hair around a face, on the portrait of the demo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from faceborn.assets import asset_path
from faceborn.faces import find_faces, hints_of, look_at, part_map
from faceborn.fit import fit_face
from faceborn.model import load_head_model
from faceborn.photo import read_photo
from faceborn.pipeline import Portrait
from faceborn.types import Array, PartMap, Photo


def share_at(values: Array, parts: PartMap, point_px: tuple[float, float]) -> float:
    x, y = parts.square_from_photo @ np.array([*point_px, 1.0])
    return float(cv2.blur(values, (9, 9))[int(y), int(x)])


@pytest.mark.parametrize("grey", [False, True])
def test_locks_are_hair_and_the_nose_is_skin(grey: bool) -> None:
    """In colour and without: places of the portrait that no one doubts."""
    photo = read_photo(asset_path("astronaut.jpg"))
    if grey:
        tone = photo.pixels.mean(2, keepdims=True).astype(np.uint8)
        photo = photo.replace(pixels=np.repeat(tone, 3, 2))
    face = find_faces(photo)[0]
    parts = part_map(look_at(photo, face))
    assert parts is not None
    x0, y0, x1, y1 = face.box_px
    middle, side = (x0 + x1) / 2, x1 - x0
    nose = (middle, y0 + 0.6 * (y1 - y0))
    locks = [(middle - 0.6 * side, y0 + 0.2 * side), (middle, y0 - 0.3 * side)]
    assert share_at(parts.skin, parts, nose) > 0.8 > 0.1 > share_at(parts.hair, parts, nose)
    surer = 0.1 if grey else 0.25  # without colour a fringe has the tone of the forehead
    for lock in locks:
        assert share_at(parts.hair, parts, lock) > share_at(parts.skin, parts, lock) + surer


def test_no_map_where_there_is_no_face() -> None:
    """A wall that the detector took for a face."""
    photo = read_photo(asset_path("astronaut.jpg"))
    face = find_faces(photo)[0]
    wall = Photo(
        pixels=np.full_like(photo.pixels, 128), focal_px=None, source="<array>", sha256="0"
    )
    look = look_at(wall, face)
    assert part_map(look) is None
    assert hints_of(look).identity is None


def test_a_portrait_is_fitted_with_what_its_look_tells() -> None:
    """The pipeline's fit is the one with hints, and another than the one without."""
    portrait = Portrait(asset_path("astronaut.jpg"))
    photo, face, model = portrait.photo, portrait.faces[0], load_head_model()
    hints = hints_of(look_at(photo, face))
    assert hints.identity is not None
    assert np.linalg.norm(hints.identity) > 0.5
    fitted = portrait.fit()[0].identity
    np.testing.assert_allclose(fitted, fit_face(photo, face, model, hints=hints).identity)
    assert np.abs(fitted - fit_face(photo, face, model).identity).max() > 0.1
