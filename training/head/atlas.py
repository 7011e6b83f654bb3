"""The texture of a part as a map of the surface: which point lies under each texel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

from faceborn.geometry.meshes import vertex_normals
from faceborn.types import Array, HeadModel


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Atlas:
    """One part's texture; texels outside every triangle are not covered."""

    covered: Array  # (S, S) bool, row 0 is v = 1
    corners: Array  # (N, 3) vertices of the triangle under each covered texel
    weights: Array  # (N, 3) barycentrics

    def gather(self, values: Array) -> Array:
        """(V, C) to (N, C)."""
        return np.asarray(np.einsum("nc,ncx->nx", self.weights, values[self.corners]))

    def image(self, colors: Array) -> Array:
        """(N, C) 0..1 to (S, S, C) uint8, spread over the gaps so that no mip level sees them."""
        size = self.covered.shape[0]
        out = np.zeros((size, size, colors.shape[1]), np.float64)
        out[self.covered] = colors
        nearest = distance_transform_edt(~self.covered, return_distances=False, return_indices=True)
        return np.asarray(np.round(np.clip(out[tuple(nearest)], 0, 1) * 255), np.uint8)


def make_atlas(model: HeadModel, part: str, size: int) -> Atlas:
    """The atlas of a part at size x size texels."""
    triangles = model.triangles[model.triangle_part == model.part_names.index(part)]
    place = model.uv.astype(np.float64) * [size, -size] + [0, size]
    index = np.full((size, size), -1, np.int32)
    for k, corners in enumerate(place[triangles]):
        # Shifted by half a texel: OpenCV draws to pixel centres, in 1/256 of one.
        points = np.round((corners - 0.5) * 256).astype(np.int32).reshape(-1, 1, 2)
        cv2.fillConvexPoly(index, points, k, cv2.LINE_8, 8)
    covered = index >= 0
    rows, cols = np.nonzero(covered)
    corners = triangles[index[covered]]
    a, b, c = (place[corners[:, k]] for k in range(3))
    p = np.stack([cols + 0.5, rows + 0.5], 1)

    def cross(s: Array, t: Array) -> Array:
        return np.asarray(s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0])

    area = cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-12, 1, area)
    w1, w2 = cross(p - a, c - a) / area, cross(b - a, p - a) / area
    weights = np.clip(np.stack([1 - w1 - w2, w1, w2], 1), 0, 1)
    return Atlas(
        covered=covered,
        corners=corners,
        weights=weights / np.maximum(weights.sum(1, keepdims=True), 1e-9),
    )


def positions(model: HeadModel, atlas: Atlas) -> tuple[Array, Array]:
    """(N, 3) places on the mean head in mm and (N, 3) unit normals."""
    normals = vertex_normals(model.mean_mm, model.triangles, model.weld)
    normal = atlas.gather(normals)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    return atlas.gather(model.mean_mm), normal


def noise(places_mm: Array, wavelength_mm: float, seed: int) -> Array:
    """(N,) smooth random values in about -1..1 at 3-D places: seamless across islands."""
    generator = np.random.default_rng(seed)
    waves = generator.normal(0, 1, (24, 3))
    waves *= 2 * np.pi / wavelength_mm / np.linalg.norm(waves, axis=1, keepdims=True)
    waves *= generator.uniform(0.6, 1.6, (24, 1))
    phase = generator.uniform(0, 2 * np.pi, 24)
    return np.asarray(np.cos(places_mm @ waves.T + phase).sum(1) / np.sqrt(24 / 2) / 1.6)
