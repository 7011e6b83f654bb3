"""The network that ships, on the demo portrait."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from faceborn.errors import MissingExtra
from faceborn.pipeline import Portrait
from faceborn.types import Solid


@pytest.fixture(scope="module")
def portrait(astronaut: Path) -> Portrait:
    return Portrait(astronaut)


def test_the_solid_is_where_the_face_is(portrait: Portrait) -> None:
    """Skin is inside of it, the picture's upper corners are not; the nose is nearest."""
    solid: Solid = portrait.solid()
    fit, shape = portrait.fit()
    nose_px = fit.camera.project(shape.vertices_mm[[shape.vertices_mm[:, 2].argmax()]])[0]
    covered = np.asarray((solid.inside > 0.5).any(0))
    size = covered.shape[0]
    place = np.linalg.solve(solid.photo_from_square[:, :2], nose_px - solid.photo_from_square[:, 2])
    column, row = (place * size).astype(int)
    assert covered[row - 3 : row + 4, column - 3 : column + 4].all()
    assert not covered[:5, :5].any()
    assert not covered[:5, -5:].any()
    near = (solid.inside > 0.5).argmax(0)
    near[~covered] = 999
    peak = np.unravel_index(near.argmin(), near.shape)
    assert np.hypot(peak[0] - row, peak[1] - column) < 8


def test_the_surface_has_the_size_of_the_fitted_head(portrait: Portrait) -> None:
    surface = portrait.surface()
    _, shape = portrait.fit()
    head_mm = np.ptp(shape.vertices_mm[shape.model.masks["face"] > 0.5], axis=0)
    wide_mm = np.ptp(surface.vertices_mm, axis=0)
    assert 0.8 * head_mm[0] < wide_mm[0] < 2.5 * head_mm[0]
    assert wide_mm[1] > head_mm[1]


def test_both_moves_the_fit_towards_the_surface(astronaut: Path, portrait: Portrait) -> None:
    """The same landmarks, another depth; the points stay where they are in the photo."""
    alone, _ = portrait.fit()
    both = Portrait(astronaut, geometry="both")
    together, _ = both.fit()
    assert np.abs(together.identity - alone.identity).max() > 1e-3
    eye_px = np.linalg.norm(np.ptp(together.landmarks_px, axis=0)) / 2
    assert np.nanmean(together.residual_px) < 0.05 * eye_px


def test_another_geometry_is_refused(astronaut: Path) -> None:
    with pytest.raises(ValueError, match="no geometry 'mesh': one of fit, both"):
        Portrait(astronaut, geometry="mesh")


def test_without_its_package_the_surface_says_what_to_install(
    portrait: Portrait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "skimage.measure", None)
    with pytest.raises(MissingExtra, match=r"pip install 'faceborn\[volume\]'"):
        portrait.surface()
