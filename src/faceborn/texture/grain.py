"""Fine detail for texels that no photo shows: without it they look like plastic.

A placeholder for texture inference: noise in two octaves whose strength is that of the person's
own skin where the photo shows it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from faceborn.texture.colour import blur, resize
from faceborn.types import Array

LEAST, MOST = 0.012, 0.05  # standard deviation of the relative detail
LARGEST_KEPT_PX = 2048  # 16 MB


def grain(detail: Array, bare: Array, size_px: int) -> Array:
    """(size, size, 1) relative brightness around 0, deterministic.

    detail  (size, size, 1) relative fine detail of the photo
    bare    (s, s) 0..1 where that is surely bare skin
    """
    shown = detail[resize(bare, size_px) > 0.5]
    strength = 1.48 * float(np.median(np.abs(shown))) if len(shown) > 100 else LEAST
    strength = float(np.clip(strength, LEAST, MOST))
    pattern = _kept_pattern if size_px <= LARGEST_KEPT_PX else _make_pattern
    return np.asarray(pattern(size_px) * np.float32(strength))


def _make_pattern(size_px: int) -> Array:
    """(size, size, 1) of spread 1."""
    noise = np.random.default_rng(2026).standard_normal((1024, 1024)).astype(np.float32)
    fine = blur(noise, 0.8)
    coarse = blur(noise[::-1], 2.5)
    mixed = 0.8 * fine / fine.std() + 0.6 * coarse / coarse.std()
    fitted = resize(mixed, size_px)[..., None]
    pattern = np.asarray(fitted / max(float(fitted.std()), 1e-6), np.float32)
    pattern.flags.writeable = False
    return pattern


_kept_pattern = lru_cache(maxsize=2)(_make_pattern)
