"""Fine detail of hair: strands that run from the crown outwards, across the borders of tiles."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from faceborn.texture.colour import resize, smoothstep
from faceborn.texture.growth import Growth, grow_on_tile
from faceborn.types import Array, HeadModel

NOISE_PX = (2048, 128)  # (around the crown, away from it: strands are long, so few will do)
LONGEST_WAY_MM = 300.0
FINE, LOCK, TUFT = 0.20, 0.11, 0.08  # natural-log contrast of strands, locks and tufts
WAVE_DEG = 1.0  # how far strands leave the straight way
# Around the crown strands would crowd finer than a texel: they fade in between.
FINE_FROM_MM, LOCK_FROM_MM = (25.0, 95.0), (3.0, 45.0)

GROWTH_SIZE_PX = 512  # the coordinates are smooth
LOWEST_HAIR_MM, AROUND_RIM_MM = -40.0, 30.0  # no cover of hair.hair_cover reaches farther
LARGEST_KEPT_PX = 2048  # 16 MB


def strands_on_tile(model: HeadModel, part: str, size_px: int) -> Array:
    """(size, size, 1) natural-log contrast of strands wherever hair can grow on `part`.

    It is the same for everybody, so a process keeps it, but for the largest tiles.
    """
    make = _kept_strands if size_px <= LARGEST_KEPT_PX else _make_strands
    return make(model, part, size_px)


def _make_strands(model: HeadModel, part: str, size_px: int) -> Array:
    growth = grow_on_tile(model, part, GROWTH_SIZE_PX)
    possible = (growth.hair_mm > LOWEST_HAIR_MM) | (np.abs(growth.rim_mm) < AROUND_RIM_MM)
    detail = strand_detail(growth, size_px, resize(possible.astype(np.float32), size_px))
    detail.flags.writeable = False
    return detail


_kept_strands = lru_cache(maxsize=4)(_make_strands)


def strand_detail(growth: Growth, size_px: int, hairy: Array) -> Array:
    """(size, size, 1) natural-log contrast of strands, 0 where `hairy` is 0.

    growth  of a tile, any size
    hairy   (size, size) 0..1; strands are only drawn where it is above 0
    """
    drawn = hairy > 0.004
    detail = np.zeros((size_px, size_px, 1), np.float32)
    if not drawn.any():
        return detail
    angle = np.radians(growth.azimuth_deg)
    stacked = np.stack([np.sin(angle), np.cos(angle), growth.way_mm], 2)
    sine, cosine, way = resize(stacked, size_px)[drawn].T
    turn = np.degrees(np.arctan2(sine, cosine)) + 180.0
    fine, lock, tuft, wave = _noise()
    turn = turn + WAVE_DEG * _look_up(wave, turn, way)
    value = FINE * smoothstep(*FINE_FROM_MM, way) * _look_up(fine, turn, way)
    value += LOCK * smoothstep(*LOCK_FROM_MM, way) * _look_up(lock, turn, way)
    value += TUFT * _look_up(tuft, turn, way)
    detail[drawn, 0] = value
    return detail


def _look_up(noise: Array, turn_deg: Array, way_mm: Array) -> Array:
    """(N,) values of an (H, W + 1) noise that goes round once in 360 degrees."""
    x = (turn_deg % 360.0 / 360.0 * (noise.shape[1] - 1)).astype(np.float32)
    y = (way_mm / LONGEST_WAY_MM * (noise.shape[0] - 1)).astype(np.float32)
    # OpenCV takes maps of less than 32,768 columns: fold the list.
    width = 4096
    count = len(x)
    padded = -(-count // width) * width
    folded = [np.pad(v, (0, padded - count)).reshape(-1, width) for v in (x, y)]
    found = cv2.remap(noise, folded[0], folded[1], cv2.INTER_LINEAR)
    return np.asarray(found.ravel()[:count])


@lru_cache(maxsize=1)
def _noise() -> tuple[Array, Array, Array, Array]:
    """Strands, locks, tufts and how they wave, each (H, W + 1) of spread 1 and closed around."""
    random = np.random.default_rng(7)

    def made(around: float, along: float) -> Array:
        white = random.standard_normal((NOISE_PX[1], NOISE_PX[0]), np.float32)
        margin = int(4 * around) + 1
        wide = np.concatenate([white[:, -margin:], white, white[:, :margin]], 1)
        wide = cv2.GaussianBlur(wide, (0, 0), sigmaX=around, sigmaY=along)
        smooth = wide[:, margin : NOISE_PX[0] + margin + 1]
        return np.asarray(smooth / smooth.std(), np.float32)

    return made(1.4, 5.0), made(4.5, 6.9), made(17.0, 7.5), made(30.0, 4.4)
