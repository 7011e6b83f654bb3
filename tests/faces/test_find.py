"""find_faces on the astronaut of scikit-image (public domain): turned, mirrored, small, twice."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

from faceborn.faces import find_faces
from faceborn.faces.find import _spans
from faceborn.model.face_points import load_face_points
from faceborn.types import Array, Face, Photo

# Read off the picture by hand: pupils, tip of the nose, corners of the mouth.
LEFT_PUPIL, RIGHT_PUPIL = (246.5, 103.5), (203.5, 101.5)
NOSE_TIP = (223.5, 125.5)
LEFT_CORNER, RIGHT_CORNER = (245.0, 141.0), (202.5, 139.5)
POINTS = {30: NOSE_TIP, 54: LEFT_CORNER, 48: RIGHT_CORNER}  # of iBUG


@pytest.fixture(scope="module")
def astronaut() -> Array:
    return picture("astronaut")


def picture(name: str) -> Array:
    """One of the pictures that scikit-image carries, (H, W, 3) uint8."""
    return np.asarray(getattr(data, name)())


@pytest.fixture(scope="module")
def face(astronaut: Array) -> Face:
    return only(find_faces(photo(astronaut)))


def photo(pixels: Array) -> Photo:
    return Photo(
        pixels=np.ascontiguousarray(pixels), focal_px=None, source="<array>", sha256="0" * 64
    )


def only(faces: list[Face]) -> Face:
    assert len(faces) == 1
    return faces[0]


def eye_distance_px(face: Face) -> float:
    return float(np.linalg.norm(face.landmarks_px[36] - face.landmarks_px[45]))


def left_pupil(face: Face) -> Array:
    assert face.iris_px is not None
    return np.asarray(face.iris_px[0, :2])


def test_the_face_is_found_once_and_its_points_lie_on_it(face: Face) -> None:
    assert face.scheme == "dense_365"
    assert face.landmarks_px.shape == (365, 2)
    x0, y0, x1, y1 = face.box_px
    core = face.landmarks_px[load_face_points().core]
    assert ((core > (x0 - 15, y0 - 15)) & (core < (x1 + 15, y1 + 15))).all()
    assert 60 < x1 - x0 < 110
    assert 80 < y1 - y0 < 140
    for index, place in POINTS.items():
        assert np.linalg.norm(face.landmarks_px[index] - place) < 3.0, index
    assert max(abs(face.yaw_deg), abs(face.roll_deg)) < 15


def test_irises_are_the_persons_left_then_right(face: Face) -> None:
    assert face.iris_px is not None
    (left_x, left_y, left_radius), (right_x, right_y, right_radius) = face.iris_px
    assert np.hypot(left_x - LEFT_PUPIL[0], left_y - LEFT_PUPIL[1]) < 2
    assert np.hypot(right_x - RIGHT_PUPIL[0], right_y - RIGHT_PUPIL[1]) < 2
    # An iris is 11.7 mm wide, the outer corners of the eyes are about 88 mm apart.
    expected = eye_distance_px(face) * 11.7 / 88 / 2
    assert left_radius == pytest.approx(expected, rel=0.2)
    assert right_radius == pytest.approx(expected, rel=0.2)


def test_a_mirrored_photo_gives_mirrored_points(astronaut: Array, face: Face) -> None:
    mirrored = only(find_faces(photo(astronaut[:, ::-1])))
    width = astronaut.shape[1]
    pairs = [(36, 45), (39, 42), (48, 54), (30, 30), (8, 8)]
    for a, b in pairs + [(b, a) for a, b in pairs]:
        expected = (width - face.landmarks_px[b, 0], face.landmarks_px[b, 1])
        distance = np.linalg.norm(mirrored.landmarks_px[a] - expected)
        assert distance < 0.03 * eye_distance_px(face), (a, b)
    assert mirrored.roll_deg == pytest.approx(-face.roll_deg, abs=3)
    assert mirrored.yaw_deg == pytest.approx(-face.yaw_deg, abs=5)


@pytest.mark.parametrize("angle_deg", [-20, 20, 50, 110, 160, 195, 225, 290])
def test_a_tilted_photo_gives_tilted_points_and_roll(
    astronaut: Array, face: Face, angle_deg: float
) -> None:
    """A positive angle turns anticlockwise, as a positive roll does."""
    height, width = astronaut.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), angle_deg, 1.0)
    tilted = only(find_faces(photo(cv2.warpAffine(astronaut, turn, (width, height)))))
    off = (tilted.roll_deg - face.roll_deg - angle_deg + 180) % 360 - 180
    assert abs(off) < 3
    expected = (face.landmarks_px - 0.5) @ turn[:, :2].T + turn[:, 2] + 0.5
    distance = np.linalg.norm(tilted.landmarks_px - expected, axis=1)
    assert distance.mean() < 0.04 * eye_distance_px(face)


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("height", [512, 300])
def test_photos_on_their_side_and_upside_down(
    astronaut: Array, face: Face, quarters: int, height: int
) -> None:
    photographed = astronaut[:height]
    turned = only(find_faces(photo(np.rot90(photographed, quarters))))
    expected, size = face.landmarks_px, (512, height)
    for _ in range(quarters):
        expected = np.stack([expected[:, 1], size[0] - expected[:, 0]], 1)
        size = size[1], size[0]
    distance = np.linalg.norm(turned.landmarks_px - expected, axis=1)
    assert distance.mean() < 0.03 * eye_distance_px(face)
    off = (turned.roll_deg - face.roll_deg - 90 * quarters + 180) % 360 - 180
    assert abs(off) < 3


def test_a_large_photo_upside_down(astronaut: Array, face: Face) -> None:
    large = cv2.resize(astronaut, (2500, 2500), interpolation=cv2.INTER_CUBIC)
    found = only(find_faces(photo(large[::-1, ::-1])))
    expected = 2500 - face.landmarks_px * 2500 / 512
    distance = np.linalg.norm(found.landmarks_px - expected, axis=1)
    assert distance.mean() < 0.04 * eye_distance_px(found)


def test_two_people_are_two_faces_the_larger_first(astronaut: Array, face: Face) -> None:
    smaller = cv2.resize(astronaut[:256, 64:448], None, fx=0.8, fy=0.8)
    canvas = np.full((512, 900, 3), 200, np.uint8)
    canvas[: len(smaller), 550 : 550 + smaller.shape[1]] = smaller
    canvas[:, :512] = astronaut
    first, second = find_faces(photo(canvas))
    assert np.abs(np.subtract(first.box_px, face.box_px)).max() < 10
    expected = (face.landmarks_px - (64, 0)) * 0.8 + (550, 0)
    distance = np.linalg.norm(second.landmarks_px - expected, axis=1)
    assert distance.mean() < 0.05 * eye_distance_px(face)


def test_a_face_of_sixty_pixels_in_a_twelve_megapixel_photo(astronaut: Array) -> None:
    small = cv2.resize(astronaut, None, fx=0.54, fy=0.54, interpolation=cv2.INTER_AREA)
    canvas = np.full((3000, 4000, 3), 140, np.uint8)
    canvas[1200 : 1200 + len(small), 2200 : 2200 + small.shape[1]] = small
    found = only(find_faces(photo(canvas)))
    pupil = np.array(LEFT_PUPIL) * 0.54 + (2200, 1200)
    assert left_pupil(found) == pytest.approx(pupil, abs=2)


def test_a_face_of_fifty_pixels_in_a_photo_of_six_thousand(astronaut: Array) -> None:
    """0.8 % of the side, where two tiles meet in both directions."""
    small = cv2.resize(astronaut, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA)
    canvas = np.full((4000, 6000, 3), 140, np.uint8)
    canvas[1880 : 1880 + len(small), 3880 : 3880 + small.shape[1]] = small
    found = only(find_faces(photo(canvas)))
    pupil = np.array(LEFT_PUPIL) * 0.45 + (3880, 1880)
    assert left_pupil(found) == pytest.approx(pupil, abs=2)


def test_tiles_cover_the_picture_and_overlap() -> None:
    for side_px in (700, 2048, 2049, 9001):
        spans = _spans(side_px, 2048)
        assert spans[0][0] == 0
        assert spans[-1][1] == side_px
        assert len({end - start for start, end in spans}) == 1
        for (_, end), (start, _) in pairwise(spans):
            assert end - start >= 190


def test_a_grey_portrait_as_small_as_a_stamp(astronaut: Array) -> None:
    small = cv2.resize(astronaut[:300, 90:330], (175, 219), interpolation=cv2.INTER_AREA)
    grey = np.repeat(small.mean(2, keepdims=True), 3, 2).astype(np.uint8)
    found = only(find_faces(photo(grey)))
    pupil = (np.array(LEFT_PUPIL) - (90, 0)) * (175 / 240, 219 / 300)
    assert left_pupil(found) == pytest.approx(pupil, abs=2)


def empty_pictures() -> list[Any]:
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    return [
        pytest.param(np.full((480, 640, 3), 127, np.uint8), id="blank"),
        pytest.param(noise, id="noise"),
        pytest.param(np.zeros((24, 16, 3), np.uint8), id="tiny"),
        pytest.param(picture("coffee"), id="coffee"),
        pytest.param(picture("chelsea"), id="cat"),
        pytest.param(picture("rocket"), id="rocket"),
    ]


@pytest.mark.parametrize("pixels", empty_pictures())
def test_pictures_without_people_give_no_face(pixels: Array) -> None:
    assert find_faces(photo(pixels)) == []


def test_the_photo_is_left_as_it_was(astronaut: Array) -> None:
    before = astronaut.copy()
    find_faces(photo(astronaut))
    assert (astronaut == before).all()
