"""`faceborn.volume.solid.occupancy`, compiled: training fills millions, and judges by its twin."""

from __future__ import annotations

import numba
import numpy as np

from faceborn.types import Array

MOST_CROSSINGS = 32  # of a ray; what comes after is dropped


def occupancy(
    places: Array, triangles: Array, *, size: int, slices: int, near: float, rays: int
) -> Array:
    """(size, size, slices) float32 0..1: row, column, slice; else as the twin."""
    fine = size * rays
    scaled = np.empty((len(places), 3))
    scaled[:, :2] = places[:, :2] * fine
    scaled[:, 2] = (near - places[:, 2]) * size  # in slices, growing to the back
    counts = np.zeros((fine, fine), np.int32)
    crossings = np.empty((fine, fine, MOST_CROSSINGS), np.float32)
    _cross(scaled, triangles, counts, crossings)
    filled = np.zeros((size, size, slices), np.float32)
    _fill(counts, crossings, rays, filled)
    return filled


@numba.njit(cache=True)
def _side(ax, ay, bx, by, x, y):  # type: ignore[no-untyped-def]
    """On which side of the edge a point lies; exactly opposite when the edge is turned around."""
    if ax < bx or (ax == bx and ay < by):
        return (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    return -((ax - bx) * (y - by) - (ay - by) * (x - bx))


@numba.njit(cache=True)
def _cross(places, triangles, counts, crossings):  # type: ignore[no-untyped-def]
    """Note depth + 1 where a ray enters, -(depth + 1) where it leaves; depth is cut off at 0."""
    size = counts.shape[0]
    for t in range(len(triangles)):
        i, j, k = triangles[t]
        ax, ay, az = places[i, 0], places[i, 1], places[i, 2]
        bx, by, bz = places[j, 0], places[j, 1], places[j, 2]
        cx, cy, cz = places[k, 0], places[k, 1], places[k, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0:
            continue
        x0 = max(int(np.ceil(min(ax, bx, cx) - 0.5)), 0)
        x1 = min(int(np.floor(max(ax, bx, cx) - 0.5)), size - 1)
        y0 = max(int(np.ceil(min(ay, by, cy) - 0.5)), 0)
        y1 = min(int(np.floor(max(ay, by, cy) - 0.5)), size - 1)
        for row in range(y0, y1 + 1):
            y = row + 0.5
            for column in range(x0, x1 + 1):
                x = column + 0.5
                u = _side(bx, by, cx, cy, x, y)
                v = _side(cx, cy, ax, ay, x, y)
                w = _side(ax, ay, bx, by, x, y)
                if area < 0:
                    u, v, w = -u, -v, -w
                if u < 0 or v < 0 or w < 0:
                    continue
                depth = max((u * az + v * bz + w * cz) / (u + v + w), 0.0)
                at = counts[row, column]
                if at == MOST_CROSSINGS:
                    continue
                counts[row, column] = at + 1
                found = crossings[row, column]
                while at > 0 and abs(found[at - 1]) > depth + 1:
                    found[at] = found[at - 1]
                    at -= 1
                # Triangles that face the viewer run against the clock with y up: area < 0.
                found[at] = depth + 1 if area < 0 else -(depth + 1)


@numba.njit(cache=True)
def _fill(counts, crossings, rays, filled):  # type: ignore[no-untyped-def]
    fine, slices = counts.shape[0], filled.shape[2]
    share = np.float32(1.0 / (rays * rays))
    for row in range(fine):
        for column in range(fine):
            into = filled[row // rays, column // rays]
            inside = 0
            entered = np.float32(0.0)
            for at in range(counts[row, column]):
                found = crossings[row, column, at]
                depth = abs(found) - 1
                before = inside
                inside += 1 if found > 0 else -1
                if before <= 0 and inside > 0:
                    entered = depth
                elif before > 0 and inside <= 0:
                    _fill_between(into, min(entered, slices), min(depth, slices), share)


@numba.njit(cache=True)
def _fill_between(column, start, stop, share):  # type: ignore[no-untyped-def]
    first, last = int(start), int(stop)
    if first == last:
        if first < len(column):
            column[first] += (stop - start) * share
        return
    column[first] += (first + 1 - start) * share
    for at in range(first + 1, last):
        column[at] += share
    if last < len(column):
        column[last] += (stop - last) * share
