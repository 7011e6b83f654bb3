"""Closest points on a triangle mesh."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from faceborn.types import Array


def closest_on_triangles(corners: Array, query: Array) -> tuple[Array, Array]:
    """Barycentrics and points of (..., 3, 3) triangles closest to (..., 3) queries.

    Source: Ericson 2005, Real-Time Collision Detection, 5.1.5, without its branches: the foot on
    the plane where it lies inside, else the closest of the feet on the three edges.
    """
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    u, v, w = b - a, c - a, query - a
    uu, uv, vv = _dot(u, u), _dot(u, v), _dot(v, v)
    uw, vw = _dot(u, w), _dot(v, w)
    area = np.maximum(uu * vv - uv * uv, 1e-12)
    s, t = (vv * uw - uv * vw) / area, (uu * vw - uv * uw) / area
    inside = np.stack([1 - s - t, s, t], -1)
    candidates = [np.where((inside >= 0).all(-1, keepdims=True), inside, np.nan)]
    for first in range(3):
        second = (first + 1) % 3
        start = corners[..., first, :]
        edge = corners[..., second, :] - start
        along = np.clip(_dot(query - start, edge) / np.maximum(_dot(edge, edge), 1e-12), 0, 1)
        share = np.zeros_like(inside)
        share[..., first], share[..., second] = 1 - along, along
        candidates.append(share)
    shares = np.stack(candidates, -2)
    places = np.einsum("...ks,...sx->...kx", shares, corners)
    apart = np.linalg.norm(places - query[..., None, :], axis=-1)
    best = np.nan_to_num(apart, nan=np.inf).argmin(-1)[..., None, None]
    return (
        np.take_along_axis(shares, best, -2)[..., 0, :],
        np.take_along_axis(places, best, -2)[..., 0, :],
    )


def _dot(a: Array, b: Array) -> Array:
    return np.asarray((a * b).sum(-1))


class SurfaceWalker:
    """Closest points that do not jump: from a lip to the other, from the cheek into the mouth."""

    def __init__(self, points_mm: Array, triangles: Array, *, rings: int = 3) -> None:
        self.points_mm, self.triangles, self.rings = points_mm, triangles, rings
        order = np.argsort(triangles.ravel(), kind="stable")
        self._by_point = order // 3
        self._start = np.searchsorted(triangles.ravel()[order], np.arange(len(points_mm) + 1))

    def nearest(self, query: Array, allowed: Array) -> tuple[int, Array]:
        """Triangle and barycentrics for one (3,) query among triangles where `allowed` (T,)."""
        chosen = np.flatnonzero(allowed)
        centres = self.points_mm[self.triangles[chosen]].mean(1)
        near = chosen[cKDTree(centres).query(query, 40)[1]]
        return self._best(query, near)

    def walk(self, query: Array, triangle: int) -> tuple[int, Array]:
        """The same among triangles within `rings` of a triangle."""
        near = np.array([triangle])
        for _ in range(self.rings):
            points = np.unique(self.triangles[near])
            near = np.unique(
                np.concatenate(
                    [self._by_point[self._start[p] : self._start[p + 1]] for p in points]
                )
            )
        return self._best(query, near)

    def _best(self, query: Array, near: Array) -> tuple[int, Array]:
        corners = self.points_mm[self.triangles[near]]
        shares, places = closest_on_triangles(corners, np.broadcast_to(query, (len(near), 3)))
        best = int(np.linalg.norm(places - query, axis=1).argmin())
        return int(near[best]), shares[best]
