"""Lids meet in a blink and cover the eyeball, whoever the person is."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.model import load_head_model, make_shape
from faceborn.model.closing import close_slit, mirrored
from faceborn.model.lids import LID_OVERLAP_MM, clearance, find_eye
from faceborn.types import Array, HeadModel, Shape

SEEDS = range(6)


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model()


@pytest.fixture(scope="module", params=SEEDS)
def stranger(model: HeadModel, request: pytest.FixtureRequest) -> Shape:
    generator = np.random.default_rng(request.param)
    return make_shape(model, generator.normal(0, 1, len(model.identity_mm)))


def posed(shape: Shape, name: str, amount: float = 1.0) -> Array:
    return (
        shape.vertices_mm + amount * shape.blendshapes_mm[shape.model.expression_names.index(name)]
    )


def least_clearance(shape: Shape, vertices: Array, side: str) -> float:
    """Of skin that lies 1 mm or more before the mean's eyeball when the mean does the same."""
    model = shape.model
    eye = find_eye(model, f"eye_{side.lower()}", shape.vertices_mm, shape.joints_mm)
    skin = eye.cover[eye.pushed]
    mean = model.mean_mm + model.blendshapes_mm[model.expression_names.index(f"eyeBlink{side}")]
    before = clearance(eye, mean[skin] - eye.mean_center_mm, eye.axis, 1.0) > 0.3
    now = clearance(eye, vertices[skin] - eye.center_mm, eye.axis, eye.size)
    return float(now[before].min())


@pytest.mark.parametrize("side", ["Left", "Right"])
def test_a_blink_closes_without_the_eyeball_coming_through(stranger: Shape, side: str) -> None:
    model = stranger.model
    lids = model.closings["lids_left"]
    if side == "Right":
        lids = mirrored(lids, model.mirror)
    vertices = posed(stranger, f"eyeBlink{side}")
    left_open = close_slit(vertices, lids, LID_OVERLAP_MM)
    assert np.abs(left_open).max() < 0.8, "mm that the lids would still have to go"
    assert least_clearance(stranger, vertices, side) > 0.1


def test_open_lids_are_not_pulled_together(model: HeadModel) -> None:
    """The mean needs no mending: its shape is the model's own."""
    mean = make_shape(model, np.zeros(5))
    np.testing.assert_allclose(mean.vertices_mm, model.mean_mm, atol=0.05)
    np.testing.assert_allclose(mean.blendshapes_mm, model.blendshapes_mm, atol=0.6)


def test_mending_opens_no_seam(stranger: Shape) -> None:
    weld = stranger.model.weld
    np.testing.assert_allclose(stranger.vertices_mm[weld], stranger.vertices_mm, atol=1e-4)
    np.testing.assert_allclose(stranger.blendshapes_mm[:, weld], stranger.blendshapes_mm, atol=1e-4)


def test_lids_are_mended_around_the_eyes_only(model: HeadModel, stranger: Shape) -> None:
    far = np.ones(len(model.mean_mm), bool)
    for joint in (4, 5):
        far &= np.linalg.norm(model.mean_mm - model.joints_mm[joint], axis=1) > 40
    np.testing.assert_array_equal(stranger.blendshapes_mm[:, far], model.blendshapes_mm[:, far])
