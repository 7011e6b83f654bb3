"""Lids, their shade and the tear line against the eyeball.

The source's blink leaves a slit of 1 mm, and its lids and the shade before the eye do not know that
our eyeballs turn: a cornea that turns aside comes 1 mm through both. All is mended on the left eye
and mirrored to the right.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from faceborn.model.closing import close_slit
from faceborn.model.lids import LID_OVERLAP_MM
from faceborn.types import Array, Closing
from head.eyes import Eyeball
from head.masks import smoother
from head.source import Source
from head.surface import FLIP_X, points_of

NEAR_EYE_MM = 17.0  # of the lid openings: what is mended
SKIN_CLEAR_MM = 0.35  # between eyeball and outer skin
SHADE_CLEAR_MM = 0.25  # between eyeball and shade or tear line
SHADE_AT_REST_MM = 0.9
UNDER_SKIN_MM = 0.3  # shade and tear line behind closed lids
UPPER_SHARE = 0.8  # of a missing piece of blink, the rest is the lower lid's
EDGE_MM = 6.0  # skin this near to the socket holds the edge of a lid


def mend_lids(
    shapes: dict[str, Array],
    source: Source,
    eyes: tuple[Eyeball, Eyeball],
    mirror_of_point: Array,
) -> dict[str, Array]:
    """ARKit's eye expressions with lids that close and stay outside the turned eyeballs."""
    mended = dict(shapes)
    for name in [n for n in shapes if n.startswith("eye") and n.endswith("Left")]:
        shape = shapes[name].astype(np.float64)
        if name == "eyeBlinkLeft":
            lids = find_lids(source, eyes[0])
            shape[lids.moved] += close_slit(source.points_mm + shape, lids, LID_OVERLAP_MM)
        shape = keep_outside(shape, source, eyes[0])
        if name == "eyeBlinkLeft":
            shape = tuck_under(shape, source, eyes[0])
        mended[name] = shape
        mended[name.replace("Left", "Right")] = shape[mirror_of_point] * FLIP_X
    return mended


def find_lids(source: Source, eye: Eyeball) -> Closing:
    """Sort all around an eye to its lids, as points: edges, skin, lashes, shade, tear line."""
    rim = lid_rim(source, eye)
    place = source.points_mm
    middle_y = place[rim, 1][np.abs(place[rim, 0] - place[rim, 0].mean()) < 8].mean()
    upper_rim = rim[place[rim, 1] > line_of(place[rim], middle_y)(place[rim, 0])]
    lower_rim = np.setdiff1d(rim, upper_rim)
    to_upper = cKDTree(place[upper_rim]).query(place)[0]
    to_lower = cKDTree(place[lower_rim]).query(place)[0]
    nearest = np.minimum(to_upper, to_lower)
    near = nearest < 14.0
    near[eye.points] = False
    upper = to_upper <= to_lower
    fade = np.exp(-((np.maximum(nearest - 3.0, 0) / 4.0) ** 2))
    lashes = np.zeros(len(place), bool)
    lashes[points_of(source, "lashes")] = True
    fade[lashes & near] = 1.0  # cards move as a whole
    moved = np.flatnonzero(near & (fade > 0.02))
    skin = np.zeros(len(place), bool)
    skin[points_of(source, "face")] = True
    edge = skin & (nearest < EDGE_MM)
    share = np.where(upper, -UPPER_SHARE, 1 - UPPER_SHARE)
    return Closing(
        upper=np.flatnonzero(edge & upper),
        lower=np.flatnonzero(edge & ~upper),
        moved=moved,
        weight=(share * fade)[moved],
    )


def line_of(rim_mm: Array, middle_y: float) -> np.poly1d:
    """From corner to corner of the lid opening: what lies above belongs to the upper lid."""
    inner, outer = rim_mm[rim_mm[:, 0].argmin()], rim_mm[rim_mm[:, 0].argmax()]
    middle_x = (inner[0] + outer[0]) / 2
    # A parabola through both corners and the middle of the opening.
    return np.poly1d(np.polyfit([inner[0], middle_x, outer[0]], [inner[1], middle_y, outer[1]], 2))


def keep_outside(shape: Array, source: Source, eye: Eyeball) -> Array:
    """(P, 3) with skin, shade and tear line pushed out where the turned eyeball would come through.

    Only what the turn adds is pushed: where a rim lies inside the ball at rest, it may.
    """
    place = source.points_mm
    arms = place - eye.center_mm
    moved = place + shape
    out = shape.copy()
    smooth = smoother(source)
    layers = (
        (("face", "sockets", "lashes"), SKIN_CLEAR_MM, 10),
        (("eye_shade", "tearline"), SHADE_CLEAR_MM, 3),
    )
    for parts, clear, rounds in layers:
        points = points_of(source, *parts)
        points = points[np.linalg.norm(arms[points], axis=1) < NEAR_EYE_MM + 13.0]
        points = points[arms[points, 2] > 4.0]
        rest = ball_radius(place[points], place, eye) - np.linalg.norm(arms[points], axis=1)
        arm = moved[points] - eye.center_mm
        length = np.linalg.norm(arm, axis=1)
        now = ball_radius(moved[points], moved, eye) - length
        lash = np.isin(points, points_of(source, "lashes"))
        push = np.maximum(now + clear, 0) - np.maximum(rest + clear, 0)
        push[lash] = 0
        spread = np.zeros(len(place))
        spread[points] = np.maximum(push, 0)
        peak = spread.copy()
        spread = blurred(spread, smooth, rounds)
        spread = np.maximum(spread, peak) if "face" not in parts else np.maximum(spread, 0.9 * peak)
        if lash.any():  # a card goes with the skin at its root
            skin = points[~lash]
            near = cKDTree(place[skin]).query(place[points[lash]])[1]
            spread[points[lash]] = spread[skin[near]]
        out[points] += arm / length[:, None] * spread[points, None]
    return out


def tuck_under(shape: Array, source: Source, eye: Eyeball) -> Array:
    """(P, 3) with shade and tear line drawn in behind the skin of the closed lids."""
    moved = source.points_mm + shape
    arm = moved - eye.center_mm
    length = np.linalg.norm(arm, axis=1)
    near = (length < NEAR_EYE_MM + 8.0) & (arm[:, 2] > 4.0)
    skin = points_of(source, "face")
    skin = skin[near[skin]]
    films = points_of(source, "eye_shade", "tearline")
    films = films[near[films]]
    way = arm / length[:, None]
    angle, nearest = cKDTree(way[skin]).query(way[films], k=4)
    roof = length[skin][nearest].min(1)
    floor = ball_radius(moved[films], moved, eye) + 0.08
    goal = np.maximum(roof - UNDER_SKIN_MM, floor)  # else the half-closed eye loses its shade
    too_far = np.where(angle[:, 0] < 0.12, length[films] - goal, 0)
    out = shape.copy()
    out[films] -= way[films] * np.clip(too_far, 0, 4.0)[:, None]
    return out


def ball_radius(points_mm: Array, moved_mm: Array, eye: Eyeball) -> Array:
    """(N,) distance of the eyeball's surface from its centre, in the direction of each point."""
    arm = points_mm - eye.center_mm
    ball = moved_mm[eye.points] - eye.center_mm
    length = np.linalg.norm(ball, axis=1)
    distance, near = cKDTree(ball / length[:, None]).query(
        arm / np.linalg.norm(arm, axis=1, keepdims=True), k=4
    )
    weight = 1 / (distance + 1e-6) ** 2
    return np.asarray((length[near] * weight).sum(1) / weight.sum(1))


def blurred(values: Array, smooth: csr_matrix, rounds: int) -> Array:
    for _ in range(rounds):
        values = smooth @ values
    return values


def lift_shade(source: Source, eyes: tuple[Eyeball, Eyeball], mirror_of_point: Array) -> Array:
    """(P, 3) points with the middle of the shade SHADE_AT_REST_MM or more before the eyeball.

    A lid that closes pulls the shade straight down, through the cornea's bulge if it lies close.
    """
    points = source.points_mm.copy()
    shade = points_of(source, "eye_shade")
    shade = shade[points[shade, 0] * eyes[0].side > 0]
    arm = points[shade] - eyes[0].center_mm
    length = np.linalg.norm(arm, axis=1)
    lack = SHADE_AT_REST_MM + ball_radius(points[shade], points, eyes[0]) - length
    edge = np.minimum(cKDTree(points[lid_rim(source, eyes[0])]).query(points[shade])[0] / 4.0, 1)
    points[shade] += arm / length[:, None] * (np.maximum(lack, 0) * edge)[:, None]
    points[mirror_of_point[shade]] = points[shade] * FLIP_X
    return points


def lid_rim(source: Source, eye: Eyeball) -> Array:
    """Points where the skin of the lids meets the socket."""
    rim = np.intersect1d(points_of(source, "face"), points_of(source, "sockets"))
    return np.asarray(rim[source.points_mm[rim, 0] * eye.side > 0])
