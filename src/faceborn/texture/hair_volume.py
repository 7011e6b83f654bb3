"""How far hair stands off the skull, read from its outline in the photo.

A head with hair painted on the bare skull looks like a swimmer. Two numbers, on top and at the
sides, taken where the photo shows hair against what is behind it, give it the outline back.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faceborn.texture.colour import smoothstep
from faceborn.texture.growth import grow_on_vertices
from faceborn.texture.hair import Hair
from faceborn.texture.hair_map import HairMap
from faceborn.texture.hairline import REAR_DEG
from faceborn.types import Array, HeadModel

THICKEST_TOP_MM, THICKEST_SIDE_MM = 24.0, 11.0  # more is a shape of its own: buns, curtains
USUAL = 0.5  # what a step counts that the photo does not show
FEWEST_PX = 6
# From the hairline inwards: over this way hair rises to its height, ahead and at the nape.
RISE_FROM_MM, RISE_AHEAD_MM, RISE_BEHIND_MM = -4.0, 60.0, 90.0
AROUND_BALD = 0.3
BACK = 0.75  # of it behind, where no photo looks
EAR_MM = (3.0, 28.0)  # from the ear outwards: the same there


def hair_volume(hair: Hair, seen: HairMap, model: HeadModel) -> Array:
    """(V,) float32 mm by which hair lifts each vertex off the skull; 0 off the hair."""
    growth = grow_on_vertices(model)
    top_mm = _thickness(seen, (seen.rim_mm > 12.0) & (seen.hair_mm > 8.0), THICKEST_TOP_MM)
    sides = (seen.rim_mm <= 0.0) & (seen.hair_mm > 2.0) & (seen.ears < 0.3)
    ahead = np.abs(seen.azimuth_deg) < REAR_DEG
    # Of both sides the flatter one: the other may be a tail or a curtain.
    side_mm = min(
        _thickness(seen, sides & ahead & half, THICKEST_SIDE_MM)
        for half in (seen.azimuth_deg > 0, seen.azimuth_deg < 0)
    )
    # Around a bald top hair is cut short.
    side_mm *= AROUND_BALD + (1 - AROUND_BALD) * hair.line.top
    on_top = smoothstep(-45.0, 80.0, growth.rim_mm)
    height = hair.line.top * top_mm * on_top + hair.line.sides * side_mm * (1 - on_top)
    behind = smoothstep(70.0, 140.0, np.abs(growth.azimuth_deg))
    height = height * (1 - (1 - BACK) * behind)
    way = (hair.line.above_mm(growth) - RISE_FROM_MM) / (
        RISE_AHEAD_MM + (RISE_BEHIND_MM - RISE_AHEAD_MM) * behind - RISE_FROM_MM
    )
    rise = smoothstep(0.0, 1.0, way)
    return np.asarray(height * rise * smoothstep(*EAR_MM, _from_ears(model)), np.float32)


def _thickness(seen: HairMap, where: Array, most_mm: float) -> float:
    """How far the hair goes on beyond the outline of the head, mean over the places `where`."""
    beyond = where & ~seen.on_head
    share, total = 1.0, 0.0
    for step in range(int(most_mm)):
        ring = beyond & (seen.away_mm > step) & (seen.away_mm <= step + 1)
        shown = ring & seen.inside
        if shown.sum() >= max(FEWEST_PX, 0.3 * ring.sum()):
            share = min(share, float(smoothstep(0.25, 0.75, seen.hair)[shown].mean()))
        else:
            share *= USUAL
        total += share
    return total


@lru_cache(maxsize=2)
def _from_ears(model: HeadModel) -> Array:
    """(V,) mm to the nearest ear."""
    mean = model.mean_mm.astype(np.float64)
    ears = mean[model.masks["ears"] > 0.5]
    far = np.full(len(mean), np.inf)
    for side in (ears[ears[:, 0] > 0], ears[ears[:, 0] < 0]):
        few = side[:: max(1, len(side) // 150)]
        for point in few:
            np.minimum(far, ((mean - point) ** 2).sum(1), out=far)
    return np.sqrt(far)
