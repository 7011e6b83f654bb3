"""Triangle meshes as plain arrays."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array


def vertex_normals(vertices: Array, triangles: Array, weld: Array | None = None) -> Array:
    """Unit normals, area weighted.

    vertices   (V, 3)
    triangles  (T, 3)
    weld       (V,) the vertex that stands for each point of the surface: with it a seam of the
               texture does not show as a crease

    Returns (V, 3) float32; a vertex without a triangle gets 0.
    """
    corner = vertices[triangles].astype(np.float64)
    area = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    index = triangles if weld is None else weld[triangles]
    normals = np.empty((len(vertices), 3))
    for axis in range(3):
        normals[:, axis] = np.bincount(
            index.ravel(), np.repeat(area[:, axis], 3), minlength=len(vertices)
        )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = normals / np.maximum(length, 1e-12)
    if weld is not None:
        normals = normals[weld]
    return normals.astype(np.float32)
