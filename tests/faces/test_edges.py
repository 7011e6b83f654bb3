"""The map of parts ends where the picture does."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.faces.edges import EDGE as EDGE_VARIANCE
from faceborn.faces.edges import REACH_PX, follow_edges
from faceborn.types import Array

SIZE, EDGE, DRAWN = 64, 32, 28  # the picture changes at EDGE, the map says DRAWN
GROUPS = ((0,), (1, 2))  # part 3 is in none


def scene() -> tuple[Array, Array]:
    """Light left, dark right; parts 0 and 1 meet 4 px off, 2 and 3 are small."""
    picture = np.full((SIZE, SIZE, 3), 200, np.uint8)
    picture[:, EDGE:] = 40
    shares = np.zeros((4, SIZE, SIZE), np.float32)
    shares[0], shares[1] = 0.15, 0.85
    shares[:2, :, :DRAWN] = np.array([0.85, 0.15])[:, None, None]
    shares[:, 10:13, 50:53] = np.array([0, 0.25, 0.75, 0])[:, None, None]
    shares[:, 50:52] = np.array([0, 0, 0, 1])[:, None, None]
    return shares, picture


def test_a_border_moves_to_the_edge_beside_it() -> None:
    shares, picture = scene()
    followed = follow_edges(shares, GROUPS, picture)
    rows = slice(20, 40)
    starts = (followed[1, rows] > followed[0, rows]).argmax(1)
    assert np.abs(starts - EDGE).max() <= 2 < EDGE - DRAWN


def test_small_parts_stay_and_all_adds_up() -> None:
    shares, picture = scene()
    followed = follow_edges(shares, GROUPS, picture)
    np.testing.assert_allclose(followed.sum(0), 1, atol=1e-5)
    np.testing.assert_allclose(followed[3], shares[3], atol=1e-5)
    small = followed[:, 11, 51]
    assert small[2] / small[1] == pytest.approx(3)


def test_a_map_that_agrees_with_a_plain_picture_stays() -> None:
    shares, picture = scene()
    shares[:] = np.array([0.6, 0.3, 0.1, 0])[:, None, None]
    followed = follow_edges(shares, GROUPS, np.full_like(picture, 90))
    np.testing.assert_allclose(followed, shares, atol=1e-3)


def test_the_filter_is_that_of_the_source_written_out() -> None:
    """A plane through the colours of each window, in double precision; then the mean of all."""
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 256, (40, 40, 3)).astype(np.uint8)
    share = np.linspace(0.1, 0.9, 40 * 40).reshape(40, 40).astype(np.float32)
    followed = follow_edges(np.stack([share, 1 - share]), ((0,), (1,)), picture)
    guide, reach = picture / 255.0, REACH_PX
    row = column = 20
    lines = []
    for y in range(row - reach, row + reach + 1):
        for x in range(column - reach, column + reach + 1):
            window = np.s_[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
            colours, values = guide[window].reshape(-1, 3), share[window].ravel()
            spread = np.cov(colours.T, bias=True) + EDGE_VARIANCE * np.eye(3)
            along = (colours * values[:, None]).mean(0) - colours.mean(0) * values.mean()
            slope = np.linalg.solve(spread, along)
            lines.append(values.mean() + slope @ (guide[row, column] - colours.mean(0)))
    assert followed[0, row, column] == pytest.approx(np.mean(lines), abs=0.01)
