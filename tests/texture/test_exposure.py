"""Eyes of known white in skin of known tone: only a photo that is too dark misses light."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from faceborn.light.srgb import srgb_from_linear
from faceborn.texture.exposure import missing_light
from faceborn.texture.light import FRONTAL, fit_light
from faceborn.texture.prior import MODE_SIZE_PX, load_prior
from faceborn.types import Array, Photo

PALE, DARK, WHITE = np.exp(-0.95), np.exp(-2.4), np.exp(-1.0)  # linear, in good light
IRIS = np.array([[260.0, 100.0, 12.0], [100.0, 100.0, 12.0]])


def eyes(skin: float, white: float, gain: float = 1.0) -> tuple[Photo, Array, float]:
    """Photo, 68 points and log luminance of skin; `gain` is the photo's exposure."""
    linear = np.full((200, 360, 3), skin)
    points = np.full((68, 2), 10.0)
    turn = np.radians([180, 240, 300, 0, 60, 120])
    for rows, (x, y, radius) in zip((slice(42, 48), slice(36, 42)), IRIS, strict=True):
        points[rows] = np.stack([x + 3 * radius * np.cos(turn), y + radius * np.sin(turn)], 1)
        cv2.fillPoly(linear, [np.round(points[rows]).astype(np.int32)], (white,) * 3)
        cv2.circle(linear, (int(x), int(y)), int(radius), (0.02,) * 3, -1)
    pixels = srgb_from_linear((linear * gain).astype(np.float32))
    photo = Photo(pixels=pixels, focal_px=None, source="<array>", sha256="")
    return photo, points, float(np.log(skin * gain))


@pytest.mark.parametrize("skin", [PALE, DARK])
def test_in_good_light_nothing_is_missing(skin: float) -> None:
    """Neither from pale nor from dark skin, nor if the eyes lie in deep shade."""
    for white in (WHITE, 0.5 * WHITE):
        photo, points, level = eyes(skin, white)
        assert missing_light(photo, points, IRIS, level) == 0.0


def test_pale_skin_in_the_dark_misses_light() -> None:
    """A sixth of the light is noticed, but never more than what is missing is made up for."""
    photo, points, level = eyes(PALE, WHITE, 1 / 6)
    assert 0.2 < missing_light(photo, points, IRIS, level) < np.log(6)
    assert missing_light(photo, points, None, level) == 0.0


def test_missing_light_lightens_skin() -> None:
    """The same picture is taken for paler skin in weaker light."""
    prior = load_prior()
    log_photo = prior.log_albedo(np.zeros(len(prior.modes_log)), MODE_SIZE_PX) - 0.8
    square = (MODE_SIZE_PX, MODE_SIZE_PX)
    normals = np.broadcast_to(np.array([0.0, 0.0, 1.0]), (*square, 3))
    told = [
        fit_light(log_photo, np.ones(square), normals, np.ones(square, bool), prior, missing=light)
        for light in (0.0, 0.8)
    ]
    blind, lit = (float((fit.luminance @ (FRONTAL > 0)).sum()) for fit in told)
    assert lit < 0.6 * blind
    assert abs(lit - np.exp(-0.8)) < 0.1
