"""The two ways of the curve of sRGB, and its table."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.light.srgb import linear_from_srgb, srgb_curve, srgb_float, srgb_from_linear


def test_every_code_survives_the_way_to_linear_light_and_back() -> None:
    codes = np.arange(256, dtype=np.uint8)
    assert np.array_equal(srgb_from_linear(linear_from_srgb(codes)), codes)
    assert np.allclose(srgb_curve(linear_from_srgb(codes)) * 255, codes, atol=1e-3)


def test_the_table_is_the_curve() -> None:
    """To an eighth of a level, and clipped beyond 0..1."""
    light = np.random.default_rng(1).uniform(0, 1, 100_000) ** 3
    assert np.abs(srgb_float(light) - srgb_curve(light)).max() < 1 / 255 / 8
    assert list(srgb_from_linear(np.array([-1.0, 7.0]))) == [0, 255]


@pytest.mark.parametrize(("light", "code"), [(0.0, 0), (0.214041, 127.5), (0.5, 187.516), (1, 255)])
def test_known_values(light: float, code: float) -> None:
    """Half the code is a fifth of the light."""
    assert float(srgb_curve(np.array(light))) * 255 == pytest.approx(code, abs=0.01)
