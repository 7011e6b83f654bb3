"""Where the points of each landmark scheme lie on the mean head, and the contour vertices.

ICT's list of the 68 iBUG points is wrong in places (inner eye corners 37 mm apart, brows 4-9 mm
above the hair, nose base on the lip, chin inside the outline). Those were set again, to the mean
of the hand-placed points (189 per photo) of the 63 London training people, brought onto the mean
head by a similarity over outer eye corners, mouth corners, chin, nose base and lips. The others
agreed with it to 1.6 mm and were kept. Nose tip, nose wings and mouth corners were then moved by
what heads fitted to the 63 fronts were off the hand-placed points (1.2, 1.7 and 2.0 mm); eyes and
brows were off by no more than 1.1 mm and stayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from faceborn.model.parts import PART_NAMES
from faceborn.types import Array
from head.source import Source
from head.surface import Surface

# iBUG number (from 1, as drawn everywhere) of the person's right side -> (x, y) in mm from the
# front; right is negative. In brackets the point of the London template it comes from.
MENDED_XY = {
    18: (-57.9, 43.0),  # 71
    19: (-52.0, 53.0),  # 72
    20: (-42.4, 57.6),  # 73
    21: (-29.6, 57.3),  # 74
    22: (-13.3, 49.0),  # 75, 76
    31: (0.0, 6.1),  # 54, 60
    32: (-12.5, -9.3),  # 64
    33: (-6.6, -9.0),
    34: (0.0, -8.2),  # 55
    37: (-45.3, 35.0),  # 18
    40: (-17.4, 32.6),  # 22
    49: (-26.7, -34.2),  # 87
}
# Jaw points are where the outline runs in a front view: the lowest skin at this x.
OUTLINE_X = {7: -31.5, 8: -17.0, 9: 0.0}
OUTLINE_COS = 0.30  # skin turned away more than this lies under the chin
MIRRORED = {18: 27, 19: 26, 20: 25, 21: 24, 22: 23, 32: 36, 33: 35, 37: 46, 40: 43, 49: 55}
MIRRORED |= {7: 11, 8: 10}

IRIS_RIGHT, IRIS_LEFT = 468, 473  # of the mesh of 478
# CenterFace's right eye, left eye, nose, right and left mouth corner: the points of the dense mesh
# that lie nearest, over 40 London training people in three views, and the noise that remains. The
# nose is not the tip (mesh 4: 10.9 %) but a little below.
CENTERFACE_MESH = (IRIS_RIGHT, IRIS_LEFT, 1, 61, 291)
CENTERFACE_SIGMA_PERCENT = (6.4, 5.3, 6.2, 5.4, 5.7)


def embed_ibug(source: Source, surface: Surface) -> dict[str, Array]:
    """The 68 points, symmetric."""
    vertices = np.zeros((68, 3), np.int32)
    weights = np.zeros((68, 3))
    vertex_of = vertex_of_point(surface)
    for k, point in enumerate(source.landmarks68):
        vertices[k] = vertex_of[point]
        weights[k, 0] = 1
    for number, (x, y) in MENDED_XY.items():
        vertices[number - 1], weights[number - 1] = hit_from_front(source, surface, x, y)
    for number, x in OUTLINE_X.items():
        vertices[number - 1], weights[number - 1] = outline_at(source, surface, x)
    for right, left in MIRRORED.items():
        vertices[left - 1] = surface.mirror[vertices[right - 1]]
        weights[left - 1] = weights[right - 1]
    return exact_scheme(list(zip(vertices, weights, strict=True)))


def embed_centerface(surface: Surface, mesh: dict[str, Array]) -> dict[str, Array]:
    """The five points of CenterFace, by the points of the dense mesh that lie nearest to them.

    mesh  what embed_mediapipe gives; the irises' centres are the pupils of our eyeballs
    """
    pupils = {IRIS_RIGHT: "eye_right", IRIS_LEFT: "eye_left"}
    rows = []
    for number in CENTERFACE_MESH:
        if number in pupils:
            rows.append(pupil(surface, pupils[number]))
        else:
            rows.append((mesh["vertices"][number], mesh["barycentrics"][number]))
    return exact_scheme(rows) | {"sigma_percent": np.array(CENTERFACE_SIGMA_PERCENT, np.float32)}


def pupil(surface: Surface, part: str) -> tuple[Array, Array]:
    """The vertex in the middle of an eye's texture."""
    ball = np.unique(surface.triangles[surface.triangle_part == PART_NAMES.index(part)])
    vertex = ball[np.abs(surface.uv[ball] - 0.5).sum(1).argmin()]
    return np.repeat(vertex, 3), np.array([1.0, 0.0, 0.0])


def exact_scheme(rows: Sequence[tuple[Array, Array]]) -> dict[str, Array]:
    """The arrays of a scheme without bias and with a sigma of 1 %."""
    return {
        "vertices": np.stack([row[0] for row in rows]).astype(np.int32),
        "barycentrics": np.stack([row[1] for row in rows]).astype(np.float32),
        "sigma_percent": np.ones(len(rows), np.float32),
        "bias_yaw_deg": np.zeros(0, np.float32),
        "bias_percent": np.zeros((0, len(rows), 2), np.float32),
    }


def embed_mediapipe(file: Path, source: Source, surface: Surface) -> dict[str, Array]:
    """The dense points: registered by training/register_landmarks.py in ICT's numbers."""
    stored = np.load(file)
    vertex_of = vertex_of_point(surface)
    point = np.searchsorted(source.number, stored["triangle"])
    assert (source.number[point] == stored["triangle"]).all()
    return {
        "vertices": vertex_of[point].astype(np.int32),
        "barycentrics": stored["barycentric"].astype(np.float32),
        "sigma_percent": stored["sigma_percent_eye"].astype(np.float32),
        "bias_yaw_deg": stored["bias_yaw"].astype(np.float32),
        "bias_percent": stored["bias_percent_eye"].astype(np.float32),
    }


def vertex_of_point(surface: Surface) -> Array:
    """(P,) the first vertex at each point."""
    return np.asarray(np.unique(surface.point_of, return_index=True)[1])


def hit_from_front(source: Source, surface: Surface, x: float, y: float) -> tuple[Array, Array]:
    """Corners and barycentrics of the foremost triangle of the face at (x, y) in mm."""
    triangles = surface.triangles[surface.triangle_part == PART_NAMES.index("face")]
    corner = source.points_mm[surface.point_of[triangles]]
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    (ux, uy), (vx, vy) = (b - a)[:, :2].T, (c - a)[:, :2].T
    area = ux * vy - uy * vx
    safe = np.where(np.abs(area) < 1e-9, np.inf, area)
    px, py = x - a[:, 0], y - a[:, 1]
    v = (px * vy - py * vx) / safe
    w = (ux * py - uy * px) / safe
    weights = np.stack([1 - v - w, v, w], 1)
    inside = (weights >= -1e-9).all(1) & np.isfinite(safe)
    depth = np.where(inside, np.einsum("tc,tc->t", weights, corner[..., 2]), -np.inf)
    best = int(depth.argmax())
    assert inside[best], (x, y)
    return triangles[best], np.clip(weights[best], 0, 1)


def outline_at(source: Source, surface: Surface, x: float) -> tuple[Array, Array]:
    """The lowest point of the chin's outline at x, seen from the front: two vertices blended."""
    triangles = surface.triangles[surface.triangle_part == PART_NAMES.index("face")]
    # Cut every triangle edge with the plane at x; the outline is where the skin, followed down
    # from the lower lip, first turns away from the viewer, so the lowest front-facing cut.
    corner = source.points_mm[surface.point_of[triangles]]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    facing = normal[:, 2] > OUTLINE_COS * np.linalg.norm(normal, axis=1)
    chin = facing & (corner[..., 1].mean(1) < -50) & (corner[..., 2].mean(1) > 75)
    best: tuple[float, Array, Array] | None = None
    for triangle, place in zip(triangles[chin], corner[chin], strict=True):
        for i, j in ((0, 1), (1, 2), (2, 0)):
            if (place[i, 0] - x) * (place[j, 0] - x) > 0 or place[i, 0] == place[j, 0]:
                continue
            t = (x - place[i, 0]) / (place[j, 0] - place[i, 0])
            low = place[i, 1] * (1 - t) + place[j, 1] * t
            if best is None or low < best[0]:
                best = low, triangle[[i, j, i]], np.array([1 - t, t, 0.0])
    assert best is not None
    return best[1], best[2]


def contour_vertices(
    source: Source, surface: Surface, masks: dict[str, Array], vertices: Array
) -> Array:
    """Vertices over which the outline of cheek, jaw and chin can run as the head turns."""
    x, y, z = source.points_mm.T
    azimuth = np.rad2deg(np.arctan2(np.abs(x), z - 10.0))
    side = (azimuth > 32) & (azimuth < 84) & (y < 48)
    under = (y < -48) & (y > -100) & (azimuth < 84)
    keep = (side | under) & (masks["face"] > 0.3) & (masks["ears"] < 0.2)
    keep &= (masks["eye_sockets"] < 0.2) & (masks["lips"] < 0.1) & (np.abs(x) + np.abs(y) > 20)
    return np.flatnonzero(
        keep[surface.point_of] & np.isin(np.arange(len(surface.point_of)), vertices)
    )
