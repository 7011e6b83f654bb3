"""The rasteriser: conventions against analytic projection, depth order, texture islands."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.geometry.raster import rasterise, rasterise_depth, rasterise_uv
from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.types import Array, Camera, HeadModel

CUBE_TRIANGLES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]
)  # fmt: skip


def cube(half_mm: float) -> Array:
    return np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half_mm


def looking(
    size_px: tuple[int, int], turn: Array, *, distance_mm: float = 400.0, off: Array | None = None
) -> Camera:
    """A camera whose principal point is off the middle by `off`."""
    offset = np.zeros(2) if off is None else off
    return Camera(
        size_px=size_px,
        focal_px=1.5 * size_px[1],
        center_px=(size_px[0] / 2 + offset[0], size_px[1] / 2 + offset[1]),
        camera_from_head=FLIP @ turn,
        translation_mm=np.array([3.0, -5.0, distance_mm]),
    )


def inside_triangle(points: Array, corners: Array) -> Array:
    """(N,) signed distance to the nearest edge, px, positive inside; corners (3, 2)."""
    distances = []
    for a, b in zip(corners, np.roll(corners, -1, 0), strict=True):
        edge = b - a
        normal = np.array([-edge[1], edge[0]]) / np.linalg.norm(edge)
        distances.append((points - a) @ normal)
    stacked = np.stack(distances, 1)
    turn = np.sign(np.linalg.det(np.stack([corners[1] - corners[0], corners[2] - corners[0]])))
    return np.asarray((stacked * turn).min(1))


@pytest.mark.parametrize("size_px", [(64, 48), (49, 65)])
@pytest.mark.parametrize("off", [(0.0, 0.0), (9.3, -6.7)])
def test_a_pixel_is_covered_exactly_if_its_centre_is(
    size_px: tuple[int, int], off: tuple[float, float]
) -> None:
    """Half-pixel and axis conventions, against Camera.project."""
    random = np.random.default_rng(4)
    camera = looking(size_px, np.eye(3), off=np.array(off))
    columns, rows = np.meshgrid(np.arange(size_px[0]) + 0.5, np.arange(size_px[1]) + 0.5)
    centres = np.stack([columns.ravel(), rows.ravel()], 1)
    for _ in range(20):
        corners = random.uniform(-70, 70, (3, 3))
        raster = rasterise(camera.to_camera(corners), np.array([[0, 1, 2]]), camera)
        distance = inside_triangle(centres, camera.project(corners))
        covered = raster.covered.ravel()
        assert covered[distance > 0.01].all()
        assert not covered[distance < -0.01].any()


def test_barycentrics_and_depth_are_those_of_the_ray() -> None:
    """What the barycentrics point at projects back onto the pixel's centre."""
    camera = looking((80, 60), rotation_from_angles(25, -15, 8), off=np.array([4.0, 2.0]))
    points = cube(60.0)
    raster = rasterise(camera.to_camera(points), CUBE_TRIANGLES, camera)
    surface = raster.interpolate(points, CUBE_TRIANGLES)
    rows, columns = np.nonzero(raster.covered)
    np.testing.assert_allclose(
        camera.project(surface), np.stack([columns, rows], 1) + 0.5, atol=2e-3
    )
    np.testing.assert_allclose(
        camera.to_camera(surface)[:, 2], raster.depth[raster.covered], atol=2e-2
    )
    np.testing.assert_allclose(raster.barycentrics[raster.covered].sum(1), 1, atol=1e-5)


@pytest.mark.parametrize("yaw_deg", [0, 33, 90, 160])
def test_a_cube_fills_the_hull_of_its_corners(yaw_deg: float) -> None:
    import cv2

    camera = looking((160, 120), rotation_from_angles(yaw_deg, 12, 0))
    points = cube(45.0)
    raster = rasterise(camera.to_camera(points), CUBE_TRIANGLES, camera)
    hull = cv2.convexHull(camera.project(points).astype(np.float32))
    rows, columns = np.mgrid[:120, :160]
    distance = np.array(
        [
            cv2.pointPolygonTest(hull, (float(x) + 0.5, float(y) + 0.5), True)
            for x, y in zip(columns.ravel(), rows.ravel(), strict=True)
        ]
    ).reshape(120, 160)
    assert raster.covered[distance > 0.02].all()
    assert not raster.covered[distance < -0.02].any()


def test_the_nearer_surface_wins_in_any_order() -> None:
    """Two crossing sheets: each pixel shows the one whose plane is nearer there."""
    camera = looking((60, 60), np.eye(3))
    sheet = np.array([[-80.0, -80, 0], [80, -80, 0], [80, 80, 0], [-80, 80, 0]])
    tilted = sheet @ rotation_from_angles(30, 0, 0).T
    points = np.concatenate([sheet, tilted])
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    both = [
        rasterise(camera.to_camera(points), chosen, camera) for chosen in (faces[:2], faces[2:])
    ]
    depths = [np.where(one.covered, one.depth, 1e6) for one in both]
    nearer = np.where(depths[0] < depths[1], 0, 1)
    clear = (np.abs(depths[0] - depths[1]) > 0.05) & (both[0].covered | both[1].covered)
    for order in (np.arange(4), np.array([3, 2, 1, 0])):
        raster = rasterise(camera.to_camera(points), faces[order], camera)
        sheet_of = order[raster.triangle] // 2
        assert (sheet_of[clear] == nearer[clear]).all()
        np.testing.assert_allclose(
            raster.depth[clear], np.minimum(depths[0], depths[1])[clear], atol=1e-3
        )


def test_the_depth_map_agrees_with_the_raster(model: HeadModel) -> None:
    camera = looking((150, 200), rotation_from_angles(20, 5, 0), distance_mm=900.0)
    points = camera.to_camera(model.mean_mm)
    raster = rasterise(points, model.triangles, camera)
    depth = rasterise_depth(points, model.triangles, camera)
    assert (np.isfinite(depth) == raster.covered).all()
    assert np.abs(depth[raster.covered] - raster.depth[raster.covered]).max() < 0.05


def test_outside_is_empty_and_nothing_fails_on_nothing() -> None:
    camera = looking((30, 20), np.eye(3))
    nothing = rasterise(np.zeros((0, 3)), np.zeros((0, 3), np.int32), camera)
    assert not nothing.covered.any()
    aside = cube(5.0) + np.array([1e4, 0, 0])
    assert not rasterise(camera.to_camera(aside), CUBE_TRIANGLES, camera).covered.any()
    behind = cube(5.0) + np.array([0, 0, 1e4])
    assert not rasterise(camera.to_camera(behind), CUBE_TRIANGLES, camera).covered.any()
    assert np.isinf(rasterise_depth(camera.to_camera(behind), CUBE_TRIANGLES, camera)).all()


def test_texels_find_their_own_coordinate(model: HeadModel) -> None:
    """Row 0 is v = 1, and the centre of a texel is at half a step."""
    size = 256
    face = model.triangles[model.triangle_part == model.part_names.index("face")]
    raster = rasterise_uv(model.uv, face, size)
    uv = raster.interpolate(model.uv, face)
    rows, columns = np.nonzero(raster.covered)
    np.testing.assert_allclose(uv[:, 0] * size, columns + 0.5, atol=5e-3)
    np.testing.assert_allclose((1 - uv[:, 1]) * size, rows + 0.5, atol=5e-3)


@pytest.mark.parametrize("part", ["face", "scalp", "eye_left"])
def test_islands_cover_their_area_once(model: HeadModel, part: str) -> None:
    """As many texels as the triangles' area says: no overlap, no hole."""
    size = 512
    triangles = model.triangles[model.triangle_part == model.part_names.index(part)]
    raster = rasterise_uv(model.uv, triangles, size)
    a, b, c = (model.uv[triangles[:, k]].astype(np.float64) * size for k in range(3))
    cross = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    area = np.abs(cross).sum() / 2
    assert raster.covered.sum() == pytest.approx(area, rel=0.01)
