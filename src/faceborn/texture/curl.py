"""Is the hair combed, or does it stand every way? What it shows in the photo, and how it is drawn.

Combed hair shows lines: its gradients point one way over several millimetres. Those of tight curls
and of clipped hair point every way.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from faceborn.light.srgb import linear_from_srgb
from faceborn.texture.atlas import to_texels
from faceborn.texture.colour import LUMINANCE, exact_blur, log_linear, resize
from faceborn.texture.hair_map import HairMap
from faceborn.types import Array, Camera, HeadModel, Photo

FINER = 2  # pixels of the reading per pixel of the map: half a millimetre
COARSEST_PX = 0.8  # photo pixels per millimetre: fewer show neither lines nor curls
WAVE_MM, LINE_MM, AROUND_MM = 4.0, 0.5, 3.0  # of what is no detail; of the gradients; of their mean
SURE, INSIDE_MM, THICKEST_MM = 0.75, 6.0, 15.0  # the hair that is read
RIM_PX = 9  # of the map: along the outline every gradient points outwards
ENOUGH_PX = 700
# Coherence of the gradients, by 60 fellows and training people: straight hair has .51 to .84, waves
# .39 to .47, tight curls and clipped hair .18 to .33.
CURLED, COMBED = 0.32, 0.44
CURL_MM = 1.1  # spacing of the random values that curls are drawn from
CURL_CONTRAST = 0.16  # relative, standard deviation
CLUSTER = 2.6  # times as wide, and half as strong: curls stand in clusters
VOLUME = 64  # values along an edge of the random block, which repeats
PLACE_SIZE_PX = 512  # places on the head are smooth
LARGEST_KEPT_PX = 2048


def read_curl(photo: Photo, camera: Camera, seen: HairMap) -> float:
    """0..1: 0 combed or not to be told, 1 curled or clipped.

    camera  took the photo

    Source: the structure tensor's coherence (Bigun and Granlund 1987), weighted by its energy.
    """
    step_px = camera.focal_px / seen.camera.focal_px
    hair = (seen.hair > SURE) & (seen.hair_mm > INSIDE_MM) & (seen.away_mm < THICKEST_MM)
    hair &= (seen.ears < 0.3) & seen.inside
    sure = cv2.erode(hair.astype(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8))
    if step_px < COARSEST_PX or sure.sum() < ENOUGH_PX:
        return 0.0
    level = _level(photo, camera, seen.camera, step_px / FINER)
    fine = level - exact_blur(level, WAVE_MM * FINER)
    fine = exact_blur(fine, LINE_MM * FINER)
    across, down = cv2.Sobel(fine, cv2.CV_32F, 1, 0), cv2.Sobel(fine, cv2.CV_32F, 0, 1)
    xx, yy, xy = (
        exact_blur(product, AROUND_MM * FINER) for product in (across**2, down**2, across * down)
    )
    there = cv2.resize(sure, level.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    one_way = np.sqrt((xx - yy) ** 2 + 4 * xy**2)[there].sum()
    coherence = float(one_way / max(float((xx + yy)[there].sum()), 1e-9))
    return float(np.clip((COMBED - coherence) / (COMBED - CURLED), 0.0, 1.0))


def _level(photo: Photo, camera: Camera, small: Camera, step_px: float) -> Array:
    """(H, W) log luminance of the photo every `step_px` pixels, where the map `small` looks."""
    width, height = (side * FINER for side in small.size_px)
    first = [
        camera.center_px[k] - small.center_px[k] * FINER * step_px + 0.5 * step_px - 0.5
        for k in (0, 1)
    ]
    way = np.array([[step_px, 0, first[0]], [0, step_px, first[1]]], np.float64)
    x0, y0 = (max(0, int(v) - 2) for v in first)
    x1, y1 = (int(v + n * step_px) + 3 for v, n in zip(first, (width, height), strict=True))
    pixels = np.ascontiguousarray(photo.pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])
    way[:, 2] -= (x0, y0)
    if step_px > 1:
        pixels = exact_blur(pixels, 0.45 * step_px)
    picture = cv2.warpAffine(
        pixels,
        way,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(log_linear(linear_from_srgb(picture)) @ LUMINANCE, np.float32)


def curls_on_tile(model: HeadModel, part: str, size_px: int) -> Array:
    """(size, size, 1) relative brightness of curls, the same across the borders of tiles."""
    make = _kept_curls if size_px <= LARGEST_KEPT_PX else _make_curls
    return make(model, part, size_px)


def _make_curls(model: HeadModel, part: str, size_px: int) -> Array:
    place_size = min(size_px, PLACE_SIZE_PX)
    place = to_texels(model, part, place_size, model.mean_mm.astype(np.float32), beyond=True)
    place = resize(place, size_px).reshape(-1, 3) / CURL_MM
    random = np.random.default_rng(5).standard_normal((VOLUME,) * 3).astype(np.float32)
    value = np.empty(len(place), np.float32)
    for start in range(0, len(place), size_px * 64):
        rows = slice(start, start + size_px * 64)
        value[rows] = _in_block(random, place[rows])
        value[rows] += 0.5 * _in_block(random, place[rows] / CLUSTER + 17.3)
    value *= CURL_CONTRAST / float(value.std())
    detail = value.reshape(size_px, size_px, 1)
    detail.flags.writeable = False
    return detail


_kept_curls = lru_cache(maxsize=4)(_make_curls)


def _in_block(random: Array, place: Array) -> Array:
    """(N,) trilinear values of a block (V, V, V) that repeats, at (N, 3)."""
    cell = np.floor(place).astype(np.int32)
    share = place - cell
    value = np.zeros(len(place), np.float32)
    for corner in np.ndindex(2, 2, 2):
        index = (cell + corner) % VOLUME
        weight = np.where(corner, share, 1 - share).prod(1)
        value += weight * random[index[:, 0], index[:, 1], index[:, 2]]
    return value
