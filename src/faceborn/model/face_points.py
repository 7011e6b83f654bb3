"""The 365 points of the head that the face network tells: iBUG's 68, then a spread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from faceborn.assets import asset_path
from faceborn.types import Array, Record

SCHEME = "dense_365"
FILE = "face_points.npz"
REGIONS = ("ibug", "face", "jaw", "ear", "skull", "neck")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FacePoints(Record):
    """L points of the surface of the head model."""

    vertices: Array  # (L, 3) int32, corners of the triangle
    barycentrics: Array  # (L, 3) float32
    mirror: Array  # (L,) int32, the point on the other side of the head; an involution
    core: Array  # (L,) bool, the face from hairline to jaw: their box defines the crop
    region: Array  # (L,) uint8 into REGIONS

    def of(self, vertices: Array) -> Array:
        """(V, C) per vertex to (L, C)."""
        return np.einsum("lcx,lc->lx", vertices[self.vertices], self.barycentrics)


@cache
def load_face_points() -> FacePoints:
    """The points that ship with the package; their order is the network's."""
    with np.load(asset_path(FILE)) as stored:
        return FacePoints(**{name: stored[name] for name in stored.files})
