"""How far hair lifts the surface off the skull.

A head with hair painted on the bare skull looks like a swimmer. Its thickness on top and at
the sides, as read from the photo, gives it the outline back.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faceborn.texture.colour import smoothstep
from faceborn.texture.growth import grow_on_vertices
from faceborn.texture.hair import Hair
from faceborn.types import Array, HeadModel

# From the hairline inwards: over this way hair rises to its height, ahead and at the nape.
RISE_FROM_MM, RISE_AHEAD_MM, RISE_BEHIND_MM = -4.0, 60.0, 90.0
AROUND_BALD = 0.3
BACK = 0.75  # of it behind, where no photo looks
EAR_MM = (3.0, 28.0)  # from the ear outwards: the same there


def hair_volume(hair: Hair, model: HeadModel) -> Array:
    """(V,) float32 mm by which hair lifts each vertex off the skull; 0 off the hair."""
    growth = grow_on_vertices(model)
    top_mm = hair.thickness.top_mm
    # Of both sides the flatter one: the other may be a tail or a curtain.
    side_mm = min(hair.thickness.sides_mm)
    # Around a bald top hair is cut short, as a rule.
    side_mm *= AROUND_BALD + (1 - AROUND_BALD) * max(hair.line.top, 1 - hair.cropped)
    on_top = smoothstep(-45.0, 80.0, growth.rim_mm)
    height = hair.line.top * top_mm * on_top + hair.line.sides * side_mm * (1 - on_top)
    behind = smoothstep(70.0, 140.0, np.abs(growth.azimuth_deg))
    height = height * (1 - (1 - BACK) * behind)
    way = (hair.line.above_mm(growth) - RISE_FROM_MM) / (
        RISE_AHEAD_MM + (RISE_BEHIND_MM - RISE_AHEAD_MM) * behind - RISE_FROM_MM
    )
    rise = smoothstep(0.0, 1.0, way)
    return np.asarray(height * rise * smoothstep(*EAR_MM, _from_ears(model)), np.float32)


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
