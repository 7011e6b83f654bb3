"""A small warp of the projected head so that eyes, brows and lips land on the photo's.

The fit is a compromise; what it leaves between a fitted landmark and the measured one, 1 % of the
eye distance or so, would put lip colour on skin and white into the lids.
"""

from __future__ import annotations

import numpy as np

from faceborn.types import Array

MAX_SHIFT = 0.06  # of the eye distance
REACH = 0.12  # the warp fades out within this distance of the landmarks, of the eye distance
STIFFNESS = 0.02


def warp_pixels(pixels: Array, landmarks: Array, measured: Array, eye_px: float) -> Array:
    """Move (V, 2) projected vertices by the smooth field that takes landmarks to `measured`.

    landmarks, measured  (L, 2) where the model has them and where the photo has them
    eye_px               outer-eye-corner distance, the unit of all lengths

    Source: thin-plate spline, Bookstein 1989, with smoothing.
    """
    shift = (measured - landmarks) / eye_px
    usable = np.linalg.norm(shift, axis=1) < MAX_SHIFT
    if usable.sum() < 12:
        return pixels
    knots, shift = landmarks[usable] / eye_px, shift[usable]
    count = len(knots)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(knots, knots) + STIFFNESS * np.eye(count)
    system[:count, count:] = np.c_[np.ones(count), knots]
    system[count:, :count] = system[:count, count:].T
    weights = np.linalg.solve(system, np.r_[shift, np.zeros((3, 2))])

    places = np.asarray(pixels / eye_px, np.float32)
    reach = 1.6 * REACH
    low, high = knots.min(0) - reach, knots.max(0) + reach
    inside = np.flatnonzero(((places > low) & (places < high)).all(1))
    squared = _squared_distance(places[inside], knots)
    nearest = squared.min(1)
    inside, squared = inside[nearest < reach**2], squared[nearest < reach**2]
    field = _kernel_of(squared) @ weights[:count].astype(np.float32)
    field += np.c_[np.ones(len(inside)), places[inside]] @ weights[count:]
    fade = np.clip(1.6 - np.sqrt(squared.min(1)) / REACH, 0.0, 1.0)[:, None]
    warped = np.array(pixels, np.float32)
    warped[inside] += np.clip(field, -MAX_SHIFT, MAX_SHIFT) * fade * eye_px
    return warped


def _squared_distance(a: Array, b: Array) -> Array:
    a, b = a.astype(np.float32), b.astype(np.float32)
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.asarray(np.maximum(squared, 0.0))


def _kernel(a: Array, b: Array) -> Array:
    return _kernel_of(_squared_distance(a, b))


def _kernel_of(squared: Array) -> Array:
    return np.asarray(0.5 * squared * np.log(np.maximum(squared, 1e-12)))
