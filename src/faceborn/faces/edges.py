"""A map of parts brought into line with the edges of the picture under it.

The network is unsure along strands and collars; there the picture knows better where one thing
ends. Source: He, Sun and Tang 2013, "Guided image filtering".
"""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.types import Array

REACH_PX = 8  # of a square of 128
EDGE = 3e-4  # variance of colours 0..1 that counts as an edge
LEAST = 1e-4


def follow_edges(shares: Array, groups: tuple[tuple[int, ...], ...], picture: Array) -> Array:
    """(P, S, S) float32, 0..1 and 1 in all: shares of parts in which whole groups end at edges.

    shares   (P, S, S) float32 of the parts
    groups   rows of parts that are taken together; how a group is divided among its parts stays,
             and so does the share of parts that are in none: thin and small ones
    picture  (S, S, 3) uint8 the square that was looked at
    """
    guide = picture.astype(np.float32) / 255
    together = np.stack([shares[list(group)].sum(0) for group in groups])
    whole = together.sum(0)
    smooth = np.maximum(_guided(together / np.maximum(whole, LEAST), guide), LEAST)
    smooth *= whole / smooth.sum(0)
    followed = shares.copy()
    for row, group in enumerate(groups):
        followed[list(group)] *= smooth[row] / np.maximum(together[row], LEAST)
    return np.asarray(followed / np.maximum(followed.sum(0), LEAST), np.float32)


def _guided(maps: Array, guide: Array) -> Array:
    """(P, S, S) maps that add up to 1, each as a linear function of the colours around."""
    colours = [np.ascontiguousarray(guide[..., axis]) for axis in range(3)]
    mean = [_around(colour) for colour in colours]
    inverse = _inverse(
        {
            (a, b): _around(colours[a] * colours[b]) - mean[a] * mean[b] + EDGE * (a == b)
            for a in range(3)
            for b in range(a, 3)
        }
    )
    followed = np.empty_like(maps)
    followed[-1] = 1
    for number, values in enumerate(maps[:-1]):  # the last one is what remains
        level = _around(values)
        along = [_around(colours[a] * values) - mean[a] * level for a in range(3)]
        slope = [sum(inverse[min(a, b), max(a, b)] * along[b] for b in range(3)) for a in range(3)]
        offset = level - sum(slope[a] * mean[a] for a in range(3))
        followed[number] = _around(offset) + sum(_around(slope[a]) * colours[a] for a in range(3))
        followed[-1] -= followed[number]
    return followed


def _inverse(matrix: dict[tuple[int, int], Array]) -> dict[tuple[int, int], Array]:
    """Upper halves of symmetric 3 x 3 matrices, one for each pixel; by cofactors."""
    a, b, c = matrix[0, 0], matrix[0, 1], matrix[0, 2]
    d, e, f = matrix[1, 1], matrix[1, 2], matrix[2, 2]
    cofactors = {
        (0, 0): d * f - e * e,
        (0, 1): c * e - b * f,
        (0, 2): b * e - c * d,
        (1, 1): a * f - c * c,
        (1, 2): b * c - a * e,
        (2, 2): a * d - b * b,
    }
    whole = a * cofactors[0, 0] + b * cofactors[0, 1] + c * cofactors[0, 2]
    return {place: value / whole for place, value in cofactors.items()}


def _around(values: Array) -> Array:
    """Mean of the square around each pixel."""
    return np.asarray(cv2.blur(values, (2 * REACH_PX + 1,) * 2))
