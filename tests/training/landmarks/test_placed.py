"""Points placed by hand: styles are taken out, what one photo says is followed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from landmarks.placed import MESH, OF_IBUG, PLACES, Style, placed_px, spread

from faceborn.types import Array

SETS = ("one", "other")
STYLES = np.array([[0.02, 0.0], [-0.01, 0.03]])  # of each set, in eye distances


def mesh_points(rng: np.random.Generator) -> Array:
    """(478, 2) all over a face whose outer eye corners lie 100 px apart."""
    points = rng.uniform(-40, 140, (478, 2))
    points[[33, 263]] = (0, 0), (100, 0)
    return points


@pytest.fixture
def photos(tmp_path: Path) -> list[tuple[Path, Array]]:
    """Three of each set, the places where the mesh is, but for their set's style."""
    rng = np.random.default_rng(3)
    seen = []
    for name, style in zip(SETS, STYLES, strict=True):
        (tmp_path / name).mkdir()
        for number in range(3):
            points = mesh_points(rng)
            rows = np.zeros((189, 2))
            for chosen, mesh, _ in PLACES:
                rows[list(chosen)] = points[mesh] + style * 100
            photo = tmp_path / name / f"{number}.jpg"
            write(photo, rows)
            seen.append((photo, points))
    return seen


def write(photo: Path, rows: Array) -> None:
    lines = [str(len(rows)), *(f"{x} {y}" for x, y in rows)]
    photo.with_suffix(".tem").write_text("\n".join(lines))


def test_a_set_of_another_style_moves_nothing(photos: list[tuple[Path, Array]]) -> None:
    style = Style.learn(photos, wanted="one")
    np.testing.assert_allclose([style.usual[name][0] for name in SETS], STYLES, atol=1e-9)
    for photo, points in photos:
        np.testing.assert_allclose(style.mended(photo, points), points, atol=1e-6)
        wanted = style.wanted_px(photo)
        assert wanted is not None
        own = points[[MESH[number] for number in OF_IBUG]]
        np.testing.assert_allclose(wanted, own + STYLES[0] * 100, atol=1e-6)


def test_what_one_photo_says_is_followed(photos: list[tuple[Path, Array]]) -> None:
    """A corner of the mouth placed 6 px lower draws the mesh's with it, and nothing far away."""
    style = Style.learn(photos, wanted="one")
    photo, points = photos[0]
    rows = np.zeros((189, 2))
    for chosen, mesh, _ in PLACES:
        rows[list(chosen)] = points[mesh] + STYLES[0] * 100
    rows[87] += (0, 6)
    write(photo, rows)
    shift = style.mended(photo, points) - points
    assert shift[61, 1] > 3.0
    far = np.linalg.norm(points - points[61], axis=1) > 90
    assert np.abs(shift[far]).max() < 0.5


def test_a_photo_without_places_stays(tmp_path: Path) -> None:
    points = mesh_points(np.random.default_rng(4))
    style = Style(usual={}, wanted="one")
    assert placed_px(tmp_path / "none.jpg") is None
    assert style.mended(tmp_path / "none.jpg", points) is points
    assert style.wanted_px(tmp_path / "none.jpg") is None


def test_places_that_move_together_move_what_lies_between() -> None:
    places = np.array([[0.0, 0.0], [100.0, 0.0], [50.0, 50.0]])
    moved = spread(places, np.full((3, 2), 5.0), np.array([[50.0, 45.0], [50.0, 400.0]]))
    assert moved[0] == pytest.approx([5.0, 5.0], abs=1.0)
    assert np.abs(moved[1]).max() < 1e-6
