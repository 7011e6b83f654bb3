"""Skin is pulled onto the surface of a solid, in depth that landmarks do not tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceborn.fit import FitSettings, fit_face
from faceborn.fit.solid import NEVER, sheets_of
from faceborn.model import load_head_model
from faceborn.model.shape import place_vertices
from faceborn.types import Array, Camera, Solid
from faceborn.volume.solid import closed_triangles, occupancy
from tests.fit.people import camera_at, distance_mm, known_face

NEAR = 0.34


def slab(front: float, back: float) -> Solid:
    """Inside between two depths in sides, in the middle half of the square."""
    edges = NEAR - np.arange(101) / 96
    share = np.minimum(edges[:-1], front) - np.maximum(edges[1:], back)
    inside = np.zeros((100, 96, 96), np.float32)
    inside[:, 24:72, 24:72] = np.clip(share * 96, 0, 1)[:, None, None]
    return Solid(inside=inside, near=NEAR, photo_from_square=np.eye(2, 3) * 500)


def solid_of(vertices_mm: Array, camera: Camera) -> Solid:
    """The exact solid of a head before a camera, in a turned square."""
    seen = camera.to_picture(vertices_mm)
    turn, side = 0.2, 900.0
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    corner = seen[:, :2].mean(0) - axes @ np.full(2, side / 2)
    places = np.column_stack([(seen[:, :2] - corner) @ axes / side, seen[:, 2] / side])
    triangles = closed_triangles(load_head_model())
    return Solid(
        inside=occupancy(places, triangles, size=96, slices=100, near=NEAR, rays=2),
        near=NEAR,
        photo_from_square=np.column_stack([axes * side, corner]),
    )


def test_sheets_are_where_the_solid_begins_and_ends() -> None:
    sheets = sheets_of(slab(0.123, -0.321))
    middle = slice(30, 66)
    np.testing.assert_allclose(sheets.first.depth[middle, middle], 0.123, atol=0.5 / 96)
    np.testing.assert_allclose(sheets.last.depth[middle, middle], -0.321, atol=0.5 / 96)
    assert (sheets.first.depth[:20] < NEVER / 2).all()
    np.testing.assert_allclose(sheets.first.normal[40, 40], (0, 0, 1), atol=1e-5)
    np.testing.assert_allclose(sheets.last.normal[40, 40], (0, 0, -1), atol=1e-5)


@pytest.mark.parametrize("yaw_deg", [0.0, 40.0])
def test_a_true_solid_brings_a_head_closer_than_its_landmarks(yaw_deg: float) -> None:
    """The landmarks are off by 2 % of the eye distance, as a network's are."""
    model = load_head_model()
    person = np.random.default_rng(7).standard_normal(100) * 0.8
    camera = camera_at(yaw_deg, 5.0)
    known = known_face(model, camera, identity=person)
    truth = place_vertices(model, person)
    solid = solid_of(truth, camera)
    face = model.masks["face"] > 0.5
    points = known.face.landmarks_px
    noise = np.random.default_rng(1).normal(0, 0.02 * 200, points.shape)

    def error_mm(solid: Solid | None) -> float:
        settings = replace(FitSettings(), solid_sigma_mm=0.5)
        seen = known.face.replace(landmarks_px=points + noise)
        fit = fit_face(known.photo, seen, model, solid=solid, settings=settings)
        return distance_mm(place_vertices(model, fit.identity)[face], truth[face])

    assert error_mm(solid) < 0.9 * error_mm(None)
