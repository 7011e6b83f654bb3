"""The outline of a profile: read off a photo on plain ground, and off a head's shape.

Both are polylines in a frame of x out of the nose and y up. A profile photo is evidence that a fit
to the front of the same person has not seen, so the two together judge its depth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from measures import aligned

from faceborn.types import Array, Face, HeadModel, Photo

GROUND_PX = 80  # so many pixels before the face show the ground in every row
ROW_STEP = 2
EYES_IN_BOX, CHIN_IN_BOX = 0.32, 0.95  # of a profile's height, on average
STEP_MM = 0.5
RIDGE_MM = 10.0  # half the width of the strip in which the outline of the head runs
START_SIZES = (0.87, 1.0, 1.15)
BELOW_MOUTH = 0.5  # of the distance from eyes to mouth: there the chin still faces forward


@dataclass(frozen=True, kw_only=True)
class Outline:
    points: Array  # (N, 2) dense, from above the eyes to below the chin; x forward, y up
    core: Array  # (N,) bool, the part between the level of the eyes and the chin


def outline_from_photo(photo: Photo, face: Face) -> Outline:
    """In pixels; of a profile, whose box is more reliable than its five points."""
    pixels = photo.pixels.astype(np.float32)
    x0, y0, x1, y1 = face.box_px
    if face.yaw_deg > 0:  # turn it to look to the left of the picture
        pixels = pixels[:, ::-1]
        x1 = pixels.shape[1] - x0
    height = y1 - y0
    rows = np.arange(max(int(y0), 0), min(int(y1 + 0.1 * height), len(pixels)), ROW_STEP)
    strip = pixels[rows, : int(x1)]
    ground = np.median(strip[:, :GROUND_PX], axis=1, keepdims=True)
    noise = np.abs(strip[:, :GROUND_PX] - ground).max()
    # Skin may be as bright as the ground, hardly ever as grey: the channel furthest off decides.
    away = np.abs(strip - ground).max(2)
    limit = max(2.0 * noise, 18.0)
    solid = np.asarray(np.lib.stride_tricks.sliding_window_view(away > limit, 6, axis=1).all(2))
    found = solid.any(1)
    column = solid.argmax(1)
    before = away[np.arange(len(rows)), np.maximum(column - 1, 0)]
    after = away[np.arange(len(rows)), column]
    edge = column - 0.5 + (limit - before) / np.maximum(after - before, 1e-3)
    share = (rows[found] + 0.5 - y0) / height
    return Outline(
        points=np.stack([-edge[found], -(rows[found] + 0.5)], 1),
        core=(share > EYES_IN_BOX) & (share < CHIN_IN_BOX),
    )


def outline_of_shape(vertices_mm: Array, model: HeadModel) -> Outline:
    """In mm, of a neutral head (V, 3)."""
    face = model.triangles[model.triangle_part == model.part_names.index("face")]
    return outline_of_mesh(vertices_mm, face, levels_of(vertices_mm, model))


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Heights of a neutral head, in mm."""

    eyes: float
    mouth: float


def levels_of(vertices_mm: Array, model: HeadModel) -> Levels:
    """Of a head (V, 3)."""
    mesh = model.landmarks["mediapipe_478"].of(vertices_mm)
    return Levels(
        eyes=float(mesh[[33, 133, 362, 263], 1].mean()), mouth=float(mesh[[61, 291], 1].mean())
    )


def outline_of_mesh(vertices_mm: Array, triangles: Array, levels: Levels) -> Outline:
    """In mm, of a surface in the head's frame: the foremost point of its middle at every height."""
    span = levels.eyes - levels.mouth
    near = triangles[(np.abs(vertices_mm[triangles][:, :, 0]) < RIDGE_MM).all(1)]
    edges = np.concatenate([near[:, [0, 1]], near[:, [1, 2]], near[:, [2, 0]]])
    share = np.linspace(0, 1, 16)[:, None, None]
    cloud = (vertices_mm[edges[:, 0]] * (1 - share) + vertices_mm[edges[:, 1]] * share)[..., 1:]
    cloud = cloud.reshape(-1, 2)
    heights = np.arange(levels.mouth - 0.9 * span, levels.eyes + 0.5 * span, STEP_MM)
    row = np.floor((cloud[:, 0] - heights[0]) / STEP_MM).astype(int)
    inside = (row >= 0) & (row < len(heights))
    foremost = np.full(len(heights), -np.inf)
    np.maximum.at(foremost, row[inside], cloud[inside, 1])
    known = np.isfinite(foremost)
    y = heights[known] + STEP_MM / 2
    return Outline(
        points=np.stack([foremost[known], y], 1),
        core=(y <= levels.eyes) & (y >= levels.mouth - BELOW_MOUTH * span),
    )


def outline_error_mm(photo: Outline, shape: Outline) -> float:
    """Mean distance of two outlines after the best similarity, both ways, in mm.

    Iterated closest points. The photo's core is a guess from the box, so several sizes are
    tried and the core follows the shape's.
    """
    core = shape.points[shape.core]
    size = np.ptp(core[:, 1]) / np.ptp(photo.points[photo.core][:, 1])
    tips = _tip(photo), _tip(shape)
    starts = [(photo.points - tips[0]) * size * factor + tips[1] for factor in START_SIZES]
    return min(_closest_mm(start, shape.points, core) for start in starts)


def _closest_mm(moving: Array, whole: Array, core: Array, *, rounds: int = 15) -> float:
    low, high = core[:, 1].min(), core[:, 1].max()

    def pairs() -> tuple[Array, Array]:
        """Points of the moving outline and their partners on the fixed one, both ways."""
        chosen = moving[(moving[:, 1] >= low) & (moving[:, 1] <= high)]
        return (
            np.concatenate([chosen, _nearest(core, moving)]),
            np.concatenate([_nearest(chosen, whole), core]),
        )

    for _ in range(rounds):
        source, target = pairs()
        moving = _carried(moving, source, aligned(source, target, scaled=True))
    source, target = pairs()
    distance = np.linalg.norm(source - target, axis=1)
    return float(distance[: -len(core)].mean() + distance[-len(core) :].mean()) / 2


def _tip(outline: Outline) -> Array:
    """(2,) of the nose: the foremost point of the core."""
    core = outline.points[outline.core]
    return np.asarray(core[core[:, 0].argmax()])


def _nearest(points: Array, polyline: Array) -> Array:
    """(N, 2) nearest places of a dense polyline: on the two pieces beside its nearest corner."""
    corner = ((points[:, None] - polyline[None]) ** 2).sum(2).argmin(1)
    best = polyline[corner]
    for neighbour in (corner - 1, corner + 1):
        piece = polyline[np.clip(neighbour, 0, len(polyline) - 1)] - polyline[corner]
        along = ((points - polyline[corner]) * piece).sum(1) / np.maximum((piece**2).sum(1), 1e-12)
        place = polyline[corner] + piece * np.clip(along, 0, 1)[:, None]
        nearer = ((points - place) ** 2).sum(1) < ((points - best) ** 2).sum(1)
        best = np.where(nearer[:, None], place, best)
    return np.asarray(best)


def _carried(points: Array, before: Array, after: Array) -> Array:
    """`points` under the similarity that took `before` to `after`, (N, 2) each."""
    x, y = (before - before.mean(0)).T
    u, v = (after - after.mean(0)).T
    square = (x**2 + y**2).sum()
    cosine, sine = (x * u + y * v).sum() / square, (x * v - y * u).sum() / square
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    return np.asarray((points - before.mean(0)) @ matrix.T + after.mean(0))
