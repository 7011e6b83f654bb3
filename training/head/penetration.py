"""How far one part sticks out through another, in mm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from faceborn.types import Array, HeadModel
from head.draw import rasterize

DEEP_MM = 6.0  # farther apart than this are two layers one behind the other, not a fault
SIZE_PX = 420
SPREAD_DEG = 52.0  # half the angle around "forward" that is looked at
OUTER_COS = 0.25  # outer skin: turned outwards at least this much


def penetration_mm(
    model: HeadModel,
    vertices_mm: Array,
    inner: Sequence[str],
    outer: Sequence[str],
    *,
    center_mm: Array,
    radius_mm: float = 60.0,
) -> tuple[float, float]:
    """How far `inner` lies outside the outer skin of `outer`, seen from a point inside both.

    For every direction around +z the farthest hit of both is compared; what lies farther than
    radius_mm from center_mm is not looked at. Returns (deepest mm, area in mm^2 at 16 mm distance
    that sticks out by more than 0.05 mm). The deepest 0.03 % of the directions are left out: edges
    on edges, which the rasteriser decides by chance.
    """
    hit_in, far_in = farthest(model, vertices_mm, inner, center_mm, radius_mm, outward=False)
    hit_out, far_out = farthest(model, vertices_mm, outer, center_mm, radius_mm, outward=True)
    beyond = np.where(hit_in & hit_out, far_in - far_out, 0.0)
    beyond[beyond > DEEP_MM] = 0
    pixel_mm = 2 * np.tan(np.deg2rad(SPREAD_DEG)) * 16.0 / SIZE_PX
    area = float((beyond > 0.05).sum() * pixel_mm**2)
    return float(np.quantile(np.clip(beyond, 0, None), 0.9997)), area


def farthest(
    model: HeadModel,
    vertices_mm: Array,
    parts: Sequence[str],
    center_mm: Array,
    radius_mm: float,
    *,
    outward: bool,
) -> tuple[Array, Array]:
    """(S, S) bool hit and (S, S) distance from the centre, per direction on a plane before it."""
    ids = [model.part_names.index(name) for name in parts]
    triangles = model.triangles[np.isin(model.triangle_part, ids)]
    arm = vertices_mm.astype(np.float64) - center_mm
    radius = np.linalg.norm(arm, axis=1)
    usable = (arm[:, 2] > 0.2 * radius) & (radius < radius_mm)
    triangles = triangles[usable[triangles].all(1)]
    if outward:
        corner = arm[triangles]
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        middle = corner.mean(1)
        cosine = (normal * middle).sum(1) / (
            np.linalg.norm(normal, axis=1) * np.linalg.norm(middle, axis=1) + 1e-12
        )
        triangles = triangles[cosine > OUTER_COS]
    if not len(triangles):
        return np.zeros((SIZE_PX, SIZE_PX), bool), np.zeros((SIZE_PX, SIZE_PX))
    # The farther from the centre, the nearer to the rasteriser's camera.
    flat = arm / np.where(usable, arm[:, 2], 1.0)[:, None] * 100.0
    flat[:, 2] = radius
    # The camera is so far away that the picture is nearly without perspective.
    hit, depth = rasterize(flat, triangles, SIZE_PX, 2 * 100.0 * np.tan(np.deg2rad(SPREAD_DEG)))
    return hit >= 0, np.where(hit >= 0, -depth, 0.0)


def slit_mm(
    model: HeadModel,
    vertices_mm: Array,
    inside: Sequence[str],
    skin: Sequence[str],
    *,
    center_mm: Array,
    width_mm: float,
) -> float:
    """Largest height of `inside` that is seen between `skin` from the front, in mm."""
    ids = [model.part_names.index(name) for name in (*inside, *skin)]
    chosen = np.isin(model.triangle_part, ids)
    part = model.triangle_part[chosen]
    hit, _ = rasterize(vertices_mm - center_mm, model.triangles[chosen], 800, width_mm)
    seen = (hit >= 0) & np.isin(part[hit], ids[: len(inside)])
    return float(seen.sum(0).max() / 800 * width_mm)
