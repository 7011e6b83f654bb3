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
    index = triangles if weld is None else weld[triangles]
    normals = area_sums(area_vectors(vertices, triangles), index, len(vertices))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = normals / np.maximum(length, 1e-12)
    if weld is not None:
        normals = normals[weld]
    return normals.astype(np.float32)


def area_vectors(vertices: Array, triangles: Array) -> Array:
    """(3, T) float64: twice the area of each triangle, along its normal; a row per axis."""
    points = np.ascontiguousarray(vertices.T, np.float64)
    first, second, third = (points.take(triangles[:, k], axis=1) for k in range(3))
    u, v = second - first, third - first
    area = np.empty_like(u)
    for x, y, z in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        np.multiply(u[y], v[z], out=area[x])
        area[x] -= u[z] * v[y]
    return area


def area_sums(area: Array, index: Array, count: int) -> Array:
    """(count, 3) float64: the triangles' area vectors (3, T), summed at their corners (T, 3)."""
    corners = index.T.ravel()
    return np.stack(
        [np.bincount(corners, np.tile(row, 3), minlength=count) for row in area], axis=1
    )
