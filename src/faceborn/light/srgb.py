"""The curve of sRGB (IEC 61966-2-1), both ways."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array

_CODES = np.arange(256) / 255.0
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)
_LINEAR = _LINEAR.astype(np.float32)
_STEPS = 4096


def linear_from_srgb(codes: Array) -> Array:
    """uint8 sRGB of any shape to float32 linear light 0..1."""
    return np.asarray(_LINEAR[codes])


def srgb_curve(linear: Array) -> Array:
    """Linear light 0..1 of any shape to sRGB 0..1."""
    return np.where(
        linear <= 0.0031308,
        12.92 * linear,
        1.055 * np.maximum(linear, 1e-12) ** (1 / 2.4) - 0.055,
    )


def srgb_float(linear: Array) -> Array:
    """Linear light of any shape to float32 sRGB 0..1, clipped; by table, ten times as fast."""
    clipped = np.clip(linear, 0.0, 1.0)
    index = (np.sqrt(clipped) * (_STEPS - 1) + 0.5).astype(np.int32)
    return np.asarray(_SRGB[index])


def srgb_from_linear(linear: Array) -> Array:
    """Linear light of any shape to uint8 sRGB, clipped."""
    return np.asarray(srgb_float(linear) * 255 + 0.5).astype(np.uint8)


# Evenly spaced in the root of the light, where the curve is nearly straight.
_SRGB = srgb_curve((np.arange(_STEPS) / (_STEPS - 1)) ** 2).astype(np.float32)
