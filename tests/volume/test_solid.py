"""The head as a solid, the guide on its points, and the surface that comes back out."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.errors import FitError
from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.types import Array, Photo, Solid
from faceborn.volume import coloured_surface, isosurface
from faceborn.volume.grid import NEAR, SIZE, SLICES, blurred, halved, unpack
from faceborn.volume.guide import lay, load_guide, make_guide
from faceborn.volume.solid import closed_triangles, occupancy

SIDE_MM = 254.0


def placed(points_mm: Array, yaw_deg: float) -> Array:
    """Head space to sides of a square around the face."""
    turned = points_mm @ rotation_from_angles(yaw_deg, 0.0, 0.0).T
    return np.asarray(turned * (1, -1, 1) / SIDE_MM + (0.5, 0.54, -0.3))


def cube_mesh(low: Array, high: Array) -> tuple[Array, Array]:
    """A box with outward triangles, y down as in a square."""
    corners = np.array(
        [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    first = corners[triangles]
    volume = np.einsum("tx,tx->", first[:, 0], np.cross(first[:, 1], first[:, 2]))
    return corners, triangles if volume < 0 else triangles[:, ::-1]


def test_a_box_fills_its_share_of_every_cube() -> None:
    low, high = np.array([0.21, 0.33, -0.42]), np.array([0.77, 0.68, 0.13])
    corners, triangles = cube_mesh(low, high)
    filled = occupancy(corners, triangles, size=20, slices=20, near=0.34, rays=8)
    edges = np.arange(21) / 20

    def shares(start: float, stop: float, edges: Array) -> Array:
        return np.clip(np.minimum(stop, edges[1:]) - np.maximum(start, edges[:-1]), 0, None) * 20

    x, y = shares(low[0], high[0], edges), shares(low[1], high[1], edges)
    z = shares(0.34 - high[2], 0.34 - low[2], edges)
    np.testing.assert_allclose(filled, z[:, None, None] * y[:, None] * x, atol=0.15)
    assert filled.sum() == pytest.approx((z.sum() * y.sum() * x.sum()), rel=0.03)


@pytest.mark.parametrize("yaw_deg", [0.0, 50.0, -90.0])
def test_the_head_is_closed(yaw_deg: float) -> None:
    """Its volume is that of the mesh, and no ray runs on to the back of the grid."""
    model = load_head_model()
    triangles = closed_triangles(model)
    places = placed(model.mean_mm, yaw_deg) * 0.4 + (0.3, 0.3, 0.0)  # all of it in the grid
    filled = occupancy(places, triangles, size=SIZE, slices=SLICES, near=NEAR)
    corners = places[triangles]
    parts = np.einsum("tx,tx->t", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert filled.sum() / SIZE**3 == pytest.approx(-parts.sum(), rel=0.03)
    assert filled[-1].max() < 1e-4


def test_the_guide_comes_nearer_to_anyone_than_the_mean_head() -> None:
    """Its map was learnt from points with errors, so on exact ones it keeps some of its doubt."""
    model, points = load_head_model(), load_face_points()
    guide = load_guide()
    rng = np.random.default_rng(3)
    head = model.mean_mm + np.tensordot(rng.normal(size=100), model.identity_mm, 1)
    truth = placed(head, 35.0)
    laid = lay(guide, points.of(truth))
    face = model.masks["face"][guide.vertices] > 0.5
    gap_mm = np.linalg.norm(laid - truth[guide.vertices], axis=1)[face].mean() * SIDE_MM
    mean = placed(model.mean_mm, 35.0)[guide.vertices]
    mean_gap_mm = np.linalg.norm(mean - truth[guide.vertices], axis=1)[face].mean() * SIDE_MM
    assert gap_mm < 0.8 * mean_gap_mm


def test_a_map_that_says_nothing_lays_the_mean_head() -> None:
    """Size, turn and place come from the points; nearness, and nothing else, bends it."""
    model, points = load_head_model(), load_face_points()
    silent = make_guide(model, points, np.zeros_like(load_guide().map))
    truth = placed(model.mean_mm, -50.0)
    laid = lay(silent, points.of(truth))
    np.testing.assert_allclose(laid, truth[silent.vertices], atol=1e-4)


def test_halving_keeps_the_volume_and_blurring_nearly_everything() -> None:
    inside = head_solid().inside
    assert halved(inside).mean() == pytest.approx(inside.mean(), rel=1e-4)
    soft = blurred(inside, 1.5)
    assert soft.mean() == pytest.approx(inside.mean(), rel=0.02)
    assert ((soft > 0.5) != (inside > 0.5)).mean() < 0.01
    assert np.abs(np.diff(soft, axis=0)).max() < 0.4 < np.abs(np.diff(inside, axis=0)).max()


def head_solid(yaw_deg: float = 30.0) -> Solid:
    model = load_head_model()
    places = placed(model.mean_mm, yaw_deg)
    filled = occupancy(places, closed_triangles(model), size=SIZE, slices=SLICES, near=NEAR, rays=2)
    to_photo = np.array([[300.0, 40.0, 20.0], [-40.0, 300.0, 60.0]])
    return Solid(inside=filled, near=NEAR, photo_from_square=to_photo)


def test_the_surface_of_a_head_lies_on_the_head() -> None:
    solid, model = head_solid(), load_head_model()
    vertices, triangles = isosurface(solid)
    places = placed(model.mean_mm, 30.0)
    face = places[(model.masks["face"] > 0.5) & (model.masks["ears"] < 0.1)][::40]
    gap_mm = np.linalg.norm(face[:, None] - vertices[None], axis=2).min(1) * SIDE_MM
    assert np.median(gap_mm) < 1.5  # to the nearest vertex; cubes are 2.6 mm wide
    upright = vertices * (1, -1, 1)
    corners = upright[triangles]
    parts = np.einsum("tx,tx->t", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert parts.sum() == pytest.approx(solid.inside.sum() / SIZE**3, rel=0.02)


def test_bubbles_and_crumbs_are_no_part_of_the_surface() -> None:
    """Every edge belongs to two triangles, and all of them hang together."""
    solid = head_solid()
    inside = solid.inside.copy()
    inside[30:34, 40:44, 40:44] = 0.0  # a bubble inside of the head
    inside[5:8, 5:8, 5:8] = 1.0  # a crumb before it
    clean, _ = isosurface(solid)
    vertices, triangles = isosurface(solid.replace(inside=inside))
    assert len(vertices) == len(clean)
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, ::2]]))
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert (counts == 2).all()


def test_an_empty_solid_is_refused() -> None:
    solid = head_solid()
    with pytest.raises(FitError, match="no face"):
        isosurface(solid.replace(inside=np.zeros_like(solid.inside)))


def test_a_vertex_has_the_colour_of_its_pixel() -> None:
    solid = head_solid()
    y, x = np.mgrid[:420, :420]
    pixels = np.stack([x * 255 / 420, y * 255 / 420, 0 * x + 7], 2).astype(np.uint8)
    photo = Photo(pixels=pixels, focal_px=None, source="drawn", sha256="")
    surface = coloured_surface(photo, solid, mm_per_px=0.8)
    places, _ = isosurface(solid)
    seen = solid.to_photo(places)[:, :2] * 255 / 420
    np.testing.assert_allclose(surface.colors[:, :2], seen, atol=2.0)
    assert (surface.colors[:, 2] == 7).all()
    # Right in the picture is +x, up is +y, and lengths are those of the photo's pixels.
    moved = solid.to_photo(places) * 0.8
    spread = moved - moved.mean(0)
    vertices = surface.vertices_mm - surface.vertices_mm.mean(0)
    np.testing.assert_allclose(vertices, spread * (1, -1, 1), atol=0.01)


def test_unpacked_cells_keep_their_places() -> None:
    cells = np.zeros((4, SLICES, SIZE // 2, SIZE // 2))
    cells[1, 70, 3, 5] = 1.0  # upper right of the cell in row 3, column 5
    cells[2, 8, 3, 5] = 2.0  # lower left
    cubes = unpack(cells.reshape(4 * SLICES, SIZE // 2, SIZE // 2))
    assert cubes[70, 6, 11] == 1.0
    assert cubes[8, 7, 10] == 2.0
    assert np.count_nonzero(cubes) == 2
