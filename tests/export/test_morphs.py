"""Sparse morphs are those of the whole surface."""

from __future__ import annotations

import numpy as np

from faceborn.export.morphs import LEAST_TURN, sparse_morphs
from faceborn.geometry.meshes import vertex_normals
from tests.export.painted import painted_head


def test_turns_are_those_of_the_whole_surface() -> None:
    """The slow twin: normals of all vertices, from all triangles, after the move."""
    shape = painted_head().shape
    model = shape.model
    rest = vertex_normals(shape.vertices_mm, model.triangles, model.weld)
    for (moved, moves), (turned, turns) in sparse_morphs(shape):
        vertices = shape.vertices_mm.copy()
        vertices[moved] += moves
        wanted = vertex_normals(vertices, model.triangles, model.weld) - rest
        got = np.zeros_like(wanted)
        got[turned] = turns
        dropped = np.linalg.norm(got, axis=1) == 0
        assert np.abs(got - wanted)[~dropped].max() < 1e-5
        assert np.linalg.norm(wanted[dropped], axis=1).max() < LEAST_TURN + 1e-5
