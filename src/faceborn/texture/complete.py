"""Complete the seen part: the mirrored side, then the prior, joined without seams."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.texture.colour import blur, resize, smoothstep, spread_into_gaps
from faceborn.types import Array, Record, Source

SURE = 0.6  # weight above which a layer's colour is carried to its neighbours
REACH = 1 / 12  # how far a layer's tone is carried into the next one, of the tile's side
LEAST_TEXELS = 16  # fewer sure texels set no tone
RIM = 9  # texels of a layer's border that do not set the tone beyond it
MIRROR_TRUST = 0.85


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Completed(Record):
    """A full tile."""

    log_albedo: Array  # (S, S, 3)
    seen: Array  # (S, S) 0..1 share of the photo
    mirrored: Array  # (S, S) 0..1 share of the other side

    def source(self, covered: Array) -> Array:
        """(S, S) uint8 of types.Source."""
        inferred = 1 - self.seen - self.mirrored
        best = np.argmax(np.stack([self.seen, self.mirrored, inferred]), 0) + Source.SEEN
        return np.where(covered, best, Source.OUTSIDE).astype(np.uint8)


def complete(
    log_albedo: Array, weight: Array, fill_log: Array, covered: Array, features: Array
) -> Completed:
    """Seen texels as they are, the rest from the mirrored side and `fill_log`.

    log_albedo  (S, S, 3) of the photo
    weight      (S, S) 0..1 how much of it is to be used
    fill_log    (S, S, 3) full tile of the prior; u is mirrored by flipping the tile
    features    (S, S) 0..1 lips, brows, lids: their colour says nothing of the skin around them
    """
    other = np.ascontiguousarray(weight[:, ::-1]) * MIRROR_TRUST
    mirrored_log = np.ascontiguousarray(log_albedo[:, ::-1])
    with_mirror = lay_over(fill_log, mirrored_log, other, covered, features)
    full = lay_over(with_mirror, log_albedo, weight, covered, features)
    return Completed(log_albedo=full, seen=weight, mirrored=other * (1 - weight))


def lay_over(below: Array, above: Array, weight: Array, covered: Array, features: Array) -> Array:
    """`above` where weight is 1, and `below` brought to its tone around it.

    The difference at the border of `above` is carried into `below` as a membrane, fading out with
    the distance, so that only gradients of `below` remain there. Source: Perez et al. 2003 by way
    of Farbman et al. 2009.
    """
    sure = smoothstep(0.5 * SURE, SURE, weight) * covered
    if float(sure.sum()) < LEAST_TEXELS:
        return np.asarray(below * (1 - weight[..., None]) + above * weight[..., None], np.float32)
    # Not the rim itself: it is seen at a grazing angle and takes on what lies beside it.
    inner = cv2.erode(sure.astype(np.float32), np.ones((RIM, RIM), np.uint8))
    told_by = inner if float(inner.sum()) > LEAST_TEXELS else sure
    difference = np.clip(above - below, -1.5, 1.5)
    skin = _membrane(difference, told_by * (1 - smoothstep(0.0, 0.3, features)))
    marks = _membrane(difference, told_by * smoothstep(0.5, 0.9, features))
    share = features[..., None]
    difference = skin * (1 - share) + marks * share
    near = np.clip(blur(sure, REACH * weight.shape[0]) * 2.5, 0, 1)
    nearer = np.maximum(near, sure)[..., None]
    lifted = below + difference * nearer
    mixed = lifted * (1 - weight[..., None]) + above * weight[..., None]
    return np.asarray(mixed, np.float32)


def _membrane(difference: Array, told_by: Array) -> Array:
    """(S, S, 3) `difference` carried on from where it is known; found at half the size."""
    size = told_by.shape[0]
    known = resize(told_by, size // 2)
    small = resize(difference * told_by[..., None], size // 2)
    carried = spread_into_gaps(
        small / np.maximum(known, 1e-3)[..., None], smoothstep(0.0, 0.5, known)
    )
    return resize(carried, size)
