"""Where the network sees its points on pictures of the model itself.

Photos cannot tell a lid point that lies 2 mm too low from eyes that squint and look down; on a
render of a known head they can be told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from frontend.mesh import SCHEME, find_by_mesh
from head.source import Source

from faceborn.fit.points import SKIN_COUNT
from faceborn.geometry.meshes import vertex_normals
from faceborn.types import Array, Camera, Landmarks, Photo
from landmarks.closest import SurfaceWalker
from landmarks.renders import Painter
from landmarks.start import landmarks_at, skin_triangles

YAWS_DEG = (-12, 0, 0, 12)
FRONT_DEG = 17.0  # pictures turned less than this say where the points are
FACING = 0.45  # cosine; a point nearer to the outline tells little about where on the skin it is
LEAST_SEEN = 12  # pictures in which a point must be seen well to be moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One picture of a known head and what the network made of it."""

    points_mm: Array  # (P, 3) of the head
    camera: Camera
    yaw_deg: float
    landmarks_px: Array  # (478, 2)
    hits_mm: Array  # (468, 3) the same places on the mean head; nan where not on the skin or steep


def sightings(source: Source, count: int, *, seed: int = 1) -> list[Sighting]:
    """`count` random heads, drawn and detected."""
    painter = Painter(source)
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        picture = painter.draw(rng, yaw_deg=YAWS_DEG[number % len(YAWS_DEG)] + rng.normal(0, 4))
        photo = Photo(pixels=picture.pixels, focal_px=None, source="render", sha256="")
        faces = [face for face in find_by_mesh(photo) if face.scheme == SCHEME]
        if not faces:
            continue
        points_px = faces[0].landmarks_px
        hits = _hits(source, picture, points_px[:SKIN_COUNT], painter)
        found.append(
            Sighting(
                points_mm=picture.points_mm,
                camera=picture.camera,
                yaw_deg=picture.yaw_deg,
                landmarks_px=points_px,
                hits_mm=hits,
            )
        )
    return found


def _hits(source: Source, picture: object, points_px: Array, painter: Painter) -> Array:
    """(L, 3) places on the mean head that the picture shows at these pixels."""
    raster, camera = picture.raster, picture.camera  # type: ignore[attr-defined]
    person_mm = picture.points_mm  # type: ignore[attr-defined]
    height, width = raster.triangle.shape
    column = np.clip(points_px[:, 0].astype(int), 0, width - 1)
    row = np.clip(points_px[:, 1].astype(int), 0, height - 1)
    triangle = raster.triangle[row, column]
    shares = raster.barycentrics[row, column]
    corners = painter.triangles[np.maximum(triangle, 0)]
    place = np.einsum("lcx,lc->lx", source.points_mm[corners], shares)

    # The pixel's middle is not the point: go the rest of the way along the surface.
    middle = np.column_stack([column + 0.5, row + 0.5])
    a, b, c = (camera.project(person_mm[corners[:, k]]) for k in range(3))
    flat = np.stack([b - a, c - a], 2)
    steep = np.abs(np.linalg.det(flat)) < 1e-6
    flat[steep] = np.eye(2)
    extra = np.linalg.solve(flat, (points_px - middle)[:, :, None])[:, :, 0]
    edges = np.stack(
        [
            source.points_mm[corners[:, 1]] - source.points_mm[corners[:, 0]],
            source.points_mm[corners[:, 2]] - source.points_mm[corners[:, 0]],
        ],
        2,
    )
    place = place + np.einsum("lxk,lk->lx", edges, extra)

    normals = vertex_normals(person_mm, painter.triangles) @ camera.camera_from_head.T
    facing = -np.einsum("lcx,lc->lx", normals[corners], shares)[:, 2]
    skin = painter.part[np.maximum(triangle, 0)] == 0
    place[(triangle < 0) | ~skin | (facing < FACING) | steep] = np.nan
    return np.asarray(place)


def place_from_sightings(
    source: Source,
    seen: list[Sighting],
    start: Landmarks,
    chosen: Array,
    mirror: Array,
    movable: Array,
) -> tuple[Landmarks, Array]:
    """`movable` landmarks at the median place of the hits, both sides together; triangles (468,).

    Points that are hardly ever seen well keep their start.
    """
    triangles = skin_triangles(source)
    hits = np.array([s.hits_mm for s in seen if abs(s.yaw_deg) < FRONT_DEG])
    both = np.concatenate([hits, hits[:, mirror] * (-1, 1, 1)])
    enough = np.isfinite(both[:, :, 0]).sum(0) >= 2 * LEAST_SEEN
    enough &= np.isin(np.arange(SKIN_COUNT), movable)
    here = start.of(source.points_mm)[:SKIN_COUNT]
    target = here.copy()
    target[enough] = np.nanmedian(both[:, enough], 0)
    walker = SurfaceWalker(source.points_mm, triangles, rings=6)
    everywhere = np.ones(len(triangles), bool)
    shares = start.barycentrics[:SKIN_COUNT].copy()
    chosen = chosen.copy()
    for index in np.flatnonzero(enough):
        chosen[index], shares[index] = walker.nearest(target[index], everywhere)
    return landmarks_at(source, triangles, chosen, shares), chosen
