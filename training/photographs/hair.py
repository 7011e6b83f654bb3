"""Haircuts for pictures alone: a cap along the skull, and what strands.py grows out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, HeadModel, Record
from photographs.scene import Kind, Part
from photographs.strands import RADII_MM, SKULL_MM, Style, curtain, ribbons, scalp

STYLES: dict[str, Style] = {
    "none": Style(often=0, length=(0, 0), strips=0, width=(1, 1), lift=(0, 0), cap=(0, 0)),
    "bald": Style(often=0.07, length=(0, 0), strips=0, width=(1, 1), lift=(0, 0), cap=(0, 0)),
    "buzz": Style(often=0.08, length=(0, 0), strips=0, width=(1, 1), lift=(0, 0), cap=(0.8, 2.5)),
    "short": Style(
        often=0.25,
        length=(14, 42),
        strips=640,
        width=(5.5, 11.0),
        lift=(0.05, 0.4),
        cap=(2, 7),
        comb=("down", "side", "back", "forward"),
        curl=(0.0, 0.25),
    ),
    "volume": Style(
        often=0.09,
        length=(35, 70),
        strips=680,
        width=(6.6, 13.2),
        lift=(0.15, 0.5),
        cap=(4, 12),
        comb=("side", "back"),
        curl=(0.0, 0.4),
    ),
    "fringe": Style(
        often=0.12,
        length=(50, 120),
        strips=760,
        width=(5.5, 12.1),
        lift=(0.03, 0.2),
        cap=(2, 6),
        comb=("forward", "down"),
        front=(0.6, 1.1),
        fall=(0.3, 0.8),
    ),
    "chin": Style(
        often=0.11,
        length=(110, 190),
        strips=680,
        width=(9.9, 17.6),
        lift=(0.03, 0.22),
        cap=(2, 8),
        comb=("down", "side"),
        curl=(0.0, 0.6),
        fall=(0.4, 0.9),
        curtain=0.7,
    ),
    "long": Style(
        often=0.14,
        length=(220, 420),
        strips=680,
        width=(11.0, 19.8),
        lift=(0.03, 0.22),
        cap=(2, 8),
        comb=("down", "side", "back"),
        curl=(0.0, 0.7),
        fall=(0.5, 1.0),
        curtain=0.8,
    ),
    "tied": Style(
        often=0.08,
        length=(60, 110),
        strips=600,
        width=(6.6, 13.2),
        lift=(0.0, 0.08),
        cap=(1, 4),
        comb=("back",),
        front=(0.9, 1.1),
        fall=(0.0, 0.1),
        tied=1.0,
    ),
    "curls": Style(
        often=0.08,
        length=(30, 110),
        strips=760,
        width=(6.6, 12.1),
        lift=(0.3, 0.8),
        cap=(6, 22),
        comb=("down", "side"),
        curl=(0.6, 1.3),
        fall=(0.0, 0.3),
    ),
}
NAMES = tuple(STYLES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Haircut(Record):
    """Hair of one head."""

    style: int  # into NAMES
    parts: tuple[Part, ...]
    shift_mm: float  # how far the hairline lies below the typical one
    under: float  # 0..1 how much the scalp below is coloured by it


def draw_haircut(
    rng: np.random.Generator,
    model: HeadModel,
    vertices_mm: Array,
    normals: Array,
    colour: Array,
    *,
    hatted: bool = False,
) -> Haircut:
    """Hair on the head (V, 3) with its normals, both in head space; under a hat it lies flat."""
    often = np.array([style.often for style in STYLES.values()])
    number = int(rng.choice(len(NAMES), p=often / often.sum()))
    name = NAMES[number]
    style = STYLES[name]
    shift = rng.normal(-2, 6)
    if name == "bald":
        return Haircut(style=number, parts=(), shift_mm=shift, under=rng.uniform(0, 0.45))
    ground = scalp(model)
    receding = rng.random() < 0.15
    hair_mm = ground.hair_mm + shift
    if receding:
        x, _, z = ground.mean_mm.T
        corners = np.exp(-(((np.abs(x) - 45) / 22) ** 2)) * (z > 20)
        hair_mm = hair_mm - rng.uniform(5, 30) * corners
    place, normal = vertices_mm[ground.vertices], normals[ground.vertices]
    thick = rng.uniform(*style.cap) * (0.3 if hatted else 1.0)
    bump = np.sin(ground.mean_mm @ rng.normal(0, 0.09, 3)) + np.sin(
        ground.mean_mm @ rng.normal(0, 0.2, 3)
    )
    height = 0.6 + thick * np.clip(hair_mm / 22, 0.08, 1) * (1 + 0.16 * bump)
    cap = place + normal * height[:, None]
    parts = [
        Part(
            vertices_mm=cap,
            triangles=ground.triangles,
            kind=Kind.HAIR,
            colour=colour * rng.uniform(0.55, 0.9),
            uv=ground.uv * rng.uniform(0.8, 1.3),
            edge=np.clip(hair_mm * 0.22, -4, 4) + rng.normal(0, 0.15),
            strength=rng.uniform(0.8, 1.6),
        )
    ]
    if style.strips:
        parts.append(ribbons(rng, style, ground, cap, normal, hair_mm, colour, hatted=hatted))
        if rng.random() < style.tied:
            parts += _tied(rng, colour)
        if rng.random() < style.curtain:
            parts.append(curtain(rng, style, colour))
    return Haircut(
        style=number, parts=tuple(parts), shift_mm=float(shift), under=rng.uniform(0.55, 0.95)
    )


def _tied(rng: np.random.Generator, colour: Array) -> list[Part]:
    """A bun, or a tail that hangs."""
    height = rng.uniform(-10, 1) if rng.random() < 0.4 else rng.uniform(40, 130)
    knot = np.array([0.0, height, 0.0])
    knot[2] = SKULL_MM[2] - RADII_MM[2] * np.sqrt(
        max(0.05, 1 - ((height - SKULL_MM[1]) / (RADII_MM[1] + 8)) ** 2)
    )
    size = rng.uniform(18, 38)
    rows, columns = 9, 14
    polar = np.linspace(0.02, np.pi - 0.02, rows)[:, None]
    around = np.linspace(0, 2 * np.pi, columns)
    stretch = rng.uniform(0.8, 1.2, 3)
    if rng.random() < 0.4:
        stretch = np.array([0.7, 4.0, 0.7])
        knot = knot - [0, size * 3, size * 0.5]
    ball = np.stack(
        [
            np.sin(polar) * np.cos(around),
            np.cos(polar) + 0 * around,
            np.sin(polar) * np.sin(around),
        ],
        -1,
    ).reshape(-1, 3)
    row, column = np.divmod(np.arange((rows - 1) * (columns - 1)), columns - 1)
    a = row * columns + column
    triangles = np.concatenate(
        [np.stack([a, a + columns, a + 1], 1), np.stack([a + 1, a + columns, a + columns + 1], 1)]
    )
    return [
        Part(
            vertices_mm=knot + ball * size * stretch,
            triangles=triangles,
            kind=Kind.HAIR,
            colour=colour * 0.9,
            uv=np.stack([(around * 30 + 0 * polar).ravel(), (polar * 60 + 0 * around).ravel()], 1),
            edge=np.full(len(ball), 0.6),
            strength=0.6,
        )
    ]
