"""Drawn heads: alive, deterministic, symmetric, and honest about their source."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.render import crop_camera, render_head, see_directions, view_camera
from faceborn.render.light import Lobe, Studio
from faceborn.render.occlusion import Visibility, even_directions
from faceborn.render.surface import SOURCE_PALETTE
from faceborn.types import Array, Camera, Shape, Texture

SIZE_PX = (160, 200)


@pytest.fixture(scope="module")
def visibility(shape: Shape) -> Visibility:
    return see_directions(shape.vertices_mm, shape.model)


@pytest.fixture(scope="module")
def front(shape: Shape) -> Camera:
    return view_camera(shape.vertices_mm, shape.model, "front", size_px=SIZE_PX)


@pytest.fixture(scope="module")
def white() -> Array:
    return np.full((SIZE_PX[1], SIZE_PX[0], 3), 255, np.uint8)


def eye_camera(shape: Shape, front: Camera, corners: slice, width_px: int) -> Camera:
    """Close to one eye; corners are its six iBUG points."""
    points = front.project(shape.model.landmarks["ibug_68"].of(shape.vertices_mm))[corners]
    low, high = points.min(0), points.max(0)
    return crop_camera(front, (low[0], low[1] - 2, high[0], high[1] + 2), width_px)


@pytest.mark.parametrize("view", ["front", "three_quarter_left", "profile_right", "back"])
def test_the_whole_head_is_in_the_picture(
    shape: Shape, texture: Texture, visibility: Visibility, view: str
) -> None:
    camera = view_camera(shape.vertices_mm, shape.model, view, size_px=SIZE_PX)
    blank = np.full((SIZE_PX[1], SIZE_PX[0], 3), 255, np.uint8)
    picture = render_head(
        shape.vertices_mm, shape, texture, camera, background=blank, visibility=visibility
    )
    drawn = (picture != 255).any(2)
    above_neck = drawn[: int(0.7 * SIZE_PX[1])]
    assert not drawn[0].any()
    assert not above_neck[:, [0, -1]].any()
    rows = np.flatnonzero(drawn.any(1))
    assert rows[0] < 0.1 * SIZE_PX[1]


def test_yaw_turns_the_face_to_the_persons_left(shape: Shape) -> None:
    """Turned to the own left, the nose points to the right of the picture."""
    nose = shape.model.landmarks["ibug_68"].of(shape.vertices_mm)[30]
    for view, sign in (("three_quarter_left", 1), ("profile_left", 1), ("profile_right", -1)):
        camera = view_camera(shape.vertices_mm, shape.model, view, size_px=SIZE_PX)
        assert sign * (camera.project(nose)[0] - SIZE_PX[0] / 2) > 20


def test_the_same_head_gives_the_same_picture(
    shape: Shape, texture: Texture, front: Camera, visibility: Visibility
) -> None:
    first = render_head(shape.vertices_mm, shape, texture, front, visibility=visibility)
    second = render_head(shape.vertices_mm, shape, texture, front)
    np.testing.assert_array_equal(first, second)


def test_a_symmetric_head_in_symmetric_light_is_symmetric(
    shape: Shape, texture: Texture, front: Camera, white: Array
) -> None:
    """The mean head is symmetric; clay shows shape and light alone."""
    up = np.array([0.0, 0.6, 0.8])
    studio = Studio(
        key_direction=up,
        lobes=(Lobe(direction=np.array([0.0, 0.0, 1.0]), colour=np.full(3, 0.3), sharpness=2.0),),
    )
    picture = render_head(
        shape.vertices_mm, shape, texture, front, style="clay", studio=studio, background=white
    ).astype(float)
    # The model's halves differ by hundredths of a millimetre; the outline may fall differently.
    difference = np.abs(picture - picture[:, ::-1]).max(2)
    assert np.quantile(difference, 0.98) <= 6
    assert difference.mean() < 1.0
    lit = render_head(shape.vertices_mm, shape, texture, front, style="clay", background=white)
    left, right = lit[:, : SIZE_PX[0] // 2].mean(), lit[:, SIZE_PX[0] // 2 :].mean()
    assert left > right + 3, "the studio's own key light comes from the left of the picture"


def test_eyes_carry_a_glint(
    shape: Shape, texture: Texture, front: Camera, visibility: Visibility
) -> None:
    """On the dark iris and pupil stands something far brighter than they are."""
    for corners in (slice(36, 42), slice(42, 48)):
        camera = eye_camera(shape, front, corners, 120)
        picture = render_head(shape.vertices_mm, shape, texture, camera, visibility=visibility)
        unlit = render_head(
            shape.vertices_mm, shape, texture, camera, visibility=visibility, style="albedo"
        )
        iris = unlit.max(2) < 90
        assert iris.sum() > 200
        assert picture[iris].min(1).max() > 200, "no glint"
        assert np.median(picture[iris].max(1)) < 100, "the glint is crisp, not a veil"


def test_source_style_uses_only_its_palette(
    shape: Shape, texture: Texture, front: Camera, visibility: Visibility
) -> None:
    """Each pixel is one of the legend's colours, darker or lighter; all kinds of the map occur."""
    white = np.full((SIZE_PX[1], SIZE_PX[0], 3), 255, np.uint8)
    picture = render_head(
        shape.vertices_mm,
        shape,
        texture,
        front,
        style="source",
        background=white,
        visibility=visibility,
    )
    drawn = picture[(picture != 255).any(2)].astype(np.float64)

    def hue(colours: Array) -> Array:
        linear = (colours / 255) ** 2.2
        return np.asarray(linear / linear.sum(1, keepdims=True))

    distance = np.abs(hue(drawn)[:, None] - hue(SOURCE_PALETTE.astype(float))[None]).max(2)
    assert distance.min(1).max() < 0.03
    assert set(np.unique(distance.argmin(1))) >= {1, 2, 3, 4}


def test_transparent_parts_do_not_hide_what_is_behind(
    shape: Shape, texture: Texture, front: Camera, visibility: Visibility
) -> None:
    """With empty pictures lashes, shade and tear line leave the head as if they were not there."""
    camera = eye_camera(shape, front, slice(36, 42), 120)
    blended = ("lashes", "eye_shade", "tearline")
    clear = dict(texture.images) | {name: np.zeros((8, 8, 4), np.uint8) for name in blended}
    without = {name: image for name, image in texture.images.items() if name not in blended}
    pictures = [
        render_head(
            shape.vertices_mm,
            shape,
            texture.replace(images=images),
            camera,
            visibility=visibility,
        )
        for images in (clear, without, texture.images)
    ]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[2].astype(int) - pictures[0]).max() > 30, "lashes are drawn at all"


def test_lashes_are_no_black_bars(
    shape: Shape, texture: Texture, front: Camera, visibility: Visibility
) -> None:
    """Their picture decides how much of their cards shows."""
    camera = eye_camera(shape, front, slice(36, 42), 120)
    solid = dict(texture.images) | {"lashes": np.full((8, 8, 4), (0, 0, 0, 255), np.uint8)}
    drawn, bars = (
        render_head(
            shape.vertices_mm,
            shape,
            texture.replace(images=images),
            camera,
            visibility=visibility,
        )
        for images in (texture.images, solid)
    )
    assert drawn.mean() > bars.mean() + 5


def test_what_is_folded_away_is_darker(shape: Shape, visibility: Visibility) -> None:
    """Open to the sky: crown and nose tip; hardly: the mouth's inside, the sockets' backs."""
    openness = visibility.openness()[:, 0]
    model = shape.model

    def median_of(part: str) -> float:
        number = model.part_names.index(part)
        return float(np.median(openness[np.unique(model.triangles[model.triangle_part == number])]))

    nose = int(model.landmarks["ibug_68"].vertices[30, 0])
    assert openness[nose] > 0.8
    assert median_of("scalp") > 0.8
    assert median_of("mouth") < 0.1
    assert median_of("sockets") < 0.1


def test_directions_are_even_and_mirrored() -> None:
    directions = even_directions(60)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    np.testing.assert_allclose(directions.T @ directions / 60, np.eye(3) / 3, atol=0.03)
    mirrored = directions * [-1, 1, 1]
    nearest = np.linalg.norm(directions[:, None] - mirrored[None], axis=2).min(1)
    np.testing.assert_allclose(nearest, 0, atol=1e-12)


def test_an_unknown_style_is_refused(shape: Shape, texture: Texture, front: Camera) -> None:
    with pytest.raises(ValueError, match="no style 'glossy'"):
        render_head(shape.vertices_mm, shape, texture, front, style="glossy")
