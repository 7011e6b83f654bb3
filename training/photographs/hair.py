"""Hair for pictures alone: a cap along the skull and strips of strands that grow out of it.

A strip is a ribbon that leaves its root along the combing, falls, and stays outside the skull; a
mask of strands cuts it so that it thins out towards its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numba
import numpy as np

from faceborn.model.parts import MASK_RAMP_MM
from faceborn.types import Array, HeadModel, Record
from photographs.clothes import sheet_triangles
from photographs.scene import Kind, Part

SKULL_MM = np.array([0.0, 34.0, -9.0])  # an ellipsoid inside of the cranium
RADII_MM = np.array([76.0, 106.0, 98.0])
CROWN_MM = np.array([0.0, 128.0, -45.0])
POINTS = 8  # along a strip
CURTAIN_COLUMNS = 41
BODY_Y_MM = -115.0  # below, hair falls around the shoulders


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Style(Record):
    """A haircut; lengths in mm, (low, high)."""

    often: float
    length: tuple[float, float]
    strips: int
    width: tuple[float, float]
    lift: tuple[float, float]  # how far strands stand off at the root, 0..1
    cap: tuple[float, float]  # thickness of the cap
    comb: tuple[str, ...] = ("down",)
    curl: tuple[float, float] = (0.0, 0.1)  # radius over 10 mm
    front: tuple[float, float] = (0.3, 1.0)  # length of the front hair over the rest's
    fall: tuple[float, float] = (0.1, 0.5)  # gravity
    tied: float = 0.0  # how often it is tied behind
    curtain: float = 0.0  # how often a closed sheet falls behind the strands


STYLES: dict[str, Style] = {
    "none": Style(often=0, length=(0, 0), strips=0, width=(1, 1), lift=(0, 0), cap=(0, 0)),
    "bald": Style(often=0.07, length=(0, 0), strips=0, width=(1, 1), lift=(0, 0), cap=(0, 0)),
    "buzz": Style(often=0.08, length=(0, 0), strips=0, width=(1, 1), lift=(0, 0), cap=(0.8, 2.5)),
    "short": Style(
        often=0.25,
        length=(14, 42),
        strips=750,
        width=(5, 10),
        lift=(0.05, 0.4),
        cap=(2, 7),
        comb=("down", "side", "back", "forward"),
        curl=(0.0, 0.25),
    ),
    "volume": Style(
        often=0.09,
        length=(35, 70),
        strips=800,
        width=(6, 12),
        lift=(0.15, 0.5),
        cap=(4, 12),
        comb=("side", "back"),
        curl=(0.0, 0.4),
    ),
    "fringe": Style(
        often=0.12,
        length=(50, 120),
        strips=900,
        width=(5, 11),
        lift=(0.03, 0.2),
        cap=(2, 6),
        comb=("forward", "down"),
        front=(0.6, 1.1),
        fall=(0.3, 0.8),
    ),
    "chin": Style(
        often=0.11,
        length=(110, 190),
        strips=800,
        width=(9, 16),
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
        strips=800,
        width=(10, 18),
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
        strips=700,
        width=(6, 12),
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
        strips=900,
        width=(6, 11),
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
        parts.append(_strips(rng, style, ground, cap, normal, hair_mm, colour, hatted=hatted))
        if rng.random() < style.tied:
            parts += _tied(rng, colour)
        if rng.random() < style.curtain:
            parts.append(_curtain(rng, style, colour))
    return Haircut(
        style=number, parts=tuple(parts), shift_mm=float(shift), under=rng.uniform(0.55, 0.95)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scalp(Record):
    """Where hair may grow on the head model."""

    vertices: Array  # (S,) into the model's
    mean_mm: Array  # (S, 3)
    triangles: Array  # (T, 3) into the S
    hair_mm: Array  # (S,) distance inside the hairline
    uv: Array  # (S, 2) pixels of the strands' mask, combed from the crown
    roots: Array  # (R,) into the S, spread evenly


@cache
def scalp(model: HeadModel) -> Scalp:
    hair_mm = (model.masks["scalp"] - 0.5) * MASK_RAMP_MM["scalp"]
    hair_mm = np.where(model.masks["ears"] > 0.25, -20.0, hair_mm)
    outer = model.triangles[model.triangle_part <= 1]
    welded = model.weld[outer]
    kept = welded[hair_mm[welded].max(1) > -14]
    vertices, local = np.unique(kept, return_inverse=True)
    mean = model.mean_mm[vertices]
    arm = mean - CROWN_MM
    around = np.arctan2(arm[:, 0], arm[:, 2])
    along = np.linalg.norm(arm, axis=1)
    rng = np.random.default_rng(1)
    # Vertices lie dense around the face: take each with the area that is its own.
    area = np.zeros(len(vertices))
    triangles = local.reshape(-1, 3)
    corner = mean[triangles]
    size = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    np.add.at(area, triangles.ravel(), np.repeat(size, 3))
    area *= hair_mm[vertices] > -6
    roots = rng.choice(len(vertices), 6000, p=area / area.sum())
    return Scalp(
        vertices=vertices,
        mean_mm=mean,
        triangles=triangles.astype(np.int32),
        hair_mm=hair_mm[vertices],
        uv=np.stack([around * 90 + 600, along * 1.2], 1),
        roots=roots,
    )


def _strips(
    rng: np.random.Generator,
    style: Style,
    ground: Scalp,
    cap: Array,
    normal: Array,
    hair_mm: Array,
    colour: Array,
    *,
    hatted: bool,
) -> Part:
    """Ribbons from random roots."""
    roots = rng.choice(ground.roots, style.strips)
    roots = roots[hair_mm[roots] > rng.normal(1, 2, len(roots))]
    if hatted:
        roots = roots[ground.mean_mm[roots, 1] < 60]
    count = len(roots)
    place = (cap[roots] + rng.normal(0, 2.0, (count, 3))).astype(np.float32)
    out = normal[roots].astype(np.float32)
    comb = _combing(rng, str(rng.choice(style.comb)), ground.mean_mm[roots])
    comb = comb + rng.normal(0, rng.uniform(0.05, 0.3), (count, 3))
    comb -= (comb * out).sum(1, keepdims=True) * out
    comb /= np.linalg.norm(comb, axis=1, keepdims=True) + 1e-6
    lift = rng.uniform(*style.lift) * (0.2 if hatted else 1.0)
    direction = comb * (1 - 0.7 * lift) + out * lift * rng.uniform(0.5, 1.5, (count, 1))
    length = rng.uniform(*style.length) * rng.uniform(0.75, 1.1, count)
    z = ground.mean_mm[roots, 2]
    in_front = np.clip((z - 20) / 40, 0, 1) * (ground.mean_mm[roots, 1] > 60)
    length = length * (1 - in_front + in_front * rng.uniform(*style.front))
    # Short hair is shorter at the sides and the nape.
    low = np.clip((60 - ground.mean_mm[roots, 1]) / 60, 0, 1)
    if style.length[1] < 60:
        length = length * (1 - low * rng.uniform(0.2, 0.8))
    step = (length / (POINTS - 1))[:, None]
    fall = rng.uniform(*style.fall)
    curl = rng.uniform(*style.curl) * 10
    phase = rng.uniform(0, 6.3, (count, 1))
    turns = rng.uniform(0.5, 1.4)
    hull = rng.uniform(0, 1.5, (count, 1)) ** 2 * 0.02
    # Hair lies on hair: what stands off the skull by more than this falls back on it.
    ceiling = (
        1.07 + hull + rng.uniform(0.1, 0.5) * lift + 0.1 * np.clip((z[:, None] - 20) / 60, 0, 1)
    )
    path = np.empty((POINTS, count, 3), np.float32)
    _grow(place, direction, step[:, 0], fall * 0.35, 1.02 + hull[:, 0], ceiling[:, 0], path)
    side = np.cross(path[-1] - path[0], out)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-6
    if curl > 0.5:
        along = np.arange(POINTS)[:, None, None] * turns + phase
        grown = np.minimum(np.arange(POINTS) / 2, 1)[:, None, None] * curl
        path = path + grown * (np.sin(along) * side + np.cos(along) * out)
    width = rng.uniform(*style.width) * rng.uniform(0.6, 1.2, (count, 1))
    share = np.linspace(0, 1, POINTS)
    half = (0.5 * width)[None] * (1 - 0.55 * share**2)[:, None, None] * side
    vertices = np.stack([path - half, path + half], 2)  # (points, strips, 2, 3)
    u = rng.integers(0, 256, count)[:, None] + np.array([0.0, 1.0]) * width * 3.0
    v = rng.integers(0, 256, count) + share[:, None] * length * 1.1
    uv = np.stack(
        [np.broadcast_to(u, (POINTS, count, 2)), np.broadcast_to(v[..., None], (POINTS, count, 2))],
        -1,
    )
    edge = np.broadcast_to((0.55 - 1.35 * share**1.5)[:, None, None], (POINTS, count, 2))
    shade = np.exp(rng.normal(0, 0.16, (count, 1))) * np.ones((1, 3))
    tint = colour * shade * np.linspace(0.75, 1.1, POINTS)[:, None, None]
    return Part(
        vertices_mm=vertices.reshape(-1, 3),
        triangles=strip_triangles(count),
        kind=Kind.HAIR,
        colour=np.repeat(tint, 2, 1).reshape(-1, 3),
        uv=uv.reshape(-1, 2),
        edge=edge.reshape(-1),
        strength=1.0,
    )


def _curtain(rng: np.random.Generator, style: Style, colour: Array) -> Part:
    """A sheet around the back of the head that falls from the height of the ears."""
    around = np.linspace(-1, 1, CURTAIN_COLUMNS)
    angle = np.deg2rad(rng.uniform(80, 118)) * around + np.deg2rad(rng.normal(0, 5))  # 0 behind
    hull = 1.1 + rng.uniform(0, 0.12) + 0.02 * np.sin(angle * rng.uniform(4, 9) + rng.uniform(0, 6))
    height = rng.uniform(30, 70)
    flat = np.sqrt(1 - ((height - SKULL_MM[1]) / RADII_MM[1] / 1.1) ** 2) * hull
    place = np.stack([np.sin(angle), np.zeros_like(angle), -np.cos(angle)], 1)
    place = SKULL_MM + place * RADII_MM * flat[:, None]
    place[:, 1] = height
    length = rng.uniform(*style.length) + height - SKULL_MM[1]
    length = length * (1 - rng.uniform(0, 0.2) * around**2)
    path = np.empty((POINTS, CURTAIN_COLUMNS, 3), np.float32)
    down = np.tile([0.0, -1.0, 0.0], (CURTAIN_COLUMNS, 1))
    _grow(place, down, length / (POINTS - 1), 1.0, hull, hull + 0.15, path)
    share = np.linspace(0, 1, POINTS)[:, None]
    uv = np.stack([angle * 150 + 0 * share + 600, share * length * 0.9], -1)
    edge = 1.1 - 1.9 * share**4 - 1.2 * np.abs(around) ** 8
    tint = colour * np.exp(0.15 * np.sin(angle * rng.uniform(10, 25)))[:, None]
    return Part(
        vertices_mm=path.reshape(-1, 3),
        triangles=sheet_triangles(POINTS, CURTAIN_COLUMNS),
        kind=Kind.HAIR,
        colour=np.tile(tint * rng.uniform(0.6, 0.95), (POINTS, 1)),
        uv=uv.reshape(-1, 2),
        edge=edge.reshape(-1),
        strength=rng.uniform(0.8, 1.2),
    )


def strip_triangles(count: int) -> Array:
    point, strip = np.divmod(np.arange((POINTS - 1) * count), count)
    a = (point * count + strip) * 2
    b, c, d = a + 1, a + 2 * count, a + 2 * count + 1
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


def _combing(rng: np.random.Generator, way: str, mean_mm: Array) -> Array:
    """(R, 3) where strands of these roots are combed to; need not be tangent."""
    from_crown = mean_mm - CROWN_MM
    from_crown = from_crown / (np.linalg.norm(from_crown, axis=1, keepdims=True) + 1e-6)
    if way == "down":
        side = np.sign(mean_mm[:, [0]] - rng.normal(0, 25)) * np.array([1.0, 0, 0])
        front = np.clip((mean_mm[:, [2]] + 10) / 60, 0, 1) * (mean_mm[:, [1]] > 70)
        return np.asarray(from_crown * (1 - 0.8 * front) + side * front * rng.uniform(0.6, 1.2))
    if way == "back":
        return np.asarray(np.array([0, 0.1, -1.0]) + 0.2 * from_crown * (mean_mm[:, [2]] < 0))
    if way == "side":
        parting = rng.choice([-1, 1]) * rng.uniform(10, 45)
        side = np.where(mean_mm[:, [0]] > parting, 1.0, -1.0) * np.array([1.0, 0, 0])
        high = np.clip((mean_mm[:, [1]] - 60) / 40, 0, 1)
        return np.asarray(
            from_crown * (1 - high) + high * (side + np.array([0, 0, -rng.uniform(-0.3, 0.8)]))
        )
    return from_crown  # forward, as it grows


@numba.njit(cache=True)
def _grow(place, direction, step, fall, hull, ceiling, path):  # type: ignore[no-untyped-def]
    """Into path (P, R, 3): strands that leave `place` (R, 3), fall, and keep out of the body.

    Steps that end within the skull end on it, those above a ceiling below it; lower down a column
    stands for neck and jaw, wider over the shoulders. hull, ceiling  (R,) over the ellipsoid.
    """
    at, way, arm = np.empty(3), np.empty(3), np.empty(3)
    for strand in range(path.shape[1]):
        at[:] = place[strand]
        way[:] = direction[strand]
        shell, high = hull[strand], ceiling[strand]
        for number in range(path.shape[0]):
            path[number, strand] = at
            way[1] -= fall
            way /= np.sqrt((way * way).sum())
            at += way * step[strand]
            arm[:] = (at - SKULL_MM) / RADII_MM
            deep = np.sqrt((arm * arm).sum()) / shell
            if deep < 1:
                at[:] = SKULL_MM + arm / max(deep, 0.3) * RADII_MM
            elif at[1] >= 10:
                at[:] = SKULL_MM + arm * min(1.0, high / shell / deep) * RADII_MM
            if at[1] < 10:
                low = min(max((BODY_Y_MM - at[1]) / 60, 0.0), 1.0)
                room = 66 + 60 * low * shell
                x, z = at[0], at[2] + 15
                away = np.sqrt(x * x + z * z) + 1e-6
                pushed = min(max(1.0, room / away), (room + 34) / away)
                at[0], at[2] = x * pushed, z * pushed - 15


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
