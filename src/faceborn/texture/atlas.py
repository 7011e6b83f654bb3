"""The texels of a part and the surface below them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faceborn.geometry.raster import Raster, rasterise_uv
from faceborn.texture.colour import spread_into_gaps
from faceborn.types import Array, HeadModel


@lru_cache(maxsize=8)
def part_raster(model: HeadModel, part: str, size_px: int) -> tuple[Raster, Array]:
    """Which triangle of `part` lies under each texel, and those triangles (T, 3)."""
    triangles = model.triangles[model.triangle_part == model.part_names.index(part)]
    return rasterise_uv(model.uv, triangles, size_px), triangles


def covered(model: HeadModel, part: str, size_px: int) -> Array:
    """(S, S) bool: is there surface under the texel?"""
    return part_raster(model, part, size_px)[0].covered


def to_texels(
    model: HeadModel, part: str, size_px: int, values: Array, *, beyond: bool = False
) -> Array:
    """(V, C) per vertex to (S, S, C) per texel, 0 outside the islands.

    With `beyond` the values go on smoothly outside, so that they can be resampled at the borders.
    """
    raster, triangles = part_raster(model, part, size_px)
    texels = np.zeros((size_px, size_px, values.shape[1]), np.float32)
    inside = raster.covered
    texels[inside] = raster.interpolate(values.astype(np.float32), triangles)
    if beyond:
        texels = spread_into_gaps(texels, inside.astype(np.float32))
    return texels
