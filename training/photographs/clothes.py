"""Shoulders under cloth: a tube around the neck that widens to a body, with many collars."""

from __future__ import annotations

from functools import cache

import numpy as np

from faceborn.types import Array, HeadModel
from photographs.cameras import Pose
from photographs.hues import draw_colour
from photographs.scene import TORSO_JOINT_MM, Kind, Part

AROUND = 48
ROWS = 18
CLEAR_MM = 4.0
AXIS_Z_MM = -22.0  # of the neck
SUITS = 0.35  # how often


def draw_clothes(rng: np.random.Generator, model: HeadModel, pose: Pose) -> list[Part]:
    """Cloth over the shoulders; a third of the time a jacket over a shirt, often with a tie."""
    width = rng.uniform(0.85, 1.25)
    if rng.random() > SUITS:
        collar = rng.uniform(-150, -112) if rng.random() < 0.75 else rng.uniform(-112, -88)
        open_front = rng.uniform(0, 60) * (rng.random() < 0.5)  # V and round necks
        return [
            _layer(rng, model, pose, width, collar, open_front, draw_colour(rng), loose_mm=CLEAR_MM)
        ]
    shirt = draw_colour(rng) ** 0.4 if rng.random() < 0.7 else draw_colour(rng)
    collar = rng.uniform(-122, -96)
    inner = _layer(
        rng, model, pose, width, collar, rng.uniform(0, 35), shirt, loose_mm=CLEAR_MM, plain=True
    )
    jacket = draw_colour(rng) * (0.15 if rng.random() < 0.7 else 0.6)
    deep = rng.uniform(80, 190)
    below = collar - rng.uniform(4, 18)
    outer = _layer(rng, model, pose, width, below, deep, jacket, loose_mm=CLEAR_MM + 7.0)
    return [inner, outer, *([_tie(rng, pose, inner, collar)] if rng.random() < 0.5 else [])]


def _tie(rng: np.random.Generator, pose: Pose, shirt: Part, collar: float) -> Part:
    """A strip down the front of a shirt."""
    rows = 8
    place = (shirt.vertices_mm - TORSO_JOINT_MM) @ pose.torso + TORSO_JOINT_MM  # unturned
    front = place.reshape(ROWS, AROUND, 3)[:, 0]
    y = np.linspace(collar - rng.uniform(6, 16), collar - 240, rows)
    z = np.interp(-y, -front[:, 1], front[:, 2]) + 5.0
    half = np.interp(np.arange(rows), [0, 1, rows - 1], [9.0, 6.0, rng.uniform(14, 26)])
    sheet = np.stack(
        [half[:, None] * [-1.0, 0.0, 1.0], y[:, None] * np.ones(3), z[:, None] + [-3.0, 0, -3.0]],
        -1,
    )
    arm = sheet.reshape(-1, 3) - TORSO_JOINT_MM
    return Part(
        vertices_mm=arm @ pose.torso.T + TORSO_JOINT_MM,
        triangles=sheet_triangles(rows, 3),
        kind=Kind.CLOTH,
        colour=draw_colour(rng),
        uv=sheet[..., :2].reshape(-1, 2) * rng.uniform(0.5, 3.0) + 600,
    )


def _layer(
    rng: np.random.Generator,
    model: HeadModel,
    pose: Pose,
    width: float,
    collar: float,
    open_front: float,
    base: Array,
    *,
    loose_mm: float,
    plain: bool = False,
) -> Part:
    """One tube of cloth.

    collar      height of its rim, mm
    open_front  how much deeper the rim lies in front, mm
    """
    heights, radius = body_outline(model)
    angle = np.arange(AROUND) / AROUND * 2 * np.pi  # 0 in front
    share = np.linspace(0, 1, ROWS)[:, None]
    sharp = rng.choice([1.0, 4.0])
    deep = open_front * np.clip(np.cos(angle), 0, 1) ** (2 * sharp)
    deep = deep + rng.uniform(0, 12) * np.clip(-np.cos(angle), 0, 1) * -1
    y = collar - deep - share**1.3 * 260
    at = np.interp(-y, -heights, np.arange(len(heights)))
    row = np.minimum(at.astype(int), len(heights) - 2)
    columns = np.arange(AROUND)
    inner = radius[row, columns] + (at - row) * (radius[row + 1, columns] - radius[row, columns])
    below = np.clip((-150 - y) / 180, 0, 1)
    body_x, body_z = 190 * width, 112 * width
    body = 1 / np.sqrt((np.sin(angle) / body_x) ** 2 + (np.cos(angle) / body_z) ** 2)
    loose = loose_mm + rng.uniform(0, 9) * (1 - share)
    distance = np.maximum(inner, inner * (1 - below**0.6) + body * below**0.6) + loose
    folds = (
        rng.uniform(0, 4) * share * np.sin(rng.integers(5, 13) * angle + rng.uniform(0, 6) * share)
    )
    distance = distance + folds
    vertices = np.stack(
        [distance * np.sin(angle), y * np.ones(AROUND), AXIS_Z_MM + distance * np.cos(angle)], -1
    ).reshape(-1, 3)
    arm = vertices - TORSO_JOINT_MM
    vertices = arm @ pose.torso.T + TORSO_JOINT_MM
    scale = rng.uniform(0.3, 3.0, 2)
    uv = np.stack([angle * 40 * scale[0] + 0 * y, -y * scale[1] + 0 * angle], -1).reshape(-1, 2)
    colour = np.tile(base, (len(vertices), 1))
    if rng.random() < 0.3 and not plain:  # stripes, lapels
        stripe = np.sin(angle * rng.integers(2, 20) + 0 * y).ravel() > rng.uniform(-0.5, 0.9)
        colour[stripe] = draw_colour(rng)
    return Part(
        vertices_mm=vertices,
        triangles=tube_triangles(ROWS, AROUND),
        kind=Kind.CLOTH,
        colour=colour,
        uv=uv,
    )


@cache
def tube_triangles(rows: int, around: int) -> Array:
    """(T, 3) of a grid of `rows` rings that close."""
    row, column = np.divmod(np.arange((rows - 1) * around), around)
    right = (column + 1) % around
    a, b = row * around + column, row * around + right
    c, d = a + around, b + around
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


@cache
def sheet_triangles(rows: int, columns: int) -> Array:
    """(T, 3) of a grid that does not close."""
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    b, c, d = a + 1, a + columns, a + columns + 1
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


@cache
def body_outline(model: HeadModel) -> tuple[Array, Array]:
    """(H,) heights descending and (H, AROUND) radius of neck and shoulders of the mean head."""
    skin = np.unique(model.triangles[model.triangle_part <= 1])
    place = model.mean_mm[skin]
    place = place[place[:, 1] < -80]
    around = np.arctan2(place[:, 0], place[:, 2] - AXIS_Z_MM)
    distance = np.hypot(place[:, 0], place[:, 2] - AXIS_Z_MM)
    heights = np.arange(-85.0, -200.0, -6.0)
    radius = np.zeros((len(heights), AROUND))
    for column in range(AROUND):
        off = np.angle(np.exp(1j * (around - column / AROUND * 2 * np.pi)))
        for row, height in enumerate(heights):
            near = (np.abs(off) < 0.25) & (np.abs(place[:, 1] - height) < 11)
            radius[row, column] = distance[near].max() if near.any() else 0
    for column in range(AROUND):  # below the model's rim its last radius goes on
        known = np.flatnonzero(radius[:, column] > 0)
        radius[:, column] = np.interp(np.arange(len(heights)), known, radius[known, column])
    return heights, np.maximum.accumulate(radius, 0)
