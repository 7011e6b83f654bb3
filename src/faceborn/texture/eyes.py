"""Paint the eyes: the photo's iris colour, a limbal ring, a sclera that is alive, not white."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from faceborn.light.srgb import linear_from_srgb, srgb_from_linear
from faceborn.model.parts import IRIS_UV_RADIUS
from faceborn.texture.colour import LUMINANCE, blur, exact_blur, smoothstep
from faceborn.types import Array, Photo

SIZE_PX = 512
SCLERA = np.array([0.50, 0.46, 0.43])  # linear; lids and lashes always shade it
FLESH = np.array([0.42, 0.19, 0.16])  # towards the corners of the eye
PUPIL = 0.33  # of the iris radius, in room light
TYPICAL_IRIS = np.array([0.075, 0.042, 0.024])  # linear, brown
DARKEST_IRIS, BRIGHTEST_IRIS = 0.018, 0.22  # luminance


def read_iris(photo: Photo, iris_px: Array | None, shading: float) -> Array:
    """(3,) linear albedo of the irises.

    iris_px  (2, 3) centre x, y and radius
    shading  of a surface that faces the camera
    """
    if iris_px is None:
        return TYPICAL_IRIS
    samples = []
    for x, y, radius in iris_px:
        if not radius >= 2.5 or not np.isfinite([x, y]).all():
            continue
        x0, y0 = int(x - radius), int(y - radius)
        side = int(2 * radius) + 2
        patch = photo.pixels[max(y0, 0) : y0 + side, max(x0, 0) : x0 + side]
        if patch.size == 0:
            continue
        rows, columns = np.mgrid[: patch.shape[0], : patch.shape[1]]
        dx = (columns + max(x0, 0) + 0.5 - x) / radius
        dy = (rows + max(y0, 0) + 0.5 - y) / radius
        distance = np.hypot(dx, dy)
        # Not the pupil, not the limbal ring, not under the upper lid.
        ring = (distance > 0.42) & (distance < 0.82) & (dy > -0.35)
        if ring.sum() >= 4:
            samples.append(linear_from_srgb(patch[ring]))
    if not samples:
        return TYPICAL_IRIS
    colours = np.concatenate(samples)
    level = colours @ LUMINANCE
    # The highlight and its bloom are in the brighter part, lashes in the darkest.
    low, high = np.quantile(level, [0.15, 0.6])
    colour = np.median(colours[(level >= low) & (level <= high)], 0) / max(shading, 0.2)
    tone = float(colour @ LUMINANCE)
    wanted = float(np.clip(tone, DARKEST_IRIS, BRIGHTEST_IRIS))
    mixed = 0.95 * colour / max(tone, 1e-4) + 0.05 * TYPICAL_IRIS / float(TYPICAL_IRIS @ LUMINANCE)
    return np.asarray(mixed * wanted)


def paint_eyes(iris: Array) -> tuple[Array, Array]:
    """Left and right eye, (S, S, 3) uint8 sRGB, polar; iris is (3,) linear albedo."""
    left = _paint_left(iris)
    return left, np.ascontiguousarray(left[:, ::-1])


def _paint_left(iris: Array) -> Array:
    gain, share, around = _layers()
    disc = np.clip(gain * iris.astype(np.float32), 0.004, 1)
    return srgb_from_linear(disc * share + around)


@lru_cache(maxsize=1)
def _layers() -> tuple[Array, Array, Array]:
    """What is the same in all eyes, float32: how much brighter than the iris's mean its fibres are
    (S, S, 3), the share of the iris (S, S, 1), and the rest, pupil and sclera (S, S, 3) linear.
    """
    radius, fibres, veins, towards_nose = _patterns()
    r = radius / IRIS_UV_RADIUS
    corner = smoothstep(1.6, 3.6, r)[..., None]
    pink = corner * (0.35 + 0.35 * np.clip(towards_nose, 0, 1))[..., None]
    sclera = SCLERA * (1 - pink) + FLESH * pink
    sclera = sclera * (1 - veins[..., None] * corner * np.array([0.15, 0.55, 0.5]))

    spokes = 1 + 0.32 * fibres
    zone = 0.80 + 0.45 * np.exp(-(((r - 0.52) / 0.16) ** 2))  # the collarette is lighter
    limbal = 1 - 0.72 * smoothstep(0.74, 0.99, r)
    warm = np.exp(-(((r - 0.42) / 0.12) ** 2))[..., None] * np.array([0.16, 0.04, -0.05])
    gain = (spokes * zone * limbal)[..., None] * (1 + warm)
    pupil = (1 - smoothstep(PUPIL - 0.04, PUPIL + 0.05, r + 0.015 * fibres))[..., None]
    edge = smoothstep(0.93, 1.08, r)[..., None]
    share = (1 - pupil) * (1 - edge)
    around = 0.003 * pupil * (1 - edge) + sclera * edge
    return gain.astype(np.float32), share.astype(np.float32), around.astype(np.float32)


@lru_cache(maxsize=1)
def _patterns() -> tuple[Array, Array, Array, Array]:
    """Radius in uv, iris fibres around 0, veins 0..1, and 1 to -1 from the nose's side."""
    rows, columns = (np.mgrid[:SIZE_PX, :SIZE_PX] + 0.5) / SIZE_PX - 0.5
    radius = np.hypot(columns, rows).astype(np.float32)
    angle = np.arctan2(rows, columns).astype(np.float32)
    random = np.random.default_rng(11)

    spokes = random.standard_normal((96, 720)).astype(np.float32)
    wrapped = np.concatenate([spokes, spokes, spokes], 1)
    fine = cv2.GaussianBlur(wrapped, (0, 0), sigmaX=1.1, sigmaY=14.0)[:, 720:1440]
    broad = cv2.GaussianBlur(wrapped, (0, 0), sigmaX=5.0, sigmaY=30.0)[:, 720:1440]
    polar = 0.7 * fine / fine.std() + 0.6 * broad / broad.std()
    polar = np.concatenate([polar, polar[:, :1]], 1)
    u = (angle / (2 * np.pi) + 0.5) * 720
    v = np.clip(radius / IRIS_UV_RADIUS, 0, 1.2) / 1.2 * 95
    fibres = cv2.remap(polar, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    noise = random.standard_normal((SIZE_PX, SIZE_PX)).astype(np.float32)
    ridged = blur(noise, 5.0)
    ridged = 1 - np.abs(ridged / ridged.std()) * 4.0
    veins = np.clip(ridged, 0, 1) * smoothstep(0.0, 1.5, exact_blur(noise[::-1], 16.0) * 32)
    return radius, fibres.astype(np.float32), blur(veins, 1.0), (columns / np.maximum(radius, 1e-6))
