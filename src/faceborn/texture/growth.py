"""Where hair grows and which way: coordinates of the skull that are the same for everybody.

Hair is combed from the crown, a point high at the back, so two coordinates tell all: the azimuth
around the crown and the way from it. They are functions of the place on the mean head, so strands
and hairline go on across the border of two texture tiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceborn.model.hair import SKULL_CENTER_MM
from faceborn.model.parts import MASK_RAMP_MM
from faceborn.texture.atlas import to_texels
from faceborn.texture.colour import smoothstep
from faceborn.types import Array, HeadModel, Record

CROWN = np.array([0.0, 0.83, -0.55])  # direction from the centre
RADIUS_MM = 95.0
RIM_MM = 82.0  # height of the upper edge of the hair that goes last: ear to ear around the back


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Growth(Record):
    """Of vertices (V,) or texels (S, S)."""

    azimuth_deg: Array  # -180..180 around the crown, 0 at the middle of the forehead, left positive
    way_mm: Array  # from the crown along the skull
    hair_mm: Array  # signed distance to a typical hairline, positive in the hair, not limited
    rim_mm: Array  # height above the upper edge of the hair that stays when hair goes


@lru_cache(maxsize=2)
def grow_on_vertices(model: HeadModel) -> Growth:
    """The coordinates of every vertex of `model`."""
    mean = model.mean_mm.astype(np.float64)
    outward = mean - SKULL_CENTER_MM
    outward = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    left = np.array([1.0, 0.0, 0.0])
    front = np.cross(left, CROWN)
    azimuth = np.degrees(np.arctan2(outward @ left, outward @ front))
    way = RADIUS_MM * np.arccos(np.clip(outward @ CROWN, -1.0, 1.0))

    signed = (model.masks["scalp"] - 0.5) * MASK_RAMP_MM["scalp"]
    skin = np.isin(
        model.triangle_part, [model.part_names.index(part) for part in ("face", "scalp")]
    )
    used = np.unique(model.triangles[skin])
    border = mean[used[np.abs(signed[used]) < 5.0]]
    far = np.zeros(len(mean))
    squares = (mean[used] ** 2).sum(1)[:, None] + (border**2).sum(1) - 2 * mean[used] @ border.T
    far[used] = np.sqrt(np.maximum(squares.min(1), 0.0))
    inner = 0.45 * MASK_RAMP_MM["scalp"]
    hair = np.where(np.abs(signed) < inner, signed, np.sign(signed) * np.maximum(far, inner))
    # Inside the mask falls behind the true distance: a jump here would be a ledge in raised hair.
    share = smoothstep(0.4 * inner, inner, signed)
    hair = np.where(signed > 0, signed * (1 - share) + np.maximum(far, signed) * share, hair)
    # The rim sinks at the temples and, a little, at the back.
    rim = RIM_MM - 0.6 * np.maximum(mean[:, 2] - 15.0, 0.0) - 0.15 * np.maximum(-mean[:, 2], 0.0)
    return Growth(
        azimuth_deg=azimuth.astype(np.float32),
        way_mm=way.astype(np.float32),
        hair_mm=hair.astype(np.float32),
        rim_mm=(mean[:, 1] - rim).astype(np.float32),
    )


@lru_cache(maxsize=4)
def grow_on_tile(model: HeadModel, part: str, size_px: int) -> Growth:
    """The coordinates of every texel of `part`."""
    of = grow_on_vertices(model)
    angle = np.radians(of.azimuth_deg)
    # The azimuth jumps at the back: its sine and cosine do not.
    stacked = np.stack([np.sin(angle), np.cos(angle), of.way_mm, of.hair_mm, of.rim_mm], 1)
    texels = to_texels(model, part, size_px, stacked, beyond=True)
    return Growth(
        azimuth_deg=np.degrees(np.arctan2(texels[..., 0], texels[..., 1])).astype(np.float32),
        way_mm=texels[..., 2],
        hair_mm=texels[..., 3],
        rim_mm=texels[..., 4],
    )
