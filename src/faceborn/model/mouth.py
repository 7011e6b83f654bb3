"""The mouth's own identity: the model's modes once more, on the lips and around them alone.

One set of coefficients for the whole head, held back as the landmarks' shared errors ask, leaves
everybody with nearly the same lips. With coefficients of their own, under the same prior, full lips
stay full (training/LOG.md, "The mouth's own identity").

Source: the segments of Blanz & Vetter 1999.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faceborn.types import Array, HeadModel

MODES = 40  # the first so many of the model's identity modes
REACH_MM = 14.0  # beyond the red of the lips, where the mouth's own modes end


@lru_cache(maxsize=2)
def mouth_weight(model: HeadModel) -> Array:
    """(V,) float32 0..1: how much of the mouth's own modes moves each vertex; 1 on the lips."""
    face = model.part_names.index("face")
    skin = np.unique(model.triangles[model.triangle_part == face])
    lips = model.mean_mm[skin[model.masks["lips"][skin] > 0.5]]
    apart_mm = np.abs(model.mean_mm[skin] - (lips.min(0) + lips.max(0)) / 2)
    around = skin[(apart_mm < np.ptp(lips, axis=0) / 2 + REACH_MM).all(1)]  # the rest is farther
    points = model.mean_mm[around]
    distance_mm = np.array([np.sqrt(((lips - point) ** 2).sum(1).min()) for point in points])
    near = np.clip(1 - distance_mm / REACH_MM, 0.0, 1.0)
    weight = np.zeros(len(model.mean_mm), np.float32)
    weight[around] = near * near * (3 - 2 * near)
    return weight


def mouth_count(model: HeadModel) -> int:
    """How many coefficients the mouth has of its own."""
    return min(MODES, len(model.identity_mm))
