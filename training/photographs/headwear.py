"""Hats: a shell over the skull with an edge, and a brim or a visor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, HeadModel, Record
from photographs.clothes import sheet_triangles
from photographs.hues import draw_colour
from photographs.scene import Kind, Part
from photographs.strands import scalp

OFTEN = 0.09
KINDS = ("none", "beanie", "cap", "brimmed", "scarf")
SHARES = (0.0, 0.3, 0.3, 0.2, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hat(Record):
    """What is on the head."""

    kind: int
    parts: tuple[Part, ...]


def draw_hat(rng: np.random.Generator, model: HeadModel, vertices_mm: Array, normals: Array) -> Hat:
    kind = int(rng.choice(len(KINDS), p=SHARES))
    ground = scalp(model)
    place, normal = vertices_mm[ground.vertices], normals[ground.vertices]
    tilt = rng.uniform(0.0, 0.35)
    low = rng.uniform(68, 92)
    if kind == 4:  # a scarf follows the hairline down to the neck
        inside = ground.hair_mm + rng.uniform(-4, 6)
    else:
        inside = place[:, 1] - low - tilt * (place[:, 2] - 60) * 0.9
    thick = rng.uniform(7, 14) + rng.uniform(0, 18) * np.clip((place[:, 1] - 100) / 40, 0, 1)
    bumps = 1.2 * np.sin(place @ rng.normal(0, 0.15, 3))
    colour = draw_colour(rng)
    scale = rng.uniform(0.5, 3, 2)
    parts = [
        Part(
            vertices_mm=place + normal * (thick + bumps)[:, None],
            triangles=ground.triangles,
            kind=Kind.HAT,
            colour=colour,
            uv=ground.uv * scale,
            edge=inside * 0.3,
            strength=0.03,
        )
    ]
    if kind in (2, 3):
        parts.append(_brim(rng, kind == 2, low, tilt, vertices_mm, colour))
    return Hat(kind=kind, parts=tuple(parts))


def _brim(
    rng: np.random.Generator,
    visor: bool,
    low: float,
    tilt: float,
    vertices_mm: Array,
    colour: Array,
) -> Part:
    """A sheet around the edge; of a cap in front only."""
    reach = np.deg2rad(rng.uniform(50, 75)) if visor else np.pi
    rows, columns = 5, 40
    angle = np.linspace(-reach, reach, columns)
    share = np.linspace(0, 1, rows)[:, None]
    long = rng.uniform(45, 75) if visor else rng.uniform(25, 75)
    fade = np.cos(angle / reach * np.pi / 2) ** 0.6 if visor else np.ones(columns)
    high = vertices_mm[:, 1] > 60
    half_x = np.abs(vertices_mm[high, 0]).max() + 8
    front, behind = vertices_mm[high, 2].max() + 6, vertices_mm[high, 2].min() - 8
    middle, half_z = (front + behind) / 2, (front - behind) / 2
    x = (half_x + share * long * fade) * np.sin(angle)
    z = middle + (half_z + share * long * fade) * np.cos(angle)
    y = low + 3 + tilt * (z - 60) * 0.9 - rng.uniform(0, 0.5) * share * long * fade
    y = y - rng.uniform(0, 12) * np.sin(angle) ** 2 * share
    vertices = np.stack([x, y, z], -1).reshape(-1, 3)
    uv = np.stack([angle * 60 + 0 * share, share * 60 + 0 * angle], -1).reshape(-1, 2)
    return Part(
        vertices_mm=vertices,
        triangles=sheet_triangles(rows, columns),
        kind=Kind.HAT,
        colour=colour * rng.uniform(0.6, 1.1),
        uv=uv,
    )
