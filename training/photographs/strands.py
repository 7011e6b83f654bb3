"""What hair is made of: ribbons that leave their roots along the combing and fall around the body.

A mask of strands cuts a ribbon so that it thins out towards its end; behind long hair hangs a
sheet.
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


def ribbons(
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
    single = np.float32  # a third of the time of doubles
    place = (cap[roots] + rng.normal(0, 2.0, (count, 3))).astype(single)
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
    phase = rng.uniform(0, 6.3, (count, 1)).astype(single)
    turns = rng.uniform(0.5, 1.4)
    hull = rng.uniform(0, 1.5, (count, 1)) ** 2 * 0.02
    # Hair lies on hair: what stands off the skull by more than this falls back on it.
    ceiling = (
        1.07 + hull + rng.uniform(0.1, 0.5) * lift + 0.1 * np.clip((z[:, None] - 20) / 60, 0, 1)
    )
    path = np.empty((POINTS, count, 3), np.float32)
    _grow(place, direction, step[:, 0], fall * 0.35, 1.02 + hull[:, 0], ceiling[:, 0], path)
    side = cross(path[-1] - path[0], out)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-6
    if curl > 0.5:
        along = np.arange(POINTS, dtype=single)[:, None, None] * single(turns) + phase
        grown = (np.minimum(np.arange(POINTS) / 2, 1) * curl).astype(single)[:, None, None]
        path += grown * (np.sin(along) * side + np.cos(along) * out)
    width = (rng.uniform(*style.width) * rng.uniform(0.6, 1.2, (count, 1))).astype(single)
    share = np.linspace(0, 1, POINTS, dtype=single)
    half = (0.5 * width)[None] * (1 - 0.55 * share**2)[:, None, None] * side
    vertices = np.empty((POINTS, count, 2, 3), single)
    vertices[:, :, 0], vertices[:, :, 1] = path - half, path + half
    uv = np.empty((POINTS, count, 2, 2), single)
    uv[..., 0] = rng.integers(0, 256, count)[:, None] + np.array([0.0, 3.0], single) * width
    uv[..., 1] = (rng.integers(0, 256, count) + share[:, None] * length * 1.1)[..., None]
    edge = np.broadcast_to((0.55 - 1.35 * share**1.5)[:, None, None], (POINTS, count, 2))
    shade = np.exp(rng.normal(0, 0.16, (count, 1))).astype(single)
    bright = np.linspace(0.75, 1.1, POINTS, dtype=single)[:, None, None]
    tint = colour.astype(single) * shade * bright
    return Part(
        vertices_mm=vertices.reshape(-1, 3),
        triangles=strip_triangles(count),
        kind=Kind.HAIR,
        colour=np.repeat(tint, 2, 1).reshape(-1, 3),
        uv=uv.reshape(-1, 2),
        edge=edge.reshape(-1),
        strength=1.0,
    )


def cross(one: Array, other: Array) -> Array:
    """(N, 3) cross products; np.cross takes three times as long for as few as these."""
    x, y, z = one.T
    a, b, c = other.T
    return np.stack([y * c - z * b, z * a - x * c, x * b - y * a], 1)


def curtain(rng: np.random.Generator, style: Style, colour: Array) -> Part:
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
