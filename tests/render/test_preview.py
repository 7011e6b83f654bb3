"""The preview: the head lies where the photo's camera says, in the photo's light."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.render import crop_camera, draw_preview, render_head, see_directions
from faceborn.render.overlay import crop_photo, head_box, render_over_photo
from faceborn.render.preview import grid, half_and_half
from faceborn.types import Array, Camera, Face, Fit, Photo, Result, Shape, Texture


def photo_of(pixels: Array) -> Photo:
    return Photo(pixels=pixels, focal_px=None, source="<array>", sha256="")


@pytest.fixture(scope="module")
def camera() -> Camera:
    """A head to the left of the picture's middle, turned a little."""
    turn = FLIP @ rotation_from_angles(12, 4, -6)
    return Camera(
        size_px=(420, 380),
        focal_px=700.0,
        center_px=(210.0, 190.0),
        camera_from_head=turn,
        translation_mm=np.array([-35.0, 10.0, 900.0]),
    )


@pytest.fixture(scope="module")
def fit(shape: Shape, camera: Camera) -> Fit:
    expression = np.zeros(len(shape.model.expression_names))
    expression[shape.model.expression_names.index("jawOpen")] = 0.3
    return Fit(
        identity=np.zeros(len(shape.model.identity_mm)),
        expression=expression,
        scale=1.0,
        scale_sd=0.03,
        camera=camera,
        landmarks_px=np.zeros((0, 2)),
        residual_px=np.zeros(0),
        scheme="mediapipe_478",
        yaw_deg=12.0,
        pitch_deg=4.0,
        roll_deg=-6.0,
    )


@pytest.fixture(scope="module")
def result(shape: Shape, texture: Texture, fit: Fit, camera: Camera) -> Result:
    """A photo that is itself a picture of the head, in the studio's light."""
    posed = shape.with_expression(fit.expression.astype(np.float32))
    pixels = render_head(posed, shape, texture, camera)
    return Result(
        photo=photo_of(pixels),
        face=Face(
            box_px=(100, 100, 250, 280),
            score=1.0,
            yaw_deg=12.0,
            pitch_deg=4.0,
            roll_deg=-6.0,
            scheme="mediapipe_478",
            landmarks_px=np.zeros((0, 2)),
            landmarks_score=1.0,
            iris_px=None,
        ),
        fit=fit,
        shape=shape,
        texture=texture,
    )


def test_the_head_lies_on_its_own_picture(result: Result) -> None:
    """Laid over a photo that shows exactly this head it changes little: place and light are met."""
    fit, shape = result.fit, result.shape
    posed = shape.with_expression(fit.expression.astype(np.float32))
    box = head_box(posed, shape, fit.camera, 0.8)
    photo, over = render_over_photo(
        result.photo,
        fit,
        shape,
        result.texture,
        box,
        200,
        visibility=see_directions(posed, shape.model),
    )
    landmarks = crop_camera(fit.camera, box, 200).project(
        shape.model.landmarks["ibug_68"].of(posed)
    )
    low, high = landmarks.min(0).astype(int), landmarks.max(0).astype(int)
    inside = (slice(low[1], high[1]), slice(low[0], high[0]))
    difference = np.abs(photo[inside].astype(float) - over[inside]).mean()
    aside = np.abs(photo[inside].astype(float) - np.roll(over, 8, axis=1)[inside]).mean()
    assert difference < 14
    assert difference < 0.6 * aside
    corner = np.s_[:8, :8]
    np.testing.assert_array_equal(photo[corner], over[corner])


def test_the_crop_is_where_the_camera_says() -> None:
    """A dot in the photo lands where the cropped camera projects it, at every scale."""
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[148:152, 118:122] = 255  # centre (120, 150)
    camera = Camera(
        size_px=(400, 300),
        focal_px=500.0,
        center_px=(200.0, 150.0),
        camera_from_head=FLIP,
        translation_mm=np.array([0.0, 0.0, 1000.0]),
    )
    point = np.array([-160.0, 0.0, 0.0])
    np.testing.assert_allclose(camera.project(point), [120, 150])
    for box, width in (
        ((60, 70, 260, 270), 100),
        ((60, 70, 260, 270), 500),
        ((-50, 0, 250, 300), 300),
    ):
        crop = crop_photo(photo_of(pixels), box, width)
        where = crop_camera(camera, box, width)
        assert crop.shape[:2] == where.size_px[::-1]
        dark = crop.astype(float)[..., 0] * (crop.std(2) < 0.5)
        outside = np.arange(width) + 0.5 < -box[0] * width / (box[2] - box[0])
        dark[:, outside] = 0
        rows, columns = np.mgrid[: crop.shape[0], : crop.shape[1]] + 0.5
        found = [(columns * dark).sum() / dark.sum(), (rows * dark).sum() / dark.sum()]
        np.testing.assert_allclose(found, where.project(point), atol=0.12)


def test_the_preview_is_one_whole_picture(result: Result) -> None:
    picture = draw_preview(result)
    assert picture.dtype == np.uint8
    assert picture.shape == (1104, 1816, 3)
    panels = [
        picture[8 + row * 548 : 8 + row * 548 + 540, 8 + column * 452 : 8 + column * 452 + 444]
        for row in range(2)
        for column in range(4)
    ]
    for panel in panels:
        assert panel[100:440, 100:340].std() > 15, "an empty panel"
    profile, other = panels[6][60:].astype(float), panels[7][60:].astype(float)
    # Opposite profiles of a symmetric head have mirrored outlines.
    unlike = np.abs(profile.mean(2) - other[:, ::-1].mean(2)) > 60
    assert unlike.mean() < 0.05


def test_half_and_half_takes_each_side_from_its_picture() -> None:
    left, right = np.zeros((4, 100, 3), np.uint8), np.full((4, 100, 3), 200, np.uint8)
    mixed = half_and_half(left, right, seam_px=10)
    assert (mixed[:, :44] == 0).all()
    assert (mixed[:, 56:] == 200).all()
    assert (np.diff(mixed[0, :, 0].astype(int)) >= 0).all()


def test_the_grid_keeps_the_panels_as_they_are() -> None:
    random = np.random.default_rng(0)
    panels = [(random.integers(0, 255, (30, 20, 3), np.uint8), "") for _ in range(3)]
    sheet = grid(panels, columns=2)
    assert sheet.shape == (2 * 38 + 8, 2 * 28 + 8, 3)
    np.testing.assert_array_equal(sheet[8:38, 36:56], panels[1][0])
    np.testing.assert_array_equal(sheet[46:76, 8:28], panels[2][0])
