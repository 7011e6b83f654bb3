"""The compiled rasteriser against its slow twin, and what it skips."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from photographs.raster import Buffers, clear_buffers, draw, draw_cut

from faceborn.geometry.raster import rasterise
from faceborn.types import Array, Camera

SIZE = 64
CAMERA = Camera(
    size_px=(SIZE, SIZE),
    focal_px=1.0,
    center_px=(0.0, 0.0),
    camera_from_head=np.eye(3),
    translation_mm=np.zeros(3),
)
NO_HOLES = np.zeros((4, 4), np.float32)


def scene(rng: np.random.Generator, count: int, size: float) -> tuple[Array, Array]:
    """Screen places (3 N, 3), z towards the viewer, of N triangles about `size` px wide."""
    middle = rng.uniform(5, SIZE - 5, (count, 1, 2))
    corners = middle + rng.uniform(-size / 2, size / 2, (count, 3, 2))
    depth = rng.uniform(-100, 0, (count, 1, 1)) + rng.uniform(-2, 2, (count, 3, 1))
    places = np.concatenate([corners, depth], 2).reshape(-1, 3).astype(np.float32)
    return places, np.arange(3 * count, dtype=np.int32).reshape(-1, 3)


def drawn(places: Array, triangles: Array, *, cut: bool) -> Buffers:
    buffers = clear_buffers(SIZE)
    into = (buffers.z, buffers.triangle, buffers.first, buffers.second)
    flat = (places, triangles, 0, len(triangles))
    if cut:
        sure = np.full(len(places), 9, np.float32)
        draw_cut(*flat, *into, places[:, :2], sure, NO_HOLES, np.float32(1))
    else:
        draw(*flat, *into, False)
    return buffers


def twin(places: Array, triangles: Array) -> Array:
    """(SIZE, SIZE) triangles by the slow one: far away, so that its perspective is none."""
    away = 1e5 - places[:, 2:].astype(np.float64)
    seen = np.concatenate([places[:, :2] * away, away], 1)
    return rasterise(seen, triangles, CAMERA).triangle


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize(("count", "size"), [(4_000, 5.0), (400, 30.0)])
def test_it_draws_what_the_slow_one_draws(cut: bool, count: int, size: float) -> None:
    """Small triangles, many of them hidden, and large ones; pixels at edges may differ."""
    places, triangles = scene(np.random.default_rng(1), count, size)
    fast, slow = drawn(places, triangles, cut=cut).triangle, twin(places, triangles)
    assert (slow >= 0).mean() > 0.5
    assert (fast != slow).mean() < 0.04


def test_a_wide_triangle_shows_between_its_hidden_corners() -> None:
    """Three patches over the corners of one that is 20 px wide."""
    wide = np.array([[20.5, 20.5, -50], [40.5, 20.5, -50], [30.5, 38.5, -50]], np.float32)
    patches = [
        corner + np.array([[-3, -3, 40], [3, -3, 40], [0, 4, 40]], np.float32) for corner in wide
    ]
    places = np.concatenate([*patches, wide])
    triangles = np.arange(12, dtype=np.int32).reshape(-1, 3)
    assert drawn(places, triangles, cut=True).triangle[26, 30] == 3


def test_a_small_one_behind_others_is_not_drawn() -> None:
    near = np.array([[10, 10, 0], [30, 10, 0], [20, 30, 0]], np.float32)
    far = np.array([[18, 14, -5], [21, 14, -5], [20, 17, -5]], np.float32)
    triangles = np.arange(6, dtype=np.int32).reshape(-1, 3)
    assert 1 not in drawn(np.concatenate([near, far]), triangles, cut=False).triangle
    far[:, 2] += 9
    assert 1 in drawn(np.concatenate([near, far]), triangles, cut=False).triangle
