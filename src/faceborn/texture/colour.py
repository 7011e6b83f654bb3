"""Logarithms of light, and what is done to pictures of them."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.types import Array

DARKEST = 2e-3  # linear; below this a photo holds noise only
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # BT.709

FINEST_SIGMA_PX = 3.0  # of a blur that is made on a smaller picture, there


def log_linear(linear: Array) -> Array:
    """Natural logarithm, not below the darkest level that a photo tells apart."""
    return np.log(np.maximum(linear, DARKEST)).astype(np.float32)


def blur(image: Array, sigma_px: float) -> Array:
    """Gaussian blur of (H, W) or (H, W, C) float32.

    A wide one is made on a smaller picture: a tenth of the time, an edge right to 0.2 %.
    """
    fewer = 1
    while sigma_px >= 2 * fewer * FINEST_SIGMA_PX:
        fewer *= 2
    height, width = image.shape[:2]
    if fewer == 1 or height % fewer or width % fewer:
        return exact_blur(image, sigma_px)
    small = (width // fewer, height // fewer)
    # Averaging and enlarging blur as well: their variances are those of a box and of a tent.
    rest = np.sqrt((sigma_px**2 - (fewer**2 - 1) / 12 - fewer**2 / 6) / fewer**2)
    soft = exact_blur(cv2.resize(image, small, interpolation=cv2.INTER_AREA), float(rest))
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR))


def exact_blur(image: Array, sigma_px: float) -> Array:
    """Gaussian blur of (H, W) or (H, W, C) float32 to the last bit: of noise little is left."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE))


def resize(image: Array, size_px: int) -> Array:
    """Square (S, S[, C]) to `size_px`: area average down, cubic up."""
    if image.shape[0] == size_px:
        return image
    way = cv2.INTER_AREA if image.shape[0] > size_px else cv2.INTER_CUBIC
    return np.asarray(
        cv2.resize(np.ascontiguousarray(image), (size_px, size_px), interpolation=way)
    )


def brightened(image: Array, detail: Array) -> Array:
    """(H, W, 3) float32 0..1 times 1 + detail (H, W), as uint8."""
    gain = np.maximum(detail + 1, 0)
    return cv2.convertScaleAbs(cv2.multiply(image, cv2.merge([gain, gain, gain])), alpha=255)


def smoothstep(low: float, high: float, value: Array | float) -> Array:
    """0 at `low`, 1 at `high` and beyond, smooth between; `high` may be the smaller one."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def spread_into_gaps(image: Array, weight: Array) -> Array:
    """Keep `image` (H, W, C) where weight (H, W) is 1, continue it smoothly where it is 0.

    Push-pull over an image pyramid: close to the solution of Laplace's equation (the membrane of
    gradient-domain cloning) at a hundredth of the cost. Source: Gortler et al. 1996; Farbman et
    al. 2009 for its use in cloning.
    """
    height, width = weight.shape
    if min(height, width) <= 4:
        total = max(float(weight.sum()), 1e-6)
        mean = (image * weight[..., None]).sum((0, 1)) / total
        return np.broadcast_to(mean.astype(np.float32), image.shape).copy()
    half = (width // 2, height // 2)
    low_sum = cv2.resize(image * weight[..., None], half, interpolation=cv2.INTER_AREA)
    low_weight = cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
    low_sum = low_sum.reshape(half[1], half[0], -1)
    low = low_sum / np.maximum(low_weight, 1e-6)[..., None]
    low = spread_into_gaps(low, np.minimum(low_weight * 4, 1.0))
    up = cv2.resize(low, (width, height), interpolation=cv2.INTER_LINEAR).reshape(image.shape)
    mixed = image * weight[..., None] + up * (1 - weight[..., None])
    return np.asarray(mixed, np.float32)
