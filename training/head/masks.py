"""Soft regions of the head, drawn once on the mean head.

A mask is 0.5 on the border of its region and runs from 0 to 1 across its MASK_RAMP_MM, so
that (mask - 0.5) * ramp is the signed distance to the border in mm (inside positive, near it): a
texture can put a sharper or a ragged edge there, texel by texel, without seeing the vertex grid.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.spatial import cKDTree

from faceborn.model.parts import MASK_RAMP_MM
from faceborn.types import Array
from head.draw import DISTANCE_MM, rasterize
from head.source import Source
from head.surface import points_of

NARROW_FACE_END = 6706  # source vertices below this are the front of the face without ears
SKULL_AXIS_Z_MM = 10.0  # azimuth is measured around this vertical line, 0 in front, 90 at the ear
MM_PER_DEG = 1.3  # along the skin, about where cheeks and jaw are

# Contours of one side as (x, y) in mm from the front. Brows: mean of the hand-placed points
# 71-76, 83, 84 and their partners of 63 London training people, brought onto the mean head by a
# similarity over eye and mouth corners, nose base and chin (training/head/landmarks.py).
BROW = [(57.5, 43.0), (52.0, 53.6), (42.9, 58.2), (30.1, 58.4), (13.6, 52.0), (13.2, 45.6),
        (31.5, 50.2), (45.3, 50.1)]  # fmt: skip
ORBIT = [(11, 36), (14, 46), (26, 53), (42, 53), (53, 46), (55, 33), (48, 21), (33, 15), (18, 20)]
# Hairline: height in mm at an azimuth in degrees; a typical adult's, with temple and sideburn.
HAIRLINE = [(0, 106), (14, 105.5), (28, 103), (40, 100), (48, 94), (55, 82), (61, 66), (69, 42),
            (74, 16), (77, 5), (81, 8), (86, 34), (91, 44), (100, 42), (108, 30), (114, 0),
            (122, -26), (135, -38), (150, -44), (180, -48)]  # fmt: skip
# Beard: as (azimuth in degrees, height in mm), moustache to sideburn and down the throat.
BEARD = [(-30, -10), (8, -10), (16, -14), (24, -22), (36, -24), (52, -10), (62, 8), (69, 22),
         (78, 22), (80, 0), (84, -22), (92, -46), (80, -72), (50, -98),
         (0, -110), (-30, -110)]  # fmt: skip


def make_masks(source: Source, mirror_of_point: Array) -> dict[str, Array]:
    """Every mask, (P,) float32 0..1, exactly symmetric."""
    head = np.isin(np.arange(len(source.points_mm)), points_of(source, "face", "scalp"))
    x, y, z = source.points_mm.T
    x = np.abs(x)
    azimuth = np.rad2deg(np.arctan2(x, z - SKULL_AXIS_Z_MM))
    front = head & (z > 40) & (azimuth < 75)
    smooth = smoother(source)
    distance: dict[str, Array] = {}

    ears = spread(source, ear_points(source), smooth)
    distance["ears"] = ears
    hairline = hairline_distance(azimuth, y)
    distance["scalp"] = np.minimum(hairline, 3.0 - ears)
    narrow = spread(source, (source.number < NARROW_FACE_END) & head, smooth)
    before_ear = np.minimum((86.0 - azimuth) * MM_PER_DEG, y + 25.0)
    distance["face"] = np.minimum.reduce([np.maximum(narrow, before_ear), -hairline, -ears])
    distance["neck"] = np.minimum.reduce([-narrow, -hairline, -ears, -8.0 - y])
    around = np.stack([azimuth * MM_PER_DEG, y], 1)
    beard = polygon_distance(around, [(a * MM_PER_DEG, h) for a, h in BEARD])
    distance["beard"] = np.where(z > -20, beard, -99.0)
    outline = source.points_mm[source.landmarks68[48:60], :2]
    lips = polygon_distance(source.points_mm[:, :2], outline.tolist())
    distance["lips"] = np.where(front & (y > -60) & (y < -10), lips, -99.0)
    plane = np.stack([x, y], 1)
    distance["brows"] = np.where(front, polygon_distance(plane, BROW), -99.0)
    distance["eye_sockets"] = np.where(front, polygon_distance(plane, ORBIT), -99.0)
    rim = np.intersect1d(points_of(source, "face"), points_of(source, "sockets"))
    to_rim = cKDTree(source.points_mm[rim]).query(source.points_mm)[0]
    distance["lids"] = np.where(head, 6.0 - to_rim, -99.0)
    distance["nostrils"] = spread(source, nostril_points(source), smooth)

    masks = {}
    for name, ramp in MASK_RAMP_MM.items():
        mask = np.clip(0.5 + distance[name] / ramp, 0, 1)
        mask[~head] = 0
        masks[name] = ((mask + mask[mirror_of_point]) / 2).astype(np.float32)
    return masks


def hairline_distance(azimuth_deg: Array, height_mm: Array) -> Array:
    """(P,) signed distance in mm to the hairline, positive in the hair."""
    curve = PchipInterpolator(*np.transpose(HAIRLINE))
    fine = np.linspace(0, 180, 1441)
    line = np.stack([fine * MM_PER_DEG, curve(fine)], 1)
    near = cKDTree(line).query(np.stack([azimuth_deg * MM_PER_DEG, height_mm], 1))[0]
    return np.asarray(np.sign(height_mm - curve(azimuth_deg)) * near)


def polygon_distance(points: Array, contour: Sequence[tuple[float, float]]) -> Array:
    """(P,) signed distance of (P, 2) points to a closed contour, positive inside."""
    line = np.asarray(contour, np.float32).reshape(-1, 1, 2)
    return np.array([cv2.pointPolygonTest(line, (float(x), float(y)), True) for x, y in points])


def spread(source: Source, inside: Array, smooth: csr_matrix) -> Array:
    """(P,) signed distance in mm to the border of a set of points, corners of the grid rounded."""
    points = source.points_mm
    out = cKDTree(points[~inside]).query(points)[0]
    into = cKDTree(points[inside]).query(points)[0]
    # A point lies at least half an edge from the border.
    distance = out - into
    for _ in range(3):
        distance = smooth @ distance
    return np.asarray(distance)


def smoother(source: Source) -> csr_matrix:
    """(P, P) half of each point's value, half of the mean of its neighbours."""
    count = len(source.points_mm)
    edges = np.concatenate([source.quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = edges[edges[:, 0] != edges[:, 1]]
    i, j = np.concatenate([edges, edges[:, ::-1]]).T
    links = coo_matrix((np.ones(len(i)), (i, j)), (count, count)).tocsr()
    links.data[:] = 1
    degree = np.maximum(np.asarray(links.sum(1)).ravel(), 1)
    return csr_matrix(0.5 * diags(np.ones(count)) + 0.5 * diags(1 / degree) @ links)


def ear_points(source: Source) -> Array:
    """(P,) bool: the ears, by their place in the texture; the skin behind them by distance."""
    face = source.part == 0
    uv = source.uv[source.quads_uv[face]].reshape(-1, 2)
    boxed = (np.abs(uv[:, 0] - 0.5) > 0.405) & (uv[:, 1] > 0.44) & (uv[:, 1] < 0.70)
    ears = np.zeros(len(source.points_mm), bool)
    ears[source.quads[face].ravel()[boxed]] = True
    x, y, _ = source.points_mm.T
    near = cKDTree(source.points_mm[ears]).query(source.points_mm)[0] < 5.0
    behind = np.zeros_like(ears)
    behind[points_of(source, "scalp")] = True
    return np.asarray(ears | (behind & near & (y < 36) & (np.abs(x) > 66)))


def nostril_points(source: Source) -> Array:
    """(P,) bool: skin around the nose that is seen from nowhere in front."""
    x, y, z = source.points_mm.T
    nose = np.zeros(len(x), bool)
    nose[points_of(source, "face")] = True
    nose &= (np.abs(x) < 20) & (y > -16) & (y < 12) & (z > 90)
    triangles = np.concatenate([source.quads[:, [0, 1, 2]], source.quads[:, [0, 2, 3]]])
    hidden = nose.copy()
    for yaw, pitch in ((0, 0), (0, -25), (40, -10), (-40, -10)):
        a, b = np.deg2rad([yaw, pitch])
        about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
        seen = (source.points_mm - [0, 0, 105]) @ (about_x @ about_y).T
        _, depth = rasterize(seen, triangles, 700, 80.0)
        away = DISTANCE_MM - seen[:, 2]
        scale = DISTANCE_MM / away / 80.0 * 700
        column = np.clip(seen[:, 0] * scale + 350, 0, 699).astype(int)
        row = np.clip(350 - seen[:, 1] * scale, 0, 699).astype(int)
        hidden &= away > depth[row, column] + 0.7
    return hidden
