"""A crop shows what it says, and points travel between crop and photo without a shift."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from faceborn.geometry.crop import Crop
from faceborn.types import Array


def crop_of(center: tuple[float, float], side_px: float, turn_deg: float) -> Crop:
    return Crop(center_px=np.array(center), side_px=side_px, turn_rad=float(np.deg2rad(turn_deg)))


def blob(size_px: tuple[int, int], center: tuple[float, float], sigma_px: float) -> Array:
    """A bright spot whose centre of mass is known; (0, 0) is the corner of the picture."""
    x, y = np.meshgrid(np.arange(size_px[0]) + 0.5, np.arange(size_px[1]) + 0.5)
    spot = np.exp(-((x - center[0]) ** 2 + (y - center[1]) ** 2) / 2 / sigma_px**2)
    return np.repeat((spot * 255).astype(np.uint8)[:, :, None], 3, 2)


@pytest.mark.parametrize("turn_deg", [0, 25, 90, 180])
@pytest.mark.parametrize("side_px", [100, 192, 600, 1300])
def test_a_spot_is_found_where_the_crop_says(turn_deg: float, side_px: float) -> None:
    place = (903.2, 651.7)
    pixels = blob((1600, 1200), place, sigma_px=side_px / 40)
    crop = crop_of((880, 640), side_px, turn_deg)
    square = crop.sample(pixels, 192)[:, :, 0].astype(float)
    grid = np.arange(192) + 0.5
    seen = np.array([(square.sum(0) * grid).sum(), (square.sum(1) * grid).sum()]) / square.sum()
    assert crop.to_photo(seen, 192) == pytest.approx(place, abs=0.002 * side_px)


def test_beyond_the_border_the_border_goes_on() -> None:
    pixels = np.zeros((100, 100, 3), np.uint8)
    pixels[:, 50:] = 200
    square = crop_of((100, 50), 100, 0).sample(pixels, 100)
    assert (square[:, 55:] == 200).all()


def test_a_crop_of_a_large_photo_is_the_crop_of_its_part() -> None:
    """Only a part of the photo is resampled; that must not show."""
    rng = np.random.default_rng(1)
    pixels = cv2.resize(rng.integers(0, 255, (90, 120, 3), dtype=np.uint8), (1200, 900))
    far = crop_of((600, 450), 192, 10).sample(pixels, 192)
    near = crop_of((250, 150), 192, 10).sample(pixels[300:600, 350:850], 192)
    assert np.abs(far.astype(int) - near).max() <= 1
