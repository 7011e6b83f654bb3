"""The map of parts ends where the picture does."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.faces.edges import follow_edges
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
    shares[:] = 0
    shares[1] = 1
    followed = follow_edges(shares, GROUPS, np.full_like(picture, 90))
    np.testing.assert_allclose(followed, shares, atol=1e-3)
