"""Size from the irises."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.fit.scale import HEAD_SIZE_SD, IRIS_MM, scale_from_iris

FOCAL_PX, DEPTH_MM = 1000.0, 600.0


def measured(factor: float) -> np.ndarray:
    """Radii (2,) px of irises of a head `factor` times too small in the fit."""
    return np.full(2, IRIS_MM / 2 / factor / DEPTH_MM * FOCAL_PX)


def scale(radii_px: np.ndarray, trust: tuple[float, float] = (1.0, 1.0)) -> tuple[float, float]:
    return scale_from_iris(radii_px, np.full(2, DEPTH_MM), np.array(trust), FOCAL_PX)


def test_size_moves_towards_what_the_irises_say() -> None:
    """4 % larger by the irises: more than half of it is believed, and the doubt shrinks."""
    found, sd = scale(measured(1.04))
    assert 1.0 < found < 1.04
    assert sd < HEAD_SIZE_SD


def test_one_bad_iris_does_not_spoil_the_other() -> None:
    """A radius of 0 or nan is left out; the good eye counts alone."""
    good = scale(measured(1.04), (1.0, 0.0))
    for bad in (0.0, np.nan):
        radii = measured(1.04)
        radii[1] = bad
        assert scale(radii) == pytest.approx(good)


def test_an_absurd_iris_is_not_believed() -> None:
    """Irises five times too large are a wrong measurement, and the prior's doubt is reported."""
    assert scale(measured(0.2)) == (1.0, HEAD_SIZE_SD)
