"""tongueOut: the source has none, so the tongue is bent along a curve over teeth and lower lip.

ARKit's pictures show it with the mouth a little open, so the shape brings a fifth of jawOpen along:
alone at 1 the tongue fits between the teeth. It is drawn for a jaw that stands DESIGN_DEG open;
wider, the tongue floats a little above the lip, as a straight blendshape cannot turn with the jaw.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.types import Array
from head.source import Source
from head.surface import points_of

JAW_SHARE = 0.3  # of jawOpen
DESIGN_DEG = 11.0
ROOT_Z_MM, TIP_Z_MM = 42.0, 98.4
REST_Y = [(35, -42.0), (42, -40.0), (55, -38.8), (85, -38.2), (99, -39.7)]  # middle line at rest
# The middle line when it is out, with the jaw closed: share of the length -> (z, y) in mm. It goes
# over the lower incisors (y -34, z 105), the lower lip (y -34, z 106-114) and down before it.
OUT = [
    (0.00, 42, -40.0),
    (0.18, 54, -38.0),
    (0.36, 74, -34.5),
    (0.50, 90, -30.8),
    (0.62, 103, -29.2),
    (0.74, 115, -29.6),
    (0.85, 123, -33.5),
    (0.93, 126, -39.0),
    (1.00, 127, -45.0),
]
THICKNESS = [(0.0, 1.0), (0.25, 0.85), (0.5, 0.52), (0.7, 0.44), (0.9, 0.42), (1.0, 0.6)]
WIDTH = [(0.0, 1.0), (0.3, 0.98), (0.6, 0.86), (0.8, 0.92), (0.92, 1.05), (1.0, 1.1)]


def tongue_out(source: Source, jaw_open_mm: Array) -> Array:
    """(P, 3) the blendshape."""
    tongue = points_of(source, "tongue")
    place = source.points_mm[tongue]
    share = np.clip((place[:, 2] - ROOT_Z_MM) / (TIP_Z_MM - ROOT_Z_MM), 0, 1)
    rest_z, rest_y = np.transpose(REST_Y)
    above = place[:, 1] - PchipInterpolator(rest_z, rest_y)(np.clip(place[:, 2], 35, 99))

    along, z, y = np.transpose(OUT)
    z_of, y_of = PchipInterpolator(along, z), PchipInterpolator(along, y)
    slope = np.stack([z_of.derivative()(share), y_of.derivative()(share)], 1)
    slope /= np.linalg.norm(slope, axis=1, keepdims=True)
    thick = above * np.interp(share, *np.transpose(THICKNESS))
    out = np.stack(
        [
            place[:, 0] * np.interp(share, *np.transpose(WIDTH)),
            y_of(share) + slope[:, 0] * thick,
            z_of(share) - slope[:, 1] * thick,
        ],
        1,
    )
    # Where it is grown to the floor of the mouth it stays, and what is near goes part of the way.
    grown = source.points_mm[np.intersect1d(tongue, points_of(source, "gums"))]
    away = cKDTree(grown).query(place)[0] / 16.0
    free = np.clip(away, 0, 1)
    free = free * free * (3 - 2 * free)
    turn = rotation_from_angles(0, DESIGN_DEG, 0)
    shape = JAW_SHARE * jaw_open_mm.astype(np.float64)
    shape[tongue] += ((out - place) * free[:, None]) @ turn.T
    return shape
