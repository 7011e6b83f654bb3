"""Tubes, capsules, discs: what spectacles, hands and things are built of."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array
from photographs.clothes import tube_triangles


def tube(
    path_mm: Array, radius_mm: float | Array, *, around: int = 7, closed: bool = False
) -> tuple[Array, Array]:
    """Vertices and triangles of a tube along (P, 3)."""
    path = np.asarray(path_mm, float)
    if closed:
        path = np.concatenate([path, path[:1]])
    ahead = np.gradient(path, axis=0)
    if closed:
        ahead[0] = ahead[-1] = path[1] - path[-2]
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-9
    helper = (
        np.array([0.0, 0.0, 1.0]) if np.abs(ahead[:, 2]).mean() < 0.7 else np.array([0.0, 1.0, 0.0])
    )
    side = np.cross(helper, ahead)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    up = np.cross(ahead, side)
    angle = np.arange(around) / around * 2 * np.pi
    radius = np.broadcast_to(np.asarray(radius_mm, float), (len(path),))[:, None, None]
    ring = np.cos(angle)[:, None] * side[:, None] + np.sin(angle)[:, None] * up[:, None]
    return (path[:, None] + radius * ring).reshape(-1, 3), tube_triangles(len(path), around)


def capsule(path_mm: Array, radius_mm: float, *, around: int = 9) -> tuple[Array, Array]:
    """A tube with round ends."""
    path = np.asarray(path_mm, float)
    radius = np.full(len(path), radius_mm)
    first, last = path[0] - path[1], path[-1] - path[-2]
    first, last = first / np.linalg.norm(first), last / np.linalg.norm(last)
    steps = np.array([1.0, 0.75, 0.4])
    path = np.concatenate(
        [
            path[0] + first * radius_mm * steps[:, None],
            path,
            path[-1] + last * radius_mm * steps[::-1, None],
        ]
    )
    ends = np.sqrt(1 - steps**2) * radius_mm + 0.01
    return tube(path, np.concatenate([ends, radius, ends[::-1]]), around=around)


def ellipsoid(
    center_mm: Array, radii_mm: Array, *, rows: int = 9, around: int = 14
) -> tuple[Array, Array]:
    polar = np.linspace(0.03, np.pi - 0.03, rows)[:, None]
    angle = np.arange(around) / around * 2 * np.pi
    unit = np.stack(
        [np.sin(polar) * np.cos(angle), np.cos(polar) + 0 * angle, np.sin(polar) * np.sin(angle)],
        -1,
    )
    return center_mm + unit.reshape(-1, 3) * radii_mm, tube_triangles(rows, around)


def box(center_mm: Array, axes_mm: Array) -> tuple[Array, Array]:
    """axes_mm (3, 3): half edges as rows."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    corners: list[Array] = []
    triangles: list[tuple[int, int, int]] = []
    for a, b, c, d in faces:  # corners are not shared, so that edges stay sharp
        at = len(corners)
        corners += [signs[a], signs[b], signs[c], signs[d]]
        triangles += [(at, at + 1, at + 2), (at, at + 2, at + 3)]
    return center_mm + np.array(corners) @ axes_mm, np.array(triangles, np.int32)


def merge(meshes: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    starts = np.cumsum([0] + [len(vertices) for vertices, _ in meshes])
    return (
        np.concatenate([vertices for vertices, _ in meshes]),
        np.concatenate(
            [triangles + at for (_, triangles), at in zip(meshes, starts, strict=False)]
        ),
    )
