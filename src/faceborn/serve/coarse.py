"""The head with fewer triangles, for pictures in motion where there is no graphics card.

Only triangles are made anew: vertices keep their numbers, so positions, normals and texture are
those of the full head, whatever its expression. A machine that draws in software pays for
triangles, hardly for pixels: a quarter of them is a frame in a third of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from faceborn import HeadModel

Array = NDArray[Any]

POSES: tuple[dict[str, float], ...] = (
    {"jawOpen": 1, "eyeBlinkLeft": 1, "eyeBlinkRight": 1, "browInnerUp": 1},
    {"mouthSmileLeft": 1, "mouthSmileRight": 1, "browDownLeft": 1, "browDownRight": 1},
)
SHARE = 0.5  # of the possible collapses per round, the cheapest: later ones see their result
TURNED = 0.25  # cosine between a triangle's normal before and after, below it a fold
UPPER = np.triu_indices(4)
TWICE = np.where(UPPER[0] == UPPER[1], 1.0, 2.0)  # what lies off the diagonal counts twice
PASSES = 4  # of the choice of independent collapses
BORDER_WEIGHT = 3.0  # outlines of lids and lips hold more firmly than plain skin


def coarse_triangles(model: HeadModel, count: int) -> tuple[Array, Array]:
    """About `count` triangles that look like the model's own, at rest and in motion.

    Returns (T, 3) model vertices and (T,) their parts. Vertices that do not matter to the surface
    are moved onto a neighbour, cheapest first. What that costs is the squared distance to the
    planes of the triangles around, at rest and under each of POSES. Seams of the texture keep
    their two sides together.
    Source: Garland and Heckbert 1997, half-edge collapses, in rounds of independent ones.
    """
    poses = [model.mean_mm.astype(np.float64)]
    for weights in POSES:
        moves = [
            w * model.blendshapes_mm[model.expression_names.index(n)] for n, w in weights.items()
        ]
        poses.append(poses[0] + sum(moves))
    corners, part = model.triangles.astype(np.int64), model.triangle_part
    quadrics = [_quadrics(at, model.weld[corners], len(at)) for at in poses]
    while len(corners) > count:
        target, onto = _collapses(model, corners, poses, quadrics, len(corners) - count)
        if not (target >= 0).any():
            break
        moved = np.flatnonzero(target >= 0)
        for quadric in quadrics:
            quadric += _added(quadric[moved], target[moved], len(quadric))
        corners = np.where(onto[corners] >= 0, onto[corners], corners)
        welded = model.weld[corners]
        keep = (welded != np.roll(welded, 1, axis=1)).all(1)
        corners, part = corners[keep], part[keep]
    return corners, part


def _quadrics(at: Array, triangles: Array, vertices: int) -> Array:
    """(V, 10) sums of squared distances to the planes around each vertex, by area."""
    a, b, c = (at[triangles[:, corner]] for corner in range(3))
    normal = np.cross(b - a, c - a)
    area = np.linalg.norm(normal, axis=1)
    unit = normal / np.maximum(area, 1e-12)[:, None]
    plane = np.concatenate([unit, -(unit * a).sum(1, keepdims=True)], axis=1)
    sums = np.zeros((vertices, len(UPPER[0])))
    for corner in range(3):
        sums += _added(area[:, None] * _products(plane), triangles[:, corner], vertices)
    edges, faces = _borders(triangles)
    along = at[edges[:, 1]] - at[edges[:, 0]]
    side = np.cross(along, unit[faces])  # a plane through the border, across the surface
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-12)
    fence = np.concatenate([side, -(side * at[edges[:, 0]]).sum(1, keepdims=True)], axis=1)
    weight = BORDER_WEIGHT * (along**2).sum(1)
    for end in range(2):
        sums += _added(weight[:, None] * _products(fence), edges[:, end], vertices)
    return sums


def _products(rows: Array) -> Array:
    """(N, 10) of (N, 4): what of their outer product is not there twice."""
    products: Array = rows[:, UPPER[0]] * rows[:, UPPER[1]]
    return products


def _added(values: Array, at: Array, size: int) -> Array:
    """(size, 10) sums of the values that have the same place."""
    return np.stack([np.bincount(at, weights=column, minlength=size) for column in values.T], 1)


def _borders(triangles: Array) -> tuple[Array, Array]:
    """Edges of one triangle only, and that triangle."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    keys = np.sort(edges, axis=1) @ [triangles.max() + 1, 1]
    _, inverse, times = np.unique(keys, return_inverse=True, return_counts=True)
    single = times[inverse] == 1
    return edges[single], np.tile(np.arange(len(triangles)), 3)[single]


def _collapses(
    model: HeadModel, corners: Array, poses: list[Array], quadrics: list[Array], surplus: int
) -> tuple[Array, Array]:
    """Which welded vertex moves onto which, and which vertex of a part onto which; -1 for none.

    No two of them touch the same triangle.
    """
    vertices = len(model.weld)
    welded = model.weld[corners]
    pairs = ([0, 1], [1, 2], [2, 0], [1, 0], [2, 1], [0, 2])
    keys = np.unique(np.concatenate([welded[:, pair] @ [vertices, 1] for pair in pairs]))
    edges = np.stack(np.divmod(keys, vertices), axis=1)
    cost = np.zeros(len(edges))
    for at, quadric in zip(poses, quadrics, strict=True):
        point = np.concatenate([at[edges[:, 1]], np.ones((len(edges), 1))], axis=1)
        both = quadric[edges[:, 0]] + quadric[edges[:, 1]]
        cost += (both * (TWICE * _products(point))).sum(1)
    # among equals the shortest: flat places stay evenly covered
    cost += 1e-4 * ((poses[0][edges[:, 0]] - poses[0][edges[:, 1]]) ** 2).sum(1)

    cheapest = edges[np.argsort(cost, kind="stable")]
    froms, first = np.unique(cheapest[:, 0], return_index=True)
    target = np.full(vertices, -1)
    target[froms] = cheapest[first, 1]
    price = np.full(vertices, np.inf)
    price[froms] = np.sort(cost, kind="stable")[first]

    onto = _copies(corners, welded, target)
    bad = _folds(poses[0], welded, target) | _pinches(edges, welded, target)
    torn = onto[corners] < 0
    holds = np.stack([(welded == target[welded[:, [k]]]).any(1) for k in range(3)], axis=1)
    bad[welded[torn & ~holds]] = True

    able = np.flatnonzero((target >= 0) & ~bad)
    able = able[np.argsort(price[able], kind="stable")][: max(16, int(SHARE * len(able)))]
    chosen = _independent(able, edges, vertices)
    chosen[able[np.cumsum(chosen[able]) > surplus // 2 + 1]] = False
    target[~chosen] = -1
    onto[~chosen[model.weld]] = -1
    return target, onto


def _independent(able: Array, edges: Array, vertices: int) -> Array:
    """(V,) some of these, no two of them neighbours of one vertex.

    Each draws a number and is taken if it is the lowest far and wide; then again among the rest.
    """
    chosen = np.zeros(vertices, bool)
    free = np.zeros(vertices, bool)
    free[able] = True
    draw = np.random.default_rng(0)
    for _ in range(PASSES):
        rank = np.full(vertices, np.inf)
        rank[free] = draw.random(int(free.sum()))
        rank[chosen] = -1  # whoever is near is out
        near = _lowest_around(_lowest_around(rank, edges), edges)
        chosen |= free & (near == rank)
        free &= (near >= 0) & ~chosen
    return chosen


def _lowest_around(values: Array, edges: Array) -> Array:
    """(V,) the lowest of a vertex and its neighbours; edges ascend by their first end."""
    starts = np.flatnonzero(np.diff(edges[:, 0], prepend=-1))
    lowest = values.copy()
    around = np.minimum.reduceat(values[edges[:, 1]], starts)
    at = edges[starts, 0]
    lowest[at] = np.minimum(lowest[at], around)
    return lowest


def _copies(corners: Array, welded: Array, target: Array) -> Array:
    """(V,) per vertex, the copy of its target on the same side of the seam; -1 for none."""
    onto = np.full(len(target), -1)
    for here in range(3):
        for there in (1, 2):
            other = (here + there) % 3
            joined = target[welded[:, here]] == welded[:, other]
            onto[corners[joined, here]] = corners[joined, other]
    return onto


def _folds(at: Array, welded: Array, target: Array) -> Array:
    """(V,) whether moving a vertex onto its target turns a triangle over."""
    bad = np.zeros(len(target), bool)
    before = _normals(at, welded)
    for corner in range(3):
        moved = welded.copy()
        moved[:, corner] = target[welded[:, corner]]
        stays = (moved[:, corner] != np.roll(welded, 1, 1)[:, corner]) & (
            moved[:, corner] != np.roll(welded, 2, 1)[:, corner]
        )
        after = _normals(at, moved)
        sizes = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        turned = (before * after).sum(1) < TURNED * sizes + 1e-9
        bad[welded[stays & turned, corner]] = True
    return bad


def _normals(at: Array, triangles: Array) -> Array:
    a, b, c = (at[triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def _pinches(edges: Array, welded: Array, target: Array) -> Array:
    """(V,) whether a move would join sheets: ends have more neighbours than triangles in common."""
    size = len(target)
    known = edges[:, 0] * size + edges[:, 1]  # ascending, as np.unique left them
    wanted = edges[:, 1] * size + target[edges[:, 0]]
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    common = np.bincount(edges[:, 0], weights=known[place] == wanted, minlength=size)
    shared = np.zeros(size)
    on_border = np.zeros(size, bool)
    border, _ = _borders(welded)
    on_border[border] = True
    border_key = np.sort(border, axis=1) @ np.array([size, 1])
    for corner in range(3):
        others = np.roll(welded, 1, 1)[:, corner], np.roll(welded, 2, 1)[:, corner]
        joined = (target[welded[:, corner]] == others[0]) | (target[welded[:, corner]] == others[1])
        shared += np.bincount(welded[joined, corner], minlength=size)
    rows = np.arange(size)
    along = np.isin(np.minimum(rows, target) * size + np.maximum(rows, target), border_key)
    bad: Array = (common != shared) | (on_border & ~along)
    return bad
