"""The face network as it ships, on heads that we render ourselves: it reads profiles."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from faceborn.assets import asset_path, read_catalogue
from faceborn.faces import find_faces
from faceborn.faces.network import FILE, INNER_LIPS, OUTPUTS, SIZE_PX, FaceNetwork, sealed
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from tests.faces.turned_head import draw_turned_head


@pytest.mark.parametrize("yaw_deg", [-85.0, 78.0, 60.0, 30.0, 5.0])
def test_a_rendered_head_is_read(yaw_deg: float) -> None:
    """Found, its pose within 15 degrees, the seen points within a tenth of the face's height."""
    picture, camera, vertices_mm = draw_turned_head(yaw_deg)
    face = find_faces(read_photo(picture))[0]
    assert face.scheme == "dense_365"
    assert face.yaw_deg == pytest.approx(yaw_deg, abs=15)
    assert face.landmarks_sigma_px is not None
    truth = camera.project(load_head_model().landmarks["dense_365"].of(vertices_mm))
    core = load_face_points().core
    apart = np.linalg.norm(face.landmarks_px - truth, axis=1)[core]
    assert np.median(apart) < 0.1 * np.ptp(truth[core, 1])


def test_the_file_says_what_it_is() -> None:
    """Scheme, size, licence and date stand in it, so that nobody guesses from tensor shapes."""
    onnx = pytest.importorskip("onnx")
    told = {entry.key: entry.value for entry in onnx.load(asset_path(FILE)).metadata_props}
    assert told["scheme"] == FaceNetwork.scheme
    assert told["size_px"] == str(SIZE_PX)
    assert told["license"] == read_catalogue()["face_network"]["license"]
    assert date(2026, 11, 1) < date.fromisoformat(told["date"]) <= date.today()
    assert told.keys() >= {"colour", "values", *OUTPUTS}


def test_where_there_is_no_face_the_score_is_low() -> None:
    """Of the middle of a wall of noise."""
    noise = np.random.default_rng(0).integers(90, 160, (256, 256, 3)).astype(np.uint8)
    picture, _, _ = draw_turned_head(80.0)
    found = find_faces(read_photo(picture))[0]
    assert found.landmarks_score > 0.9
    look = FaceNetwork().find(noise, found.replace(box_px=(60.0, 60.0, 200.0, 200.0)))
    assert look.score < 0.5


def test_lips_that_nearly_touch_touch_and_others_stay() -> None:
    """Points of a frontal face, 100 px between its eye corners; only the inner lips move."""
    points = np.random.default_rng(2).uniform(0, 100, (365, 3))
    points[[36, 45]] = (0, 0, 0), (100, 0, 0)
    inner = [number for pair in INNER_LIPS for number in pair]
    for gap, kept in ((1.0, 0.0), (1.8, 0.5), (8.0, 1.0)):
        for place, (upper, lower) in enumerate(INNER_LIPS):
            points[upper], points[lower] = (40 + 10 * place, 70, 5), (40 + 10 * place, 70 + gap, 5)
        seen = sealed(points)
        for upper, lower in INNER_LIPS:
            np.testing.assert_allclose(seen[lower] - seen[upper], (0, gap * kept, 0), atol=1e-9)
            middle = (points[upper] + points[lower]) / 2
            np.testing.assert_allclose((seen[lower] + seen[upper]) / 2, middle)
        others = np.delete(np.arange(365), inner)
        assert (seen[others] == points[others]).all()
