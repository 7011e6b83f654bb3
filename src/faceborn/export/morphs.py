"""The expressions as sparse deltas of position and normal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceborn.geometry.meshes import area_sums, area_vectors, vertex_normals
from faceborn.types import Array, Shape

LEAST_MOVE_MM = 0.01  # smaller moves are dropped: rounding of the modes, not motion
LEAST_TURN = 0.02  # of a unit normal, 1.1 degrees: not seen in the shading
LEAST_AREA_MM2 = 1e-9  # of the triangles around a vertex; less is rounding, and has no normal

Deltas = tuple[Array, Array]  # (N,) vertices, ascending; (N, 3) float32


def sparse_morphs(shape: Shape) -> Iterator[tuple[Deltas, Deltas]]:
    """For each blendshape the moves in mm and the changes of the unit normals at weight 1.

    Only triangles with a corner that moves are looked at. Slow twin: tests/export/test_morphs.py.
    """
    model = shape.model
    count = len(shape.vertices_mm)
    triangles = np.asfortranarray(model.triangles, np.intp)
    welded = np.asfortranarray(model.weld[triangles], np.intp)
    rest_area = area_vectors(shape.vertices_mm, triangles)
    rest_sum = area_sums(rest_area, welded, count)
    rest = vertex_normals(shape.vertices_mm, triangles, model.weld)
    for blendshape in shape.blendshapes_mm:
        moved, moves = _longer_than(LEAST_MOVE_MM, blendshape)
        vertices = shape.vertices_mm.copy()
        vertices[moved] += moves
        turned = np.flatnonzero(_any_corner(_chosen(moved, count), triangles))
        change = area_vectors(vertices, triangles[turned]) - rest_area.take(turned, axis=1)
        corners = welded[turned]
        around = np.flatnonzero(_chosen(corners.ravel(), count)[model.weld])
        points = model.weld[around]
        sums = rest_sum[points] + area_sums(change, corners, count)[points]
        length = np.sqrt(np.einsum("va,va->v", sums, sums))[:, None]
        normals = sums / np.maximum(length, LEAST_AREA_MM2)
        kept, turns = _longer_than(LEAST_TURN, normals - rest[around])
        yield (moved, moves), (around[kept], turns)


def _chosen(rows: Array, count: int) -> Array:
    """(count,) bool, true in `rows`."""
    chosen = np.zeros(count, bool)
    chosen[rows] = True
    return chosen


def _any_corner(chosen: Array, triangles: Array) -> Array:
    """(T,) bool: is one of the corners chosen (V,)?"""
    first, second, third = (chosen[triangles[:, k]] for k in range(3))
    return np.asarray(first | second | third)


def _longer_than(least: float, vectors: Array) -> Deltas:
    kept = np.flatnonzero(np.einsum("va,va->v", vectors, vectors) > least**2)
    return kept, vectors[kept].astype(np.float32)
