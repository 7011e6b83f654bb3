"""Spectacles of our own: rims, bridge, temples to the ears; lenses that tint, mirror and glare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, HeadModel, Record
from photographs.hues import draw_colour
from photographs.meshes import merge, tube
from photographs.people import Person
from photographs.scene import Kind, Part

OFTEN = 0.22
RIM_POINTS = 28
VERTEX_MM = (9.0, 15.0)  # from the cornea to the lens


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spectacles(Record):
    """A frame, and lenses that are laid over the finished picture."""

    kind: int  # 1 clear, 2 tinted, 3 dark
    frame: Part
    lenses_mm: Array  # (2, R, 3) outlines
    passes: Array  # (3,) share of the light that comes through
    mirror: Array  # (3,) what they reflect
    glare: float  # 0..1, strength of a light's reflection across a lens


def draw_spectacles(rng: np.random.Generator, model: HeadModel, person: Person) -> Spectacles:
    """Spectacles that fit this head."""
    ibug = model.landmarks["ibug_68"].of(person.vertices_mm)
    between = float(person.eyes_mm[0, 0] - person.eyes_mm[1, 0])
    width = rng.uniform(0.34, 0.445) * between
    height = width * rng.uniform(0.6, 1.05)
    power = rng.uniform(1.8, 4.5)  # round to square
    front = max(person.irises_mm[:, 2].max() + rng.uniform(*VERTEX_MM), ibug[27, 2] + 2.0)
    lean = np.deg2rad(rng.uniform(2, 12))
    wrap = rng.uniform(0.0, 0.12)
    angle = np.arange(RIM_POINTS) / RIM_POINTS * 2 * np.pi
    cosine, sine = np.cos(angle), np.sin(angle)
    x = np.sign(cosine) * np.abs(cosine) ** (2 / power) * width
    y = np.sign(sine) * np.abs(sine) ** (2 / power) * height
    y = y * (1 + rng.uniform(-0.12, 0.12) * x / width)
    drop = rng.uniform(-1, 7)
    outlines = []
    for eye, sign in enumerate((1, -1)):
        center = person.eyes_mm[eye]
        flat = np.stack([sign * x, y - drop, np.zeros(RIM_POINTS)], 1)
        flat[:, 2] = -np.abs(flat[:, 0] * sign) * wrap - flat[:, 1] * np.tan(-lean)
        outline = flat + np.array([center[0] * rng.uniform(1.0, 1.04), center[1], front])
        outlines.append(outline)
    thin = rng.random() < 0.3
    radius = rng.uniform(0.5, 1.0) if thin else rng.uniform(1.1, 3.2)
    meshes = []
    if rng.random() > 0.1:  # else rimless
        meshes += [tube(outline, radius, closed=True) for outline in outlines]
    inner = [outline[np.abs(outline[:, 0]).argmin()] for outline in outlines]
    bow = rng.uniform(0, 5)
    share = np.linspace(0, 1, 6)[:, None]
    bridge = inner[0] * (1 - share) + inner[1] * share + np.sin(np.pi * share) * [0, bow, 3]
    meshes.append(tube(bridge, max(radius, 0.9)))
    for outline, jaw, sign in zip(outlines, (ibug[16], ibug[0]), (1, -1), strict=True):
        start = outline[np.abs(outline[:, 0]).argmax()]
        wide = sign * (abs(float(jaw[0])) + 4)
        high = start[1] + rng.uniform(-1, 4)
        path = np.array(
            [
                start,
                [wide * 0.98, high, start[2] - 12],
                [wide * 1.02, high, jaw[2]],
                [wide * 1.08, high - 2, jaw[2] - 38],
                [wide * 1.1, high - 16, jaw[2] - 55],
            ]
        )
        fine = np.linspace(0, 4, 14)
        path = np.stack([np.interp(fine, np.arange(5), path[:, c]) for c in range(3)], 1)
        meshes.append(tube(path, radius * 0.9))
    vertices, triangles = merge(meshes)
    case = rng.random()
    kind = 1 if case < 0.8 else 2 if case < 0.9 else 3
    tint = np.exp(rng.normal(0, 0.25, 3))
    passes = {1: rng.uniform(0.86, 0.97), 2: rng.uniform(0.3, 0.75), 3: rng.uniform(0.02, 0.2)}[
        kind
    ]
    dark = rng.random() < 0.7
    colour = draw_colour(rng) * 0.1 if dark else draw_colour(rng)
    return Spectacles(
        kind=kind,
        frame=Part(vertices_mm=vertices, triangles=triangles, kind=Kind.FRAME, colour=colour),
        lenses_mm=np.array(outlines),
        passes=np.clip(passes * (tint if kind > 1 else 1.0) * np.ones(3), 0, 1),
        mirror=rng.uniform(0.0, 0.05) * np.exp(rng.normal(0, 0.3, 3)),
        glare=float(rng.uniform(0.1, 0.9) if rng.random() < 0.25 else 0.0),
    )


def lay_lenses(
    image: Array,
    label: Array,
    z: Array,
    outlines: Array,
    spectacles: Spectacles,
    spectacles_label: int,
) -> None:
    """Lay both lenses over the picture; outlines (2, R, 3) are screen x, y and view z."""
    import cv2

    size = image.shape[0]
    for outline in outlines:
        mask = np.zeros((size, size), np.uint8)
        corners = np.round(outline[:, :2] * 8 - 4).astype(np.int32).reshape(-1, 1, 2)
        cv2.fillPoly(mask, [corners], 1, shift=3)
        rows, columns = np.nonzero(mask & (z < outline[:, 2].max() + 1))
        if len(rows) == 0:
            continue
        x0, x1 = outline[:, 0].min(), outline[:, 0].max()
        y0, y1 = outline[:, 1].min(), outline[:, 1].max()
        across = ((columns - x0) / max(x1 - x0, 1) + (rows - y0) / max(y1 - y0, 1)) / 2
        band = np.exp(-(((across - 0.42) / 0.13) ** 2)) * spectacles.glare
        image[rows, columns] = (
            image[rows, columns] * spectacles.passes * (1 - band[:, None])
            + spectacles.mirror * (1.3 - across[:, None])
            + band[:, None] * 0.9
        ).astype(np.float32)
        opaque = (band > 0.5) | (spectacles.passes.mean() < 0.4)
        label[rows[opaque], columns[opaque]] = spectacles_label
