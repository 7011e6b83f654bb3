"""Parts of a real photograph by what the network is sure of."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

pytest.importorskip("numba")

from photographs.self_labels import MARKED, is_marked, label_parts
from photographs.shards import MAP_PX, PARTS, SIZE_PX, UNKNOWN

from faceborn.assets import asset_path
from faceborn.faces import find_faces
from faceborn.faces.network import FaceNetwork
from faceborn.photo import read_photo
from faceborn.types import Array


def portrait() -> tuple[Array, Array]:
    """The demo's portrait as a sample shows it: picture, landmarks."""
    photo = read_photo(asset_path("astronaut.jpg"))
    face = find_faces(photo)[0]
    x0, y0, x1, y1 = (round(edge) for edge in face.box_px)
    side = round(1.8 * (y1 - y0))
    left, top = (x0 + x1 - side) // 2, max((y0 + y1 - side) // 2, 0)
    cut = photo.pixels[top : top + side, left : left + side]
    scale = SIZE_PX / side
    picture = cv2.resize(cut, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA)
    return picture, (face.landmarks_px - (left, top)) * scale


def test_what_is_sure_is_right_and_the_rest_is_unknown() -> None:
    picture, landmarks = portrait()
    labels = label_parts(picture, landmarks, FaceNetwork())
    assert labels.shape == (MAP_PX, MAP_PX)
    x, y = (landmarks[[31, 35]].mean(0) / SIZE_PX * MAP_PX).astype(int)  # wings of the nose
    assert PARTS[int(labels[y - 6, x])] == "skin"
    crown = int(landmarks[:, 1].min() / SIZE_PX * MAP_PX) + 2
    assert PARTS[int(labels[crown, x])] in ("hair", "background")
    assert 0.02 < (labels == UNKNOWN).mean() < 0.6


def test_noise_tells_little() -> None:
    """Where there is no face hardly anything is sure enough."""
    _, landmarks = portrait()
    noise = np.random.default_rng(1).integers(0, 256, (SIZE_PX, SIZE_PX, 3)).astype(np.uint8)
    labels = label_parts(noise, landmarks, FaceNetwork())
    assert (labels == PARTS.index("skin")).mean() < 0.1


def test_portraits_to_measure_with_are_known() -> None:
    stems = list(json.loads(MARKED.read_text())["masks"])
    assert len(stems) == 40
    assert all(is_marked(stem) for stem in stems)
    assert not is_marked("somebody-else")
