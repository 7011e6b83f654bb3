"""Where the network sees its points on pictures of the model itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.faces import find_faces
from faceborn.fit.points import FACING_PAIRS, LIPS, OUTER_EYE_CORNERS, SKIN_COUNT
from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.rotations import FLIP, angles_from_rotation
from faceborn.types import Array, Camera, Landmarks, Photo
from head.source import Source
from landmarks.closest import SurfaceWalker
from landmarks.renders import Painter
from landmarks.start import IRIS_COUNT, landmarks_at, skin_triangles

YAWS_DEG = (-42, -27, -12, 0, 0, 12, 27, 42)
FRONT_DEG = 17.0  # pictures turned less than this say where the points are
# Knots of the bias table and the pictures (from, to) that count for each; both sides together.
BIAS_DEG = {0.0: (0.0, 8.0), 27.0: (19.0, 34.0), 42.0: (34.0, 55.0)}
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
        faces = [face for face in find_faces(photo) if face.scheme == "mediapipe_478"]
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
    source: Source, seen: list[Sighting], start: Landmarks, chosen: Array, mirror: Array
) -> tuple[Landmarks, Array]:
    """Landmarks at the median place of the hits, both sides together; the triangles (468,).

    Points that are hardly ever seen well (the outline) keep their start.
    """
    triangles = skin_triangles(source)
    hits = np.array([s.hits_mm for s in seen if abs(s.yaw_deg) < FRONT_DEG])
    both = np.concatenate([hits, hits[:, mirror] * (-1, 1, 1)])
    enough = (np.isfinite(both[:, :, 0]).sum(0) >= 2 * LEAST_SEEN) & _movable()
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


def bias_from_sightings(landmarks: Landmarks, seen: list[Sighting], mirror: Array) -> Landmarks:
    """Landmarks with the bias and scatter that the network shows on known heads at each yaw."""
    knots = np.array([-y for y in reversed(BIAS_DEG) if y] + list(BIAS_DEG))
    tables = {}
    for knot, (low, high) in BIAS_DEG.items():
        left = [_offsets(landmarks, s) for s in seen if low <= s.yaw_deg <= high]
        right = [_offsets(landmarks, s) for s in seen if -high <= s.yaw_deg <= -low]
        table = np.median(left + [r[mirror] * (-1, 1) for r in right], 0)
        for upper, lower in FACING_PAIRS:
            table[[upper, lower]] = table[[upper, lower]].mean(0)
        tables[knot] = np.concatenate([table, np.zeros((IRIS_COUNT, 2))])
        full_mirror = np.concatenate([mirror, np.arange(SKIN_COUNT, SKIN_COUNT + IRIS_COUNT)])
        tables[-knot] = tables[knot][full_mirror] * (-1, 1)
    return landmarks.replace(
        bias_yaw_deg=knots, bias_percent=np.stack([tables[float(k)] for k in knots])
    )


def _offsets(landmarks: Landmarks, sighting: Sighting) -> Array:
    """(468, 2) seen minus true place in percent of the eye distance, picture turned upright."""
    camera = sighting.camera
    places = landmarks.of(sighting.points_mm)[:SKIN_COUNT]
    _, _, roll_deg = angles_from_rotation(FLIP @ camera.camera_from_head)
    c, s = np.cos(np.deg2rad(roll_deg)), np.sin(np.deg2rad(roll_deg))
    right, left = places[list(OUTER_EYE_CORNERS)]
    depth = camera.to_camera((right + left) / 2)[2]
    eye_px = np.linalg.norm(right - left) * camera.focal_px / depth
    offset = sighting.landmarks_px[:SKIN_COUNT] - camera.project(places)
    return np.asarray(offset @ np.array([[c, s], [-s, c]]) / eye_px * 100)


def _movable() -> Array:
    """(468,) all but the line where the lips meet, which is known on the head."""
    free = np.ones(SKIN_COUNT, bool)
    free[LIPS.ravel()] = False
    free[[78, 308]] = False
    return free
