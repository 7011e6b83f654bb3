"""What a camera and a web site do to a picture: colour, contrast, blur, noise, JPEG, size."""

from __future__ import annotations

from functools import cache

import cv2
import numba
import numpy as np

from faceborn.types import Array

GREY = 0.1  # how often
GAMMA: Array = (np.linspace(0, 1, 1024) ** (2 / 2.2)).astype(np.float32)  # of a square root
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
NOISE_PX = 768


def expose(rng: np.random.Generator, linear: Array, face: Array, tone: Array) -> float:
    """The factor that brings the median of the face's pixels near where cameras put it.

    linear  (H, W, 3); face (H, W) bool; tone (3,) albedo of the skin
    """
    goal = float(np.clip(tone.mean() * rng.uniform(0.75, 1.75), 0.03, 0.6))
    shown = linear[::4, ::4][face[::4, ::4]]
    if len(shown) < 20:
        return 1.0
    median = float(np.median(shown.mean(1)))
    return float((goal / max(median, 1e-3)) ** rng.uniform(0.6, 1.0))


def develop(rng: np.random.Generator, linear: Array) -> tuple[Array, bool]:
    """(S, S, 3) linear to uint8 sRGB as a camera stores it, and whether it is grey."""
    size = linear.shape[0]
    grey = bool(rng.random() < GREY)
    if grey:
        tint = np.array([1.0, 0.94, 0.82]) ** (rng.uniform(0, 1) if rng.random() < 0.3 else 0)
        colours = LUMA[:, None] * tint
    else:
        # Saturation and white balance are one matrix.
        saturation = rng.uniform(0.7, 1.75)
        balance = np.exp(rng.normal(0, 0.035, 3))
        colours = (saturation * np.eye(3) + (1 - saturation) * LUMA[:, None]) * balance
    image: Array = np.empty((size, size, 3), np.float32)
    _tone(
        linear.astype(np.float32, copy=False), GAMMA, colours.astype(np.float32), _curve(rng), image
    )
    if rng.random() < 0.22:
        small = int(np.exp(rng.uniform(np.log(36), np.log(160))))
        how = (cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(2))]
        shrunk = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
        image = cv2.resize(shrunk, (size, size), interpolation=how)
    case = rng.random()
    if case < 0.35:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.6))
    elif case < 0.42:
        image = _smear(rng, image)
    elif case < 0.6:  # sharpened, as phones do
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        image = image + rng.uniform(0.2, 0.9) * (image - soft)
    if rng.random() < 0.5:
        _grain(image, _noise_for(rng, size), np.float32(abs(rng.normal(0, 0.018))))
    pixels = np.empty(image.shape, np.uint8)
    _store(image, pixels)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 95))]
        decoded = cv2.imdecode(cv2.imencode(".jpg", pixels[..., ::-1], quality)[1], 1)
        assert decoded is not None
        pixels = np.ascontiguousarray(decoded[..., ::-1])
    return pixels, grey


@numba.njit(cache=True, fastmath=True)
def _tone(linear, gamma, colours, curve, image):  # type: ignore[no-untyped-def]
    """Linear light (S, S, 3) to 0..1 of the screen: gamma, (3, 3) colours, curve, by tables."""
    last = np.float32(len(gamma) - 1)
    zero, one = np.float32(0), np.float32(1)
    for row in range(linear.shape[0]):
        for column in range(linear.shape[1]):
            r = gamma[int(np.sqrt(min(max(linear[row, column, 0], zero), one)) * last)]
            g = gamma[int(np.sqrt(min(max(linear[row, column, 1], zero), one)) * last)]
            b = gamma[int(np.sqrt(min(max(linear[row, column, 2], zero), one)) * last)]
            for c in range(3):
                value = r * colours[0, c] + g * colours[1, c] + b * colours[2, c]
                image[row, column, c] = curve[int(min(max(value, zero), one) * last)]


def _curve(rng: np.random.Generator) -> Array:
    """(1024,) contrast, gain and flare in one table."""
    level = np.linspace(0, 1, len(GAMMA), dtype=np.float32)
    contrast = rng.uniform(-0.2, 0.5)
    level = level + contrast * (level * level * (3 - 2 * level) - level)
    table = level * rng.uniform(0.88, 1.08) + rng.uniform(-0.02, 0.06)
    return table.astype(np.float32)


def _smear(rng: np.random.Generator, image: Array) -> Array:
    """Motion while the shutter was open."""
    size = int(rng.integers(3, 9))
    kernel = np.zeros((size, size), np.float32)
    cv2.line(kernel, (0, int(rng.integers(size))), (size - 1, int(rng.integers(size))), 1.0)
    kernel = kernel if rng.random() < 0.5 else kernel.T
    return np.asarray(cv2.filter2D(image, -1, np.ascontiguousarray(kernel / kernel.sum())))


def _noise_for(rng: np.random.Generator, size: int) -> Array:
    """(S, S, 1 or 3) of deviation 1; often without colour, sometimes grainy."""
    coarse = size // 2 if rng.random() < 0.25 else size
    channels = 3 if rng.random() < 0.6 else 1
    y, x = rng.integers(0, NOISE_PX - coarse, 2)
    noise = _noise()[y : y + coarse, x : x + coarse, :channels]
    noise = np.ascontiguousarray(noise[:: rng.choice([-1, 1]), :: rng.choice([-1, 1])])
    if coarse != size:
        noise = cv2.resize(noise, (size, size)).reshape(size, size, channels)
    return np.asarray(noise)


@numba.njit(cache=True, fastmath=True)
def _grain(image, noise, strength):  # type: ignore[no-untyped-def]
    """Shot and read noise, in place."""
    zero, half, one = np.float32(0), np.float32(0.5), np.float32(1)
    coloured = noise.shape[2] == 3
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            for c in range(3):
                value = image[row, column, c]
                shot = half + np.sqrt(min(max(value, zero), one))
                image[row, column, c] = (
                    value + noise[row, column, c if coloured else 0] * strength * shot
                )


@numba.njit(cache=True, fastmath=True)
def _store(image, pixels):  # type: ignore[no-untyped-def]
    """0..1 to 0..255, rounded."""
    zero, one = np.float32(0), np.float32(1)
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            for c in range(3):
                value = min(max(image[row, column, c], zero), one)
                pixels[row, column, c] = np.uint8(value * np.float32(255) + np.float32(0.5))


@cache
def _noise() -> Array:
    """(NOISE_PX, NOISE_PX, 3) float32 of deviation 1: a piece of it is as good as a new draw."""
    return np.random.default_rng(0).standard_normal((NOISE_PX, NOISE_PX, 3), dtype=np.float32)
