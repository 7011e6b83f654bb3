"""Beards: stubble in the skin, and short strips of hair where it is longer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from faceborn.types import Array, HeadModel, Record
from photographs.scene import Kind, Part
from photographs.strands import POINTS, strip_triangles

OFTEN = 0.24
KINDS = ("none", "stubble", "moustache", "goatee", "full", "long")
SHARES = (0.0, 0.4, 0.12, 0.14, 0.24, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beard(Record):
    """A beard of one head."""

    kind: int
    field: Array  # (V,) 0..1, how much of the skin it covers
    strips: Part | None


def draw_beard(
    rng: np.random.Generator, model: HeadModel, vertices_mm: Array, normals: Array, colour: Array
) -> Beard:
    kind = int(rng.choice(len(KINDS), p=SHARES))
    region = regions(model)
    moustache, chin, full = region
    field = {
        1: np.maximum(full, moustache),
        2: moustache,
        3: np.maximum(chin, moustache * (rng.random() < 0.7)),
        4: np.maximum(full, moustache),
        5: np.maximum(full, moustache),
    }[kind]
    strength = rng.uniform(0.2, 0.6) if kind == 1 else rng.uniform(0.6, 0.95)
    strips = None
    if kind > 1:
        chances = np.where(field > 0.5, vertex_areas(model), 0)
        roots = rng.choice(len(field), 500 if kind >= 4 else 220, p=chances / chances.sum())
        length = rng.uniform(30, 70) if kind == 5 else rng.uniform(5, 18)
        strips = _strips(rng, vertices_mm[roots], normals[roots], length, colour)
    return Beard(kind=kind, field=(field * strength).astype(np.float32), strips=strips)


def _strips(
    rng: np.random.Generator, place: Array, out: Array, length_mm: float, colour: Array
) -> Part:
    count = len(place)
    direction = np.array([0, -1.0, 0.25]) + 0.55 * out + rng.normal(0, 0.25, (count, 3))
    direction[:, 0] += np.sign(place[:, 0]) * 0.15
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    length = length_mm * rng.uniform(0.6, 1.1, (count, 1))
    share = np.linspace(0, 1, POINTS)[:, None, None]
    bend = np.array([0, -0.5, 0]) * share**2
    path = place + (direction + bend) * length * share + 0.4 * out
    side = np.cross(direction, out)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-6
    width = rng.uniform(2.5, 6, (count, 1))
    half = 0.5 * width * (1 - 0.6 * share) * side
    vertices = np.stack([path - half, path + half], 2)
    u = rng.integers(0, 256, count)[:, None] + np.array([0.0, 1.0]) * width * 2.5
    v = rng.integers(0, 256, count)[None] + share[:, :, 0] * length[:, 0] * 1.3
    shape = (POINTS, count, 2)
    uv = np.stack([np.broadcast_to(u, shape), np.broadcast_to(v[..., None], shape)], -1)
    edge = np.broadcast_to(0.5 - 1.2 * share, shape)
    tint = colour * np.exp(rng.normal(0, 0.2, (1, count, 1, 1))) * np.ones((*shape, 1))
    return Part(
        vertices_mm=vertices.reshape(-1, 3),
        triangles=strip_triangles(count),
        kind=Kind.BEARD,
        colour=tint.reshape(-1, 3),
        uv=uv.reshape(-1, 2),
        edge=edge.reshape(-1),
        strength=0.8,
    )


@cache
def regions(model: HeadModel) -> Array:
    """(3, V) 0..1: moustache, chin, all of the beard but the moustache."""
    beard = np.clip(model.masks["beard"] * 2 - 0.5, 0, 1) * (model.masks["lips"] < 0.5)
    x, y, z = model.mean_mm.T
    mouth = model.landmarks["ibug_68"].of(model.mean_mm)[[48, 54]]
    upper = beard * (y > mouth[:, 1].mean() - 2) * (np.abs(x) < 34) * (z > 85)
    lower = beard * (1 - np.clip(upper, 0, 1))
    return np.stack([upper, lower * (np.abs(x) < 30) * (z > 70), lower]).astype(np.float32)


@cache
def vertex_areas(model: HeadModel) -> Array:
    """(V,) area of the face's triangles around each vertex of the mean head."""
    triangles = model.triangles[model.triangle_part == 0]
    corner = model.mean_mm[triangles]
    size = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    return np.bincount(triangles.ravel(), np.repeat(size, 3), minlength=len(model.mean_mm))
