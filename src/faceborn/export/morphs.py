"""The expressions as sparse deltas of position and normal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.types import Array, Shape

LEAST_MOVE_MM = 0.01  # smaller moves are dropped: rounding of the modes, not motion
LEAST_TURN = 0.02  # of a unit normal, 1.1 degrees: not seen in the shading

Deltas = tuple[Array, Array]  # (N,) vertices, ascending; (N, 3) float32


def sparse_morphs(shape: Shape) -> Iterator[tuple[Deltas, Deltas]]:
    """For each blendshape the moves in mm and the changes of the unit normals at weight 1."""
    model = shape.model
    rest = vertex_normals(shape.vertices_mm, model.triangles, model.weld)
    for blendshape in shape.blendshapes_mm:
        moved, moves = _longer_than(LEAST_MOVE_MM, blendshape)
        vertices = shape.vertices_mm.copy()
        vertices[moved] += moves
        turns = vertex_normals(vertices, model.triangles, model.weld) - rest
        yield (moved, moves), _longer_than(LEAST_TURN, turns)


def _longer_than(least: float, vectors: Array) -> Deltas:
    kept = np.flatnonzero(np.einsum("va,va->v", vectors, vectors) > least**2)
    return kept, vectors[kept].astype(np.float32)
