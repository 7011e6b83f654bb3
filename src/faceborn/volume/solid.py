"""The head as a solid: which part of each small cube of a square cut-out lies inside of it.

Rays run through the picture from the viewer to the back; where one enters and leaves the head's
skin is found triangle by triangle, and what lies between is filled. That is exact along the ray,
and no cube is ever tested alone. The mouth is closed from lip to lip, as in Jackson et al. 2017;
eyeballs fill the eyes.
"""

from __future__ import annotations

import numpy as np

from faceborn.types import Array, HeadModel

SKIN = ("face", "scalp", "sockets")
INNER = ("eye_left", "eye_right")  # closed surfaces of their own


def closed_triangles(model: HeadModel) -> Array:
    """(T, 3) int32 the skin with what fills it, each hole (mouth, shoulders) closed by a fan.

    A fan's middle is one of its own corners, so no vertex is added.
    """
    parts = [model.part_names.index(name) for name in (*SKIN, *INNER)]
    triangles = model.weld[model.triangles[np.isin(model.triangle_part, parts)]]
    distinct = (triangles != np.roll(triangles, 1, 1)).all(1)
    triangles = triangles[distinct].astype(np.int32)
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    count = len(model.mean_mm)
    there, back = edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0]
    following = dict(edges[~np.isin(back, there)].tolist())
    fans = []
    while following:
        first, second = following.popitem()
        last, at = second, following.pop(second, first)
        while at != first:
            fans.append((first, at, last))
            last, at = at, following.pop(at)
    return np.concatenate([triangles, np.array(fans, np.int32).reshape(-1, 3)])


def occupancy(
    places: Array, triangles: Array, *, size: int, slices: int, near: float, rays: int = 1
) -> Array:
    """(slices, size, size) float32 0..1: the share of each cube that is inside.

    places     (V, 3) in sides of the square: x right, y down from its upper left corner, z towards
               the viewer; slice 0 is nearest to the viewer and begins at z = `near`, a slice is as
               thick as a cube is wide
    triangles  (T, 3) closed; those that face the viewer run against the clock as the picture shows
    rays       to a side of a cube: its share is the mean over rays * rays of them
    """
    fine = size * rays
    ray, depth, entering = _cross(places, triangles, fine, near, size)
    order = np.lexsort((depth, ray))
    ray, depth, entering = ray[order], depth[order], entering[order]
    step = np.where(entering, 1, -1)
    inside = np.cumsum(step)
    first = np.flatnonzero(np.diff(ray, prepend=-1))
    inside -= np.repeat(inside[first] - step[first], np.diff(first, append=len(ray)))
    enters, leaves = entering & (inside == 1), ~entering & (inside == 0)
    # A ray that leaves more often than it enters, or less, would have met a hole: there is none.
    row, column = np.divmod(ray, fine)
    cube = (row // rays) * size + column // rays
    change = np.zeros((slices + 2) * size * size, np.float32)
    for some, sign in ((enters, 1.0), (leaves, -1.0)):
        place = np.minimum(depth[some], slices)
        slice_ = place.astype(int)
        part = place - slice_
        at = slice_ * size * size + cube[some]
        change += np.bincount(at, sign * (1 - part), len(change)).astype(np.float32)
        change += np.bincount(at + size * size, sign * part, len(change)).astype(np.float32)
    filled = np.cumsum(change.reshape(slices + 2, size, size), 0)[:slices]
    return np.clip(filled / (rays * rays), 0, 1)


def _cross(
    places: Array, triangles: Array, fine: int, near: float, size: int
) -> tuple[Array, Array, Array]:
    """Rays (N,) that meet a triangle, depths (N,) in slices, and whether they enter (N,)."""
    corners = places[triangles].astype(np.float64)
    xy = corners[..., :2] * fine - 0.5  # rays at whole numbers
    low = np.maximum(np.ceil(xy.min(1)).astype(int), 0)
    high = np.minimum(np.floor(xy.max(1)).astype(int), fine - 1)
    spans = high - low + 1
    met = np.flatnonzero((spans > 0).all(1))
    spans = spans[met]
    counts = spans.prod(1)
    which = np.repeat(met, counts)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = np.repeat(spans[:, 0], counts)
    x = low[which, 0] + number % wide
    y = low[which, 1] + number // wide
    a, b, c = (xy[which, corner] for corner in range(3))
    u, v, w = _side(b, c, x, y), _side(c, a, x, y), _side(a, b, x, y)
    # Seen with y down, against the clock is negative.
    front = (u <= 0) & (v <= 0) & (w <= 0)
    hit = (front | ((u >= 0) & (v >= 0) & (w >= 0))) & (u + v + w != 0)
    u, v, w, which = u[hit], v[hit], w[hit], which[hit]
    z = corners[which, :, 2]
    z = (u * z[:, 0] + v * z[:, 1] + w * z[:, 2]) / (u + v + w)
    return y[hit] * fine + x[hit], np.maximum((near - z) * size, 0.0), front[hit]


def _side(a: Array, b: Array, x: Array, y: Array) -> Array:
    """On which side of edges a-b points lie; exactly opposite when an edge is turned around."""
    turned = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    p, q = np.where(turned[:, None], b, a), np.where(turned[:, None], a, b)
    area = (q[:, 0] - p[:, 0]) * (y - p[:, 1]) - (q[:, 1] - p[:, 1]) * (x - p[:, 0])
    return np.where(turned, -area, area)
