"""From photo to Head: what comes out, which face, and what the report says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import faceborn
from faceborn.errors import FaceTooSmall, FaceTurnedAway, NoFace, UnknownFormat
from faceborn.model import raise_hair
from faceborn.report import FACE_KEYS, REPORT_KEYS
from faceborn.types import Array, Camera


@pytest.fixture(scope="module")
def head(astronaut: Path) -> faceborn.Head:
    return faceborn.from_photo(astronaut, texture_size=512)


def test_three_lines(head: faceborn.Head, tmp_path: Path) -> None:
    """The promise of the README, on a real photo."""
    assert head.save(tmp_path / "me.glb") == [tmp_path / "me.glb"]
    assert (tmp_path / "me.glb").read_bytes()[:4] == b"glTF"


def test_the_arrays_of_a_head_fit_together(head: faceborn.Head) -> None:
    count = len(head.vertices)
    assert head.vertices.shape == (count, 3)
    assert head.faces.min() == 0
    assert head.faces.max() == count - 1
    assert head.uv.shape == (count, 2)
    assert head.albedo.shape == (512, 512, 3)
    assert head.albedo.dtype == np.uint8
    assert head.seen.shape == head.source.shape == (512, 512)
    assert head.seen.dtype == bool
    assert 0.02 < head.seen.mean() < 1
    assert len(head.expressions) == 52
    assert all(moved.shape == (count, 3) for moved in head.expressions.values())
    # Millimetres: a head with its bust is some 30 to 50 cm tall.
    assert 250 < np.ptp(head.vertices[:, 1]) < 550


def test_the_camera_sees_the_head_where_the_photo_shows_the_face(head: faceborn.Head) -> None:
    x0, y0, x1, y1 = head.result.face.box_px
    landmarks = head.shape.model.landmarks["ibug_68"].of(head.vertices)
    x, y = head.camera.project(landmarks).T
    margin = 0.15 * (y1 - y0)
    assert x0 - margin < x.min() < x.max() < x1 + margin
    assert y0 - margin < y.min() < y.max() < y1 + margin


def test_the_report_has_the_schema(head: faceborn.Head, astronaut: Path) -> None:
    report = head.report
    assert tuple(report) == REPORT_KEYS
    assert report["faceborn"] == faceborn.__version__
    assert report["photo"] == {"path": str(astronaut), "width": 512, "height": 512}
    (face,) = report["faces"]
    assert tuple(face) == FACE_KEYS
    x, y, w, h = face["box_px"]
    points = np.array(face["landmarks_px"])
    assert points.shape == (68, 3)
    nose_x, nose_y = points[30, :2]
    assert x < nose_x < x + w
    assert y < nose_y < y + h
    assert points[36, 0] < points[45, 0], "iBUG 36 is the person's right eye: left in the picture"
    assert points[30, 2] > points[[0, 16], 2].max(), (
        "the nose is nearer to the viewer than the ears"
    )
    assert set(face["expression"]) == set(head.expressions)
    assert all(0 <= weight <= 1 for weight in face["expression"].values())
    assert 0 < face["reprojection_px"] < 0.1 * h
    assert 0 < face["seen_fraction"] <= 1
    assert 0 < face["scale_sd"] < 0.2
    assert set(report["seconds"]) == {"photo", "faces", "model", "fit", "texture"}
    assert json.loads(json.dumps(report)) == report


def test_path_and_content_give_the_same_head(head: faceborn.Head, astronaut: Path) -> None:
    portrait = faceborn.Portrait(astronaut.read_bytes())
    _, shape = portrait.fit()
    assert head.texture.hair_height_mm is not None  # the fit's shape is bald
    assert np.array_equal(raise_hair(shape, head.texture.hair_height_mm).vertices_mm, head.vertices)


def test_landmarks_are_in_pixels_in_all_three_directions() -> None:
    """At the points' mean depth a millimetre is as many pixels towards the viewer as across."""
    camera = Camera(
        size_px=(400, 300),
        focal_px=500.0,
        center_px=(200.0, 150.0),
        camera_from_head=np.diag([1.0, -1.0, -1.0]),
        translation_mm=np.array([0.0, 0.0, 1000.0]),
    )
    points_mm = np.array([[10.0, 0, 0], [-10, 0, 0], [0, 0, 20], [0, 0, -20]])
    points = camera.to_picture(points_mm)
    assert np.allclose(points[:, :2], camera.project(points_mm))
    across = (points[0, 0] - points[1, 0]) / 20
    towards = (points[2, 2] - points[3, 2]) / 40
    assert across == pytest.approx(towards) == pytest.approx(0.5)
    assert points[:, 2].mean() == pytest.approx(0)


@pytest.mark.usefixtures("flat_texture")
def test_of_several_faces_the_largest_is_made_and_all_are_reported(two_faces: Array) -> None:
    head = faceborn.from_photo(two_faces, texture_size=64)
    first, second = head.report["faces"]
    assert first["box_px"][0] < 512 < second["box_px"][0]
    assert first["box_px"][3] > second["box_px"][3]
    assert first["seen_fraction"] is not None
    assert second["seen_fraction"] is None, "no head was made of it"
    assert len(second["landmarks_px"]) == 68, "but it was fitted"


@pytest.mark.usefixtures("flat_texture")
def test_any_face_can_be_chosen(two_faces: Array) -> None:
    second = faceborn.from_photo(two_faces, texture_size=64, face=2)
    assert second.result.face.box_px[0] > 512
    with pytest.raises(NoFace, match="has no face 3") as caught:
        faceborn.from_photo(two_faces, face=3)
    assert "2 found" in caught.value.hint


@pytest.mark.usefixtures("flat_texture")
def test_a_face_that_cannot_be_fitted_is_reported_all_the_same(
    two_faces: Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    from faceborn import fit

    real = fit.fit_face

    def only_the_first(photo: Any, face: Any, model: Any, **_: Any) -> Any:
        if face.box_px[0] > 512:
            raise FaceTurnedAway("the face is turned away", yaw_deg=88.0)
        return real(photo, face, model)

    monkeypatch.setattr(fit, "fit_face", only_the_first)
    second = faceborn.from_photo(two_faces, texture_size=64).report["faces"][1]
    assert tuple(second) == FACE_KEYS
    assert second["box_px"][0] > 512
    assert second["landmarks_px"] is None
    assert second["output"] == []


@pytest.mark.usefixtures("flat_texture")
def test_progress_names_the_stages_in_order(astronaut: Path) -> None:
    stages: list[str] = []
    faceborn.from_photo(astronaut, texture_size=64, progress=stages.append)
    assert stages == ["photo", "faces", "model", "fit", "texture"]


def test_no_face_and_too_small_a_face(two_faces: Array) -> None:
    with pytest.raises(NoFace, match="no face") as caught:
        faceborn.from_photo(np.full((200, 200, 3), 90, np.uint8))
    assert caught.value.hint
    assert caught.value.source == "<array>"
    tiny = two_faces[::4, ::4]
    with pytest.raises(FaceTooSmall, match="px") as small:
        faceborn.from_photo(np.ascontiguousarray(tiny))
    assert small.value.hint


@pytest.mark.parametrize("name", ["me", "me.fbx", "me.png"])
def test_a_format_that_is_not_written(head: faceborn.Head, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownFormat, match="no format"):
        head.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["me.obj", "me.ply", "ME.GLB"])
def test_every_format_is_saved_under_the_name_given(
    head: faceborn.Head, tmp_path: Path, name: str
) -> None:
    written = head.save(tmp_path / name)
    assert written == [path for path in written if path.is_file()]
    assert written[0].stem == name.split(".")[0]
    assert set(tmp_path.iterdir()) == set(written)


def test_a_preview_is_a_picture(head: faceborn.Head) -> None:
    picture = head.preview()
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.std() > 10
    (content,) = head.encode("preview", "me").values()
    assert np.array_equal(faceborn.read_photo(content).pixels, picture)
