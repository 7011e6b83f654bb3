"""Tone and backdrop."""

from __future__ import annotations

import numpy as np

from faceborn.light.srgb import srgb_curve
from faceborn.types import Array

SHOULDER = 0.72  # linear light below this is shown as it is


def display(light: Array) -> Array:
    """(..., 3) linear light to uint8 sRGB; what is too bright bends into white, never clips."""
    over = np.maximum(light - SHOULDER, 0.0)
    room = 1.0 - SHOULDER
    shown = np.minimum(light, SHOULDER) + room * over / (over + room)
    return np.asarray(srgb_curve(np.clip(shown, 0.0, 1.0)) * 255 + 0.5, np.uint8)


def backdrop(size_px: tuple[int, int]) -> Array:
    """(H, W, 3) uint8: soft grey, lighter around the middle."""
    width, height = size_px
    y, x = np.mgrid[:height, :width]
    x, y = (x + 0.5) / width - 0.5, (y + 0.5) / height - 0.42
    tone = 226 - 44 * np.clip((x * x * 1.2 + y * y) / 0.45, 0.0, 1.0)
    return np.asarray(tone[..., None] + np.array([0.0, 0.4, 1.6]) + 0.5, np.uint8)
