"""sRGB and linear light, tone and backdrop."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array

_CODES = np.arange(256) / 255.0
LINEAR_OF_CODE = np.where(
    _CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4
).astype(np.float32)
SHOULDER = 0.72  # linear light below this is shown as it is


def linear(picture: Array) -> Array:
    """uint8 sRGB to float32 linear, any shape."""
    return np.asarray(LINEAR_OF_CODE[picture])


def display(light: Array) -> Array:
    """(..., 3) linear light to uint8 sRGB; what is too bright bends into white, never clips."""
    over = np.maximum(light - SHOULDER, 0.0)
    room = 1.0 - SHOULDER
    shown = np.minimum(light, SHOULDER) + room * over / (over + room)
    shown = np.clip(shown, 0.0, 1.0)
    codes = np.where(shown <= 0.0031308, shown * 12.92, 1.055 * shown ** (1 / 2.4) - 0.055)
    return np.asarray(codes * 255 + 0.5, np.uint8)


def backdrop(size_px: tuple[int, int]) -> Array:
    """(H, W, 3) uint8: soft grey, lighter around the middle."""
    width, height = size_px
    y, x = np.mgrid[:height, :width]
    x, y = (x + 0.5) / width - 0.5, (y + 0.5) / height - 0.42
    tone = 226 - 44 * np.clip((x * x * 1.2 + y * y) / 0.45, 0.0, 1.0)
    return np.asarray(tone[..., None] + np.array([0.0, 0.4, 1.6]) + 0.5, np.uint8)
