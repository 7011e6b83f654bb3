"""Points of the outline are those whose normal is at right angles to the line of sight."""

from __future__ import annotations

import numpy as np

from faceborn.fit.contour import ContourBand, match_contour
from faceborn.fit.surface import LinearPoints
from faceborn.geometry.rotations import FLIP
from faceborn.types import Array, Camera

RADIUS_MM = 80.0


def sphere(count: int = 60) -> tuple[Array, Array]:
    """Vertices and outward triangles."""
    polar, around = np.meshgrid(
        np.linspace(0.05, np.pi - 0.05, count), np.linspace(0, 2 * np.pi, count), indexing="ij"
    )
    vertices = RADIUS_MM * np.stack(
        [np.sin(polar) * np.cos(around), np.cos(polar), -np.sin(polar) * np.sin(around)], -1
    )
    index = np.arange(count * count).reshape(count, count)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    triangles = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    )
    return vertices.reshape(-1, 3), triangles


def test_the_outline_of_a_ball_is_its_tangent_cone() -> None:
    """Matches lie on the circle that a near camera sees, smaller than the ball's equator."""
    vertices, triangles = sphere()
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    nothing = np.zeros((0, 0, 0), np.float32)
    band = ContourBand(
        points=LinearPoints(mean_mm=vertices, modes_mm=nothing, looks_mm=nothing),
        triangles=triangles,
        edges=np.unique(np.sort(ends, 1), axis=0),
    )
    distance = 300.0
    camera = Camera(
        size_px=(1000, 1000),
        focal_px=1000.0,
        center_px=(500.0, 500.0),
        camera_from_head=FLIP,
        translation_mm=np.array([0.0, 0.0, distance]),
    )
    radius_px = 1000.0 * RADIUS_MM / np.sqrt(distance**2 - RADIUS_MM**2)
    angles = np.linspace(0.3, 2.8, 20)
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    measured = 500.0 + directions * radius_px * 1.05
    match = match_contour(band, vertices, camera, measured, reach_px=60.0)
    assert len(match.measured) == 20
    along = match.along[:, None]
    places = vertices[match.edges[:, 0]] * (1 - along) + vertices[match.edges[:, 1]] * along
    found = np.linalg.norm(camera.project(places) - 500.0, axis=1)
    assert np.allclose(found, radius_px, rtol=0.01)
    assert np.allclose((match.normal_px * directions).sum(1), 1, atol=0.02)
    assert not len(match_contour(band, vertices, camera, measured, reach_px=3.0).measured)
