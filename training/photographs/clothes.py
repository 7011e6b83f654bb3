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


def draw_clothes(rng: np.random.Generator, model: HeadModel, pose: Pose, size: float) -> Part:
    """Cloth over the shoulders; size is this head's over the mean's."""
    heights, radius = body_outline(model)
    collar = rng.uniform(-150, -112) if rng.random() < 0.75 else rng.uniform(-112, -88)
    open_front = rng.uniform(0, 60) * (rng.random() < 0.5)  # mm deeper in front: V and round necks
    angle = np.arange(AROUND) / AROUND * 2 * np.pi  # 0 in front
    share = np.linspace(0, 1, ROWS)[:, None]
    width = rng.uniform(0.85, 1.25)
    sharp = rng.choice([1.0, 4.0])
    deep = open_front * np.clip(np.cos(angle), 0, 1) ** (2 * sharp)
    deep = deep + rng.uniform(0, 12) * np.clip(-np.cos(angle), 0, 1) * -1
    y = collar - deep - (330 + collar - deep) * 0 - share**1.3 * 260
    inner = np.stack(
        [np.interp(-row, -heights, column) for row, column in zip(y.T, radius.T, strict=True)], 1
    )
    below = np.clip((-150 - y) / 180, 0, 1)
    body_x, body_z = 190 * width, 112 * width
    body = 1 / np.sqrt((np.sin(angle) / body_x) ** 2 + (np.cos(angle) / body_z) ** 2)
    loose = CLEAR_MM + rng.uniform(0, 9) * (1 - share)
    distance = np.maximum(inner * size, inner * size * (1 - below**0.6) + body * below**0.6) + loose
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
    colour = np.tile(draw_colour(rng), (len(vertices), 1))
    if rng.random() < 0.3:  # stripes, lapels
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
