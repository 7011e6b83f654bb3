"""The mesh's points on the mean head before anything is learnt from photos."""

from __future__ import annotations

import numpy as np
from head.source import Source

from faceborn.fit.points import LIPS
from faceborn.model.parts import PART_NAMES
from faceborn.types import Array, Landmarks
from landmarks.canonical import Canonical, lower_lip_points, upper_lip_points, warp_to
from landmarks.closest import SurfaceWalker
from landmarks.source_model import expression_of

IRIS_COUNT = 10
START_SIGMA_PERCENT = 1.0


def skin_triangles(source: Source) -> Array:
    """(T, 3) triangles of the face, the only ones that a point of the skin may lie on."""
    quads = source.quads[source.part == PART_NAMES.index("face")]
    halves = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    solid = (halves[:, 0] != halves[:, 2]) & (halves[:, 1] != halves[:, 2])
    return np.asarray(halves[solid])


def start_landmarks(source: Source, canonical: Canonical) -> tuple[Landmarks, Array]:
    """Landmarks without sigma or bias, and the face triangle (468,) of each."""
    triangles = skin_triangles(source)
    target_mm = warp_to(canonical, source.points_mm[source.landmarks68])
    for upper, lower in LIPS:  # closed lips meet
        target_mm[[upper, lower]] = target_mm[[upper, lower]].mean(0)
    walker = SurfaceWalker(source.points_mm, triangles)
    # Which side of the mouth a triangle belongs to: the lower lip goes with the jaw.
    jaw = np.linalg.norm(expression_of(source, "jawOpen"), axis=1)[triangles].mean(1)
    everywhere = np.ones(len(triangles), bool)
    allowed = {int(p): jaw < 8.0 for p in upper_lip_points()}
    allowed |= {int(p): jaw > 12.0 for p in lower_lip_points()}
    places = [
        walker.nearest(target, allowed.get(index, everywhere))
        for index, target in enumerate(target_mm)
    ]
    chosen = np.array([triangle for triangle, _ in places])
    shares = np.array([share for _, share in places])
    return landmarks_at(source, triangles, chosen, shares), chosen


def landmarks_at(source: Source, triangles: Array, chosen: Array, shares: Array) -> Landmarks:
    """Landmarks on face triangles, the irises behind them."""
    irises = iris_points(source)
    return Landmarks(
        vertices=np.concatenate([triangles[chosen], np.repeat(irises[:, None], 3, 1)]),
        barycentrics=np.concatenate([shares, np.tile([1.0, 0.0, 0.0], (IRIS_COUNT, 1))]),
        sigma_percent=np.full(len(chosen) + IRIS_COUNT, START_SIGMA_PERCENT),
        bias_yaw_deg=np.zeros(0),
        bias_percent=np.zeros((0, len(chosen) + IRIS_COUNT, 2)),
    )


def iris_points(source: Source) -> Array:
    """(10,) points of the eyeballs: right then left, centre then four on the limbus.

    The four are, by the network's habit, at the picture's right, top, left and bottom.
    """
    iris_radius_mm = 11.7 / 2
    found = []
    for part in ("eye_right", "eye_left"):
        used = np.unique(source.quads[source.part == PART_NAMES.index(part)])
        ball = source.points_mm[used]
        pole = ball[ball[:, 2].argmax()]
        found.append(used[ball[:, 2].argmax()])
        for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1)):
            target = pole[:2] + iris_radius_mm * np.array([x, y])
            front = ball[:, 2] > np.median(ball[:, 2])
            apart = np.linalg.norm(ball[:, :2] - target, axis=1)
            found.append(used[np.where(front, apart, np.inf).argmin()])
    return np.array(found)
