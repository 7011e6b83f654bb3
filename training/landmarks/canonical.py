"""A first place on the mean head for every point of the MediaPipe face mesh.

The canonical face model has the mesh's points in centimetres, +Z out of the face, but its own
proportions. It is brought over by a similarity, a smooth warp that makes 68 named pairs meet, and
a step to the closest point of the surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from faceborn.fit.points import LIPS
from faceborn.types import Array

SKIN_COUNT = 468
# Mesh points at the 68 iBUG points (jaw, brows, nose, eyes, lips), by looking at both schemes.
AT_IBUG = (
    "162 234 93 58 172 136 149 148 152 377 378 365 397 288 323 454 389 "  # jaw
    "70 63 105 66 107 336 296 334 293 300 "  # brows
    "168 197 5 4 98 97 2 326 327 "  # nose
    "33 160 158 133 153 144 362 385 387 263 373 380 "  # eyes
    "61 39 37 0 267 269 291 405 314 17 84 181 78 82 13 312 308 317 14 87"  # lips
)
PAIRS = np.array(AT_IBUG.split(), int)
JAW_WEIGHT = 0.3  # outline points are not at fixed places of the skin
# The warp may miss a pair by about this much; jaw and brows are loosely defined in both schemes.
LOOSENESS_MM = np.array([4.0] * 17 + [2.0] * 10 + [0.7] * 41)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canonical:
    """The canonical face model of the mesh."""

    points_mm: Array  # (468, 3)
    triangles: Array  # (T, 3)
    mirror: Array  # (468,) the point on the other side


def read_canonical(path: Path) -> Canonical:
    """Read the Wavefront file. Raises ValueError where its points are in another order."""
    points, triangles = [], []
    for line in path.read_text().splitlines():
        kind, *values = line.split() or [""]
        if kind == "v":
            points.append([float(v) for v in values[:3]])
        elif kind == "f":
            triangles.append([int(v.split("/")[0]) - 1 for v in values[:3]])
    points_mm = np.array(points) * 10
    # Copies with another order are about: the nose tip is far in front, 33 the right eye's corner.
    if len(points_mm) != SKIN_COUNT or points_mm[4, 2] < points_mm[:, 2].max() - 2:
        raise ValueError(f"{path} has not the mesh's order of points")
    if not (points_mm[33, 0] < -30 and abs(points_mm[33, 1] - points_mm[263, 1]) < 0.5):
        raise ValueError(f"{path} has not the mesh's order of points")
    mirror = cKDTree(points_mm * [-1, 1, 1]).query(points_mm)[1]
    if (mirror[mirror] != np.arange(SKIN_COUNT)).any():
        raise ValueError(f"{path} is not symmetric")
    return Canonical(points_mm=points_mm, triangles=np.array(triangles), mirror=mirror)


def warp_to(canonical: Canonical, ibug_mm: Array) -> Array:
    """(468, 3) the mesh's points brought to a head whose iBUG points are given (68, 3)."""
    weight = np.ones(68)
    weight[:17] = JAW_WEIGHT
    moved = _similarity(canonical.points_mm[PAIRS], ibug_mm, weight)(canonical.points_mm)
    # Two pairs may share a mesh point or lie within a hair of each other; that is what the
    # smoothing is for.
    warp = RBFInterpolator(
        moved[PAIRS],
        ibug_mm - moved[PAIRS],
        kernel="thin_plate_spline",
        smoothing=LOOSENESS_MM**2,
        degree=1,
    )
    return np.asarray(moved + warp(moved))


class _similarity:
    """Best rotation, scale and shift from (N, 3) to (N, 3). Source: Umeyama 1991."""

    def __init__(self, source: Array, target: Array, weight: Array) -> None:
        share = weight / weight.sum()
        self.source_middle, self.target_middle = share @ source, share @ target
        a, b = source - self.source_middle, target - self.target_middle
        left, stretch, right = np.linalg.svd((b * share[:, None]).T @ a)
        sign = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
        self.rotation = (left * sign) @ right
        self.scale = (stretch * sign).sum() / (share @ (a**2).sum(1))

    def __call__(self, points: Array) -> Array:
        local = points - self.source_middle
        return np.asarray(self.scale * local @ self.rotation.T + self.target_middle)


def upper_lip_points() -> Array:
    """Mesh points that must not land on the lower lip."""
    return np.asarray(LIPS[:, 0])


def lower_lip_points() -> Array:
    """Mesh points that must not land on the upper lip."""
    return np.asarray(LIPS[:, 1])
