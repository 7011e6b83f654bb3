"""Vertices, triangles and the mirror map of the surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from faceborn.model.parts import PART_NAMES
from faceborn.types import Array
from head.source import Source

MIRRORED_TOGETHER = (  # within these no two points coincide
    ("face", "scalp", "mouth", "sockets"),
    ("eye_left", "eye_right"),
    ("gums", "tongue"),
    ("teeth",),
    ("eye_shade",),
    ("tearline",),
)
FLIP_X = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """A vertex is a point with one texture coordinate in one part."""

    point_of: Array  # (V,) int32
    uv: Array  # (V, 2) float32
    quads: Array  # (Q, 4) int32 into vertices
    triangles: Array  # (T, 3) int32
    triangle_part: Array  # (T,) uint8
    mirror: Array  # (V,) int32, the vertex on the other side; of a vertex in the middle, itself


def make_surface(source: Source, mirror_of_point: Array) -> Surface:
    """Split points where texture or part changes, cut quads into triangles."""
    part = np.repeat(source.part, 4)
    key = np.stack([part, source.quads.ravel(), source.quads_uv.ravel()], 1)
    vertices, corner = np.unique(key, axis=0, return_inverse=True)
    quads = corner.reshape(source.quads.shape).astype(np.int32)
    halves = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    a, b, c = halves.T
    solid = (a != b) & (b != c) & (a != c)
    return Surface(
        point_of=vertices[:, 1].astype(np.int32),
        uv=source.uv[vertices[:, 2]].astype(np.float32),
        quads=quads,
        triangles=halves[solid].astype(np.int32),
        triangle_part=np.concatenate([source.part, source.part])[solid],
        mirror=mirror_of_vertices(source, quads, mirror_of_point),
    )


def mirror_of_points(source: Source) -> Array:
    """(P,) the point on the other side of the head.

    Position alone is ambiguous where layers touch, so how the modes move a point is compared as
    well: identity and jaw are symmetric in the source to 0.05 mm. The lash cards, whose roots
    coincide, are numbered alike on both sides.
    """
    modes = [source.points_mm, *source.identity_mm[:6], source.shapes_mm["jawOpen"]]
    here = np.concatenate(modes, 1)
    there = np.concatenate([mode * FLIP_X for mode in modes], 1)
    mirror = np.full(len(here), -1)
    lashes = points_of(source, "lashes")
    half = len(lashes) // 2
    mirror[lashes] = np.concatenate([lashes[half:], lashes[:half]])
    for parts in MIRRORED_TOGETHER:
        mine = points_of(source, *parts)
        partner = cKDTree(there[mine]).query(here[mine])[1]
        lost = np.flatnonzero(partner[partner] != np.arange(len(partner)))
        if len(lost):  # one pair in the throat, noisy in the source: they belong to each other
            assert len(lost) == 2, lost
            partner[lost] = lost[::-1]
        mirror[mine] = mine[partner]
    assert (mirror[mirror] == np.arange(len(mirror))).all()
    return mirror


def points_of(source: Source, *parts: str) -> Array:
    """The points that the quads of these parts use, ascending."""
    ids = [PART_NAMES.index(name) for name in parts]
    return np.unique(source.quads[np.isin(source.part, ids)])


def mirror_of_vertices(source: Source, quads: Array, mirror_of_point: Array) -> Array:
    """(V,) by way of the mirrored quad, so that a vertex on a seam stays on its side of it."""
    by_corners = {frozenset(q): k for k, q in enumerate(source.quads.tolist())}
    mirror = np.full(quads.max() + 1, -1, np.int32)
    for k, points in enumerate(source.quads):
        twin = by_corners[frozenset(mirror_of_point[points].tolist())]
        place = dict(zip(source.quads[twin].tolist(), quads[twin].tolist(), strict=True))
        for p, v in zip(points, quads[k], strict=True):
            partner = place[int(mirror_of_point[p])]
            assert mirror[v] in (-1, partner), (k, p)
            mirror[v] = partner
    assert (mirror[mirror] == np.arange(len(mirror))).all()
    return mirror
