"""The line of a profile is taken from the photo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceborn.fit import FitSettings, fit_face
from faceborn.fit.contour import Crossings, occluding_contour
from faceborn.fit.settings import OF_NETWORK
from faceborn.fit.silhouette import find_edges
from faceborn.fit.tables import tables_of
from faceborn.geometry.raster import rasterise
from faceborn.model import load_head_model
from faceborn.model.shape import place_vertices
from faceborn.types import Array, Camera, HeadModel, PartMap, Photo
from tests.fit.people import DENSE_SCHEME, camera_at, known_dense_face

SKIN, GROUND = (190, 140, 120), (110, 125, 140)


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model()


def photograph(model: HeadModel, vertices_mm: Array, camera: Camera, ground: Array) -> Photo:
    """A flat silhouette of the skin."""
    skin = np.isin(model.triangle_part, [model.part_names.index(p) for p in ("face", "scalp")])
    raster = rasterise(camera.to_camera(vertices_mm), model.triangles[skin], camera)
    pixels = ground.copy()
    pixels[raster.covered] = SKIN
    return Photo(pixels=pixels, focal_px=None, source="<test>", sha256="")


def plain_ground() -> Array:
    ground = np.empty((1200, 900, 3), np.uint8)
    ground[:] = GROUND
    return ground


def line_of(
    picture: Array, model: HeadModel, vertices_mm: Array, camera: Camera, yaw_deg: float
) -> Array:
    """(N,) how far the silhouette reaches, looking ahead, in the rows from brow to chin."""
    head = (picture == SKIN).all(2)
    brow, chin = camera.project(model.landmarks["ibug_68"].of(vertices_mm))[[27, 8], 1]
    rows = head[int(brow) : int(chin) - 10]
    if yaw_deg < 0:
        return -rows.argmax(1).astype(float)
    return (rows.shape[1] - rows[:, ::-1].argmax(1)).astype(float)


@pytest.mark.parametrize("yaw_deg", [-90.0, 80.0])
def test_the_line_is_found_though_the_points_do_not_know_it(
    model: HeadModel, yaw_deg: float
) -> None:
    """Points of the mean head, the silhouette of somebody else."""
    camera = camera_at(yaw_deg)
    person = np.random.default_rng(6).standard_normal(100)
    vertices_mm = place_vertices(model, person)
    photo = photograph(model, vertices_mm, camera, plain_ground())
    face = known_dense_face(model, camera, identity=np.zeros(100), sigma_px=8.0).face
    truth = line_of(photo.pixels, model, vertices_mm, camera, yaw_deg)

    def error_px(settings: FitSettings) -> float:
        fit = fit_face(photo, face, model, settings=settings)
        moved = np.tensordot(fit.expression.astype(np.float32), model.blendshapes_mm, 1)
        there = place_vertices(model, fit.identity) + moved
        drawn = photograph(model, there, fit.camera, plain_ground())
        reached = line_of(drawn.pixels, model, vertices_mm, camera, yaw_deg)
        return float(np.abs(reached - truth).mean())

    blind = replace(OF_NETWORK, profile_deg=200.0)
    assert error_px(OF_NETWORK) < 0.5 * error_px(blind)


def test_where_nothing_is_to_be_seen_nothing_is_trusted(model: HeadModel) -> None:
    """Skin before a ground of the same colour."""
    camera = camera_at(85)
    tables = tables_of(model, DENSE_SCHEME)
    band_mm = tables.front.points.at(np.zeros(tables.points.modes_mm.shape[2]))
    contour = occluding_contour(tables.front, band_mm, camera)
    flat = plain_ground()
    flat[:] = SKIN
    photo = Photo(pixels=flat, focal_px=None, source="<test>", sha256="")
    found = find_edges(photo, None, camera, contour, eye_px=250.0, reach_percent=6.0)
    assert len(found.trust) > 20
    assert found.trust.max() < 0.01


def test_the_offset_points_outwards_to_the_edge(model: HeadModel) -> None:
    """The photo shows the head 6 px further to where it looks than the fit has it."""
    camera = camera_at(85)
    tables = tables_of(model, DENSE_SCHEME)
    band_mm = tables.front.points.at(np.zeros(tables.points.modes_mm.shape[2]))
    contour = occluding_contour(tables.front, band_mm, camera)
    x, y = camera.center_px
    ahead = camera.replace(center_px=(x + 6.0, y))
    photo = photograph(model, model.mean_mm, ahead, plain_ground())
    found = find_edges(photo, None, camera, contour, eye_px=250.0, reach_percent=8.0)
    sideways = contour.normals_px[found.crossings, 0]
    facing = sideways > 0.8
    assert facing.sum() > 15
    moved = found.offset_px[facing] / sideways[facing]
    assert np.median(moved) == pytest.approx(6.0, abs=1.0)


def test_edges_that_the_part_map_does_not_confirm_count_little(model: HeadModel) -> None:
    """The same edge: trusted where the map has skin up to it, hardly where it has none."""
    camera = camera_at(85)
    tables = tables_of(model, DENSE_SCHEME)
    band_mm = tables.front.points.at(np.zeros(tables.points.modes_mm.shape[2]))
    contour = occluding_contour(tables.front, band_mm, camera)
    photo = photograph(model, model.mean_mm, camera, plain_ground())
    skin = (photo.pixels == SKIN).all(2).astype(np.float32)

    def trust(skin: Array) -> float:
        parts = PartMap(skin=skin, hair=0 * skin, frames=0 * skin, square_from_photo=np.eye(2, 3))
        found = find_edges(photo, parts, camera, contour, eye_px=250.0, reach_percent=6.0)
        return float(np.median(found.trust))

    assert trust(skin) > 4 * trust(0 * skin) > 0


def test_a_head_without_an_outline_has_no_edges() -> None:
    none = Crossings(
        edges=np.zeros((0, 2), int),
        along=np.zeros(0),
        places_px=np.zeros((0, 2)),
        normals_px=np.zeros((0, 2)),
    )
    photo = Photo(pixels=plain_ground(), focal_px=None, source="<test>", sha256="")
    found = find_edges(photo, None, camera_at(yaw_deg=90.0), none, eye_px=250.0, reach_percent=8.0)
    assert len(found.crossings) == len(found.offset_px) == len(found.trust) == 0
