"""The expressions as sparse deltas of position and normal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceborn.types import Array, Shape

LEAST_MOVE_MM = 0.01  # smaller moves are dropped: rounding of the modes, not motion
LEAST_TURN = 0.02  # of a unit normal, 1.1 degrees: not seen in the shading

Deltas = tuple[Array, Array]  # (N,) vertices, ascending; (N, 3) float32


def sparse_morphs(shape: Shape) -> Iterator[tuple[Deltas, Deltas]]:
    """For each blendshape the moves in mm and the changes of the unit normals at weight 1.

    Only the triangles that a blendshape moves are measured again, so that 52 sets of normals
    cost little more than one (0.1 s instead of 0.6 s).
    """
    model = shape.model
    weld = model.weld
    corners = weld[model.triangles]
    rest = shape.vertices_mm.astype(np.float64)
    rest_area = _areas(rest, model.triangles)
    rest_sum = _gather(corners, rest_area, len(rest))
    rest_normal = _unit(rest_sum)
    for blendshape in shape.blendshapes_mm:
        moved = np.linalg.norm(blendshape, axis=1) > LEAST_MOVE_MM
        vertices = np.flatnonzero(moved)
        kept = np.where(moved[:, None], blendshape, np.float32(0))
        touched = moved[model.triangles].any(1)
        change = _areas(rest + kept, model.triangles[touched]) - rest_area[touched]
        turn = _unit(rest_sum + _gather(corners[touched], change, len(rest))) - rest_normal
        turned = np.flatnonzero((np.linalg.norm(turn, axis=1) > LEAST_TURN)[weld])
        yield (
            (vertices, blendshape[vertices].astype(np.float32)),
            (turned, turn[weld[turned]].astype(np.float32)),
        )


def _areas(vertices: Array, triangles: Array) -> Array:
    """(V, 3), (T, 3) to the normals of the triangles, as long as twice their area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def _gather(corners: Array, areas: Array, count: int) -> Array:
    """Sum of the triangle normals around each point of the surface, (count, 3)."""
    flat = corners.ravel()
    return np.stack(
        [np.bincount(flat, np.repeat(areas[:, axis], 3), count) for axis in range(3)], axis=1
    )


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
