"""Bring two edges of skin together, lids or lips, where a slit is left between them."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array, Closing

WINDOW_MM = 1.3  # half the width over which the edges are searched for
COLUMNS = 61  # from corner to corner


def close_slit(posed_mm: Array, closing: Closing, overlap_mm: float) -> Array:
    """(N, 3) what to add to `closing.moved`, so that the edges pass each other by overlap_mm.

    posed_mm  (V, 3) with eye or mouth as closed as it is. The slit is what a viewer in front sees:
    the height between the lowest skin of the upper edge and the highest of the lower, at each x.
    """
    step = np.zeros((len(closing.moved), 3))
    up, low = (posed_mm[edge].astype(np.float64) for edge in (closing.upper, closing.lower))
    x = posed_mm[closing.moved, 0]
    columns = np.linspace(low[:, 0].min(), low[:, 0].max(), COLUMNS)
    above = np.abs(up[:, 0] - columns[:, None]) < WINDOW_MM
    below = np.abs(low[:, 0] - columns[:, None]) < WINDOW_MM
    kernel = np.hanning(9) / np.hanning(9).sum()
    for _ in range(3):  # smoothing along x makes one step fall short
        up_y = up[:, 1] + step_of(closing, closing.upper, step)
        low_y = low[:, 1] + step_of(closing, closing.lower, step)
        slit = np.where(above, up_y, np.inf).min(1) - np.where(below, low_y, -np.inf).max(1)
        slit = np.where(np.isfinite(slit), np.maximum(slit + overlap_mm, 0), 0)
        slit = np.convolve(slit, kernel, "same")
        step[:, 1] += closing.weight * np.interp(x, columns, slit, 0, 0)
    return step


def step_of(closing: Closing, chosen: Array, step: Array) -> Array:
    """(len(chosen),) the height that `chosen` vertices are moved by; 0 for others."""
    order = np.argsort(closing.moved)
    place = np.searchsorted(closing.moved, chosen, sorter=order)
    place = order[np.minimum(place, len(order) - 1)]
    return np.where(closing.moved[place] == chosen, step[place, 1], 0.0)


def mirrored(closing: Closing, mirror: Array) -> Closing:
    """The same on the other side of the head."""
    return closing.replace(
        upper=mirror[closing.upper], lower=mirror[closing.lower], moved=mirror[closing.moved]
    )
