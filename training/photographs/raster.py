"""Draw triangles into a z buffer, compiled: `faceborn.geometry.raster` is the slow, judging twin.

Screen positions are (x, y) in pixels with z towards the viewer; pixel [row, column] is taken if its
centre lies inside. Triangles are small beside their distance, so barycentrics are those of the
screen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from faceborn.types import Array

FAR = np.float32(-1e9)
OUTSIDE = np.float32(-1e-5)  # barycentric; a little less than 0, so that edges leave no gap
TINY = np.float32(1e-9)
SMALL_PX = np.float32(12.0)  # a larger triangle may show between hidden corners


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buffers:
    """What each pixel of a square picture sees; drawn into by `draw`."""

    z: Array  # (S, S) float32, larger is nearer
    triangle: Array  # (S, S) int32, -1 where there is none
    first: Array  # (S, S) float32, weight of the triangle's first corner
    second: Array  # (S, S) float32


def clear_buffers(size_px: int) -> Buffers:
    return Buffers(
        z=np.full((size_px, size_px), FAR, np.float32),
        triangle=np.full((size_px, size_px), -1, np.int32),
        first=np.zeros((size_px, size_px), np.float32),
        second=np.zeros((size_px, size_px), np.float32),
    )


@numba.njit(cache=True, fastmath=True, inline="always")
def _corners(screen, i, j, k):  # type: ignore[no-untyped-def]
    """Three corners (x, y, z), pixel centres at whole numbers, and twice the signed area."""
    half = np.float32(0.5)
    a = (screen[i, 0] - half, screen[i, 1] - half, screen[i, 2])
    b = (screen[j, 0] - half, screen[j, 1] - half, screen[j, 2])
    c = (screen[k, 0] - half, screen[k, 1] - half, screen[k, 2])
    return a, b, c, (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


@numba.njit(cache=True, fastmath=True, inline="always")
def _span(low, high, size):  # type: ignore[no-untyped-def]
    """First pixel and the one behind the last from `low` to `high`."""
    first = max(int(np.ceil(low)), 0)
    return np.int32(first), np.int32(min(int(np.floor(high)) + 1, size))


@numba.njit(cache=True, fastmath=True, inline="always")
def _slopes(a, b, c, over):  # type: ignore[no-untyped-def]
    """How the second and the third barycentric coordinate grow along x and y.

    over  1 over twice the area
    """
    return (
        ((c[1] - a[1]) * over, (a[0] - c[0]) * over),
        ((a[1] - b[1]) * over, (b[0] - a[0]) * over),
    )


@numba.njit(cache=True, fastmath=True, inline="always")
def _cut(start, slope, low, high):  # type: ignore[no-untyped-def]
    """The part of low..high where start + slope * x is at least OUTSIDE."""
    if slope > TINY:
        low = max(low, (OUTSIDE - start) / slope)
    elif slope < -TINY:
        high = min(high, (OUTSIDE - start) / slope)
    elif start < OUTSIDE:
        high = low - np.float32(1)
    return low, high


@numba.njit(cache=True, fastmath=True, inline="always")
def _row(y, a, b, c, along1, along2, low, high, width):  # type: ignore[no-untyped-def]
    """First pixel of a row inside of the triangle, the one behind its last, and where x is 0.

    The second and third barycentric coordinates are start1 + x * along1[0], start2 + x * along2[0].
    """
    off = np.float32(y) - a[1]
    start1 = off * along1[1] - a[0] * along1[0]
    start2 = off * along2[1] - a[0] * along2[0]
    low, high = _cut(start1, along1[0], low, high)
    low, high = _cut(start2, along2[0], low, high)
    low, high = _cut(np.float32(1) - start1 - start2, -along1[0] - along2[0], low, high)
    first, stop = _span(low, high, width)
    return first, stop, start1, start2


@numba.njit(cache=True, fastmath=True, inline="always")
def _behind(z, a, b, c):  # type: ignore[no-untyped-def]
    """Whether a small triangle has something before each corner; False for others, and off screen.

    Strands behind a head are half of all triangles: three looks instead of a walk over their rows.
    """
    height, width = z.shape
    wide = max(a[0], b[0], c[0]) - min(a[0], b[0], c[0])
    if max(wide, max(a[1], b[1], c[1]) - min(a[1], b[1], c[1])) > SMALL_PX:
        return False
    nearest = max(a[2], b[2], c[2])
    for corner in (a, b, c):
        if corner[0] < 0 or corner[1] < 0:
            return False
        x, y = int(corner[0]), int(corner[1])
        if x >= width or y >= height or z[y, x] <= nearest:
            return False
    return True


@numba.njit(cache=True, fastmath=True)
def draw(screen, triangles, start, stop, z, triangle, first, second, cull):  # type: ignore[no-untyped-def]
    """Draw triangles[start:stop], opaque; with `cull` those that face the viewer alone."""
    height, width = z.shape
    one = np.float32(1.0)
    for t in range(start, stop):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        a, b, c, area = _corners(screen, i, j, k)
        if (cull and area >= 0) or abs(area) < TINY or _behind(z, a, b, c):
            continue
        y0, y1 = _span(min(a[1], b[1], c[1]), max(a[1], b[1], c[1]), height)
        left, right = min(a[0], b[0], c[0]), max(a[0], b[0], c[0])
        along1, along2 = _slopes(a, b, c, one / area)
        for y in range(y0, y1):
            x0, x1, start1, start2 = _row(y, a, b, c, along1, along2, left, right, width)
            for x in range(x0, x1):
                w1 = start1 + np.float32(x) * along1[0]
                w2 = start2 + np.float32(x) * along2[0]
                w0 = one - w1 - w2
                depth = w0 * a[2] + w1 * b[2] + w2 * c[2]
                if depth > z[y, x]:
                    z[y, x] = depth
                    triangle[y, x] = t
                    first[y, x] = w0
                    second[y, x] = w1


@numba.njit(cache=True, fastmath=True)
def draw_cut(  # type: ignore[no-untyped-def]
    screen, triangles, start, stop, z, triangle, first, second, uv, edge, mask, strength
):
    """Draw triangles[start:stop] with holes: a pixel is dropped where edge + strength * mask < 0.

    uv    (V, 2) place in `mask`, which repeats; edge (V,) how sure the surface is there
    mask  (M, M) float32 around 0, M a power of two
    """
    height, width = z.shape
    wrap = mask.shape[0] - 1
    one = np.float32(1.0)
    for t in range(start, stop):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        a, b, c, area = _corners(screen, i, j, k)
        if abs(area) < TINY or _behind(z, a, b, c):
            continue
        y0, y1 = _span(min(a[1], b[1], c[1]), max(a[1], b[1], c[1]), height)
        left, right = min(a[0], b[0], c[0]), max(a[0], b[0], c[0])
        along1, along2 = _slopes(a, b, c, one / area)
        for y in range(y0, y1):
            x0, x1, start1, start2 = _row(y, a, b, c, along1, along2, left, right, width)
            for x in range(x0, x1):
                w1 = start1 + np.float32(x) * along1[0]
                w2 = start2 + np.float32(x) * along2[0]
                w0 = one - w1 - w2
                depth = w0 * a[2] + w1 * b[2] + w2 * c[2]
                if depth <= z[y, x]:
                    continue
                u = int(w0 * uv[i, 0] + w1 * uv[j, 0] + w2 * uv[k, 0]) & wrap
                v = int(w0 * uv[i, 1] + w1 * uv[j, 1] + w2 * uv[k, 1]) & wrap
                sure = w0 * edge[i] + w1 * edge[j] + w2 * edge[k]
                if sure + strength * mask[v, u] < 0:
                    continue
                z[y, x] = depth
                triangle[y, x] = t
                first[y, x] = w0
                second[y, x] = w1


@numba.njit(cache=True, fastmath=True)
def draw_depth(screen, triangles, start, stop, z):  # type: ignore[no-untyped-def]
    """The z buffer alone, both sides; for shadows."""
    height, width = z.shape
    one = np.float32(1.0)
    for t in range(start, stop):
        i, j, k = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        a, b, c, area = _corners(screen, i, j, k)
        if abs(area) < TINY or _behind(z, a, b, c):
            continue
        y0, y1 = _span(min(a[1], b[1], c[1]), max(a[1], b[1], c[1]), height)
        left, right = min(a[0], b[0], c[0]), max(a[0], b[0], c[0])
        along1, along2 = _slopes(a, b, c, one / area)
        for y in range(y0, y1):
            x0, x1, start1, start2 = _row(y, a, b, c, along1, along2, left, right, width)
            depth1, depth2 = b[2] - a[2], c[2] - a[2]
            for x in range(x0, x1):
                w1 = start1 + np.float32(x) * along1[0]
                w2 = start2 + np.float32(x) * along2[0]
                z[y, x] = max(z[y, x], a[2] + w1 * depth1 + w2 * depth2)


@numba.njit(cache=True, fastmath=True)
def vertex_normals(vertices, triangles, start, stop, out):  # type: ignore[no-untyped-def]
    """Add area-weighted normals of triangles[start:stop] to `out`; `unit_rows` scales them."""
    for t in range(start, stop):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux = vertices[b, 0] - vertices[a, 0]
        uy = vertices[b, 1] - vertices[a, 1]
        uz = vertices[b, 2] - vertices[a, 2]
        wx = vertices[c, 0] - vertices[a, 0]
        wy = vertices[c, 1] - vertices[a, 1]
        wz = vertices[c, 2] - vertices[a, 2]
        x, y, z = uy * wz - uz * wy, uz * wx - ux * wz, ux * wy - uy * wx
        for corner in range(3):
            v = triangles[t, corner]
            out[v, 0] += x
            out[v, 1] += y
            out[v, 2] += z


@numba.njit(cache=True, fastmath=True)
def project(place, count, turn, shift, focal, cx, cy, view, screen):  # type: ignore[no-untyped-def]
    """place[:count] in head space to view (x right, y up, z towards the viewer) and screen."""
    for v in range(count):
        a, b, c = place[v, 0], place[v, 1], place[v, 2]
        x = turn[0, 0] * a + turn[0, 1] * b + turn[0, 2] * c + shift[0]
        y = turn[1, 0] * a + turn[1, 1] * b + turn[1, 2] * c + shift[1]
        z = turn[2, 0] * a + turn[2, 1] * b + turn[2, 2] * c + shift[2]
        view[v, 0], view[v, 1], view[v, 2] = x, -y, -z
        over = focal / max(z, np.float32(1))
        screen[v, 0] = x * over + cx
        screen[v, 1] = y * over + cy
        screen[v, 2] = -z


@numba.njit(cache=True, fastmath=True)
def move(rows, count, shift, frame, scale, middle, out):  # type: ignore[no-untyped-def]
    """(rows[:count] - shift) @ frame, its x and y times `scale` plus `middle`."""
    for v in range(count):
        a, b, c = rows[v, 0] - shift[0], rows[v, 1] - shift[1], rows[v, 2] - shift[2]
        out[v, 0] = (a * frame[0, 0] + b * frame[1, 0] + c * frame[2, 0]) * scale + middle
        out[v, 1] = (a * frame[0, 1] + b * frame[1, 1] + c * frame[2, 1]) * scale + middle
        out[v, 2] = a * frame[0, 2] + b * frame[1, 2] + c * frame[2, 2]


@numba.njit(cache=True, fastmath=True)
def unit_rows(rows, start, stop):  # type: ignore[no-untyped-def]
    """Scale rows[start:stop] (V, 3) to length 1."""
    for v in range(start, stop):
        length = np.sqrt(rows[v, 0] ** 2 + rows[v, 1] ** 2 + rows[v, 2] ** 2) + np.float32(1e-12)
        rows[v, 0] /= length
        rows[v, 1] /= length
        rows[v, 2] /= length
