"""How near the camera was: what of the face network's points the mean head leaves to perspective.

A near camera shows the nose larger than the ears. The mean head, laid on the points without
perspective, leaves that as a pattern that no turn, shift or growth explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from faceborn.geometry.similarity import align
from faceborn.model.face_points import load_face_points
from faceborn.model.load import load_head_model
from faceborn.types import Array, Perspective, Record

UPSIDE_DOWN = np.array([1.0, -1.0, 1.0])  # from pictures, y down, to the head's frame
# What the pattern amounts to for a camera at a distance, on 500 synthetic photographs of all yaws
# from 0.15 to 5 m (training/calibrate_perspective.py): SLOPE / distance + REST, to +- NOISE.
# A network that is not sure tells less perspective than there is.
SLOPE, REST, NOISE = 0.503, 0.00064, 0.00034
# On photographs a face's own depth passes for perspective more than on ours: five London training
# people kept back, three views, ratio of others' to one person's distance, profile foretold by the
# front, one person from 15 to 60 cm: taken at its word 2.12, 1.21, .43 mm; so 2.23, 1.16, .45; not
# taken 2.28, 1.15, .56.
DOUBT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid(Record):
    """The mean head on points: what it explains of them, and what it leaves."""

    scale: float
    rotation: Array  # (3, 3)
    shift: Array  # (3,)
    near_per_mm: float  # how much larger the points show what is a millimetre nearer
    rest_mm: Array  # (L, 3) what neither that nor the mean head explains


def perspective_of(points_px: Array) -> Perspective:
    """Of the face network's points (365, 3): x, y down, depth towards the viewer, one scale."""
    laid = lay_mean(_mean_points(), points_px)
    return Perspective(
        per_mm=(laid.near_per_mm - REST) / SLOPE,
        sd_per_mm=DOUBT * NOISE / SLOPE,
        px_per_mm=laid.scale,
    )


def lay_mean(points_mm: Array, found: Array) -> Laid:
    """The mean head's points (L, 3) on those found (L, 3), y down."""
    upright = found * UPSIDE_DOWN
    scale, rotation, shift = align(points_mm, upright)
    rest = (upright - shift) @ rotation / scale - points_mm
    spread = nearness(points_mm, points_mm.mean(0), rotation)
    near = float((rest * spread).sum() / (spread**2).sum())
    return Laid(
        scale=scale,
        rotation=rotation,
        shift=shift,
        near_per_mm=near,
        rest_mm=rest - near * spread,
    )


def nearness(places_mm: Array, middle_mm: Array, rotation: Array) -> Array:
    """(N, 3) how places move in the picture, in mm of the head, for each share of perspective."""
    arm = places_mm - middle_mm
    depth = arm @ rotation[2]
    return np.asarray((arm - np.outer(depth, rotation[2])) * depth[:, None])


@cache
def _mean_points() -> Array:
    return load_face_points().of(load_head_model().mean_mm).astype(np.float64)
