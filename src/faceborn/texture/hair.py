"""A close cap of hair where nobody looked, and the photo's own hair where it lies on the skull.

The head has no hair of its own; what the texture can do is to give the scalp the colour and the
hairline of the photo, with a soft edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from faceborn.texture.colour import LUMINANCE, blur, resize, smoothstep
from faceborn.texture.complete import lay_over
from faceborn.texture.regions import Regions
from faceborn.types import Array, Record

DARKER, BRIGHTER, COLOURED = 0.55, 0.60, 0.32  # natural log: how far from skin hair begins
ROUGHER = 3.0  # times as rough as bare skin
LOWEST_MM = 16.0  # hair lower than this below a typical hairline is a fringe, not growing there
CLEAR_STEP = 0.8  # natural log, over the three channels: hair and skin differ clearly
LARGEST_SHINE = 0.012  # of the tile
ENOUGH_TEXELS = 150
BALD, HAIRY = 0.25, 0.5  # share of the seen scalp that is hair
STRAND_CONTRAST = 0.16  # natural log


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hair(Record):
    """The hair of one person."""

    log_albedo: Array  # (3,)
    presence: float  # 0 bald .. 1
    like: Array  # (S, S) 0..1 of the face tile: the photo shows hair here
    seen: Array  # (S, S) 0..1: the photo shows the scalp here at all


def read_hair(
    log_hair: Array, surprise: Array, roughness: Array, trust: Array, regions: Regions
) -> Hair:
    """Hair colour and where the photo shows hair, from the face tile.

    log_hair    (S, S, 3) photo minus the shading of a surface that faces the camera: strands
                stand every way, the skull's normals say nothing of their light
    surprise    (S, S, 3) photo minus shading minus the prior of skin
    roughness   (S, S) fine contrast over that of bare skin
    trust       (S, S)
    """
    size = trust.shape[0]
    soft = blur(surprise, size / 300)
    level = soft @ LUMINANCE
    colour = np.linalg.norm(soft - level[..., None], axis=2)
    # White hair is rough, a bald head in the sun is not.
    white = level / BRIGHTER * smoothstep(1.0, 2.0, roughness)
    far = np.maximum.reduce([-level / DARKER, white, colour / COLOURED, roughness / ROUGHER])
    like = smoothstep(0.8, 1.2, far) * _hair_coloured(blur(log_hair, size / 300))
    # Hair is one sheet: no islands of skin in it, no islands of hair on skin.
    sheet = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size // 24, size // 24))
    crumb = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size // 40, size // 40))
    like = cv2.morphologyEx(cv2.morphologyEx(like, cv2.MORPH_CLOSE, sheet), cv2.MORPH_OPEN, crumb)
    seen = smoothstep(0.1, 0.4, trust) * regions.covered
    scalp = seen * smoothstep(2.0, 10.0, regions.hair_mm) * (regions.hair_mm < 45)
    on_scalp = scalp > 0.5
    if on_scalp.sum() < ENOUGH_TEXELS:
        brows = (regions.brows > 0.7) & (trust > 0.3)
        tone = _tone(log_hair[brows]) if brows.sum() > 30 else np.log([0.05, 0.035, 0.025])
        return Hair(log_albedo=tone, presence=1.0, like=like, seen=seen)
    share = float((like * scalp).sum() / scalp.sum())
    presence = float(smoothstep(BALD, HAIRY, share))
    hairy = on_scalp & (like > 0.7)
    if hairy.sum() < 30:
        return Hair(log_albedo=_tone(log_hair[on_scalp]), presence=presence, like=like, seen=seen)
    # Now that the hair is known: skin in the shade is darker too, but not half as much.
    step = np.median(surprise[hairy], 0)
    towards = soft @ step / max(float(step @ step), 1e-6)
    if float(step @ step) > CLEAR_STEP**2:
        like = like * np.maximum(smoothstep(0.4, 0.65, towards), roughness > 2 * ROUGHER)
    like = _without_shine(like, seen, regions)
    # Half of the strip along the hairline is hair over skin: its tone is that of the other half.
    pure = hairy & (towards > np.median(towards[hairy]))
    return Hair(log_albedo=_tone(log_hair[pure]), presence=presence, like=like, seen=seen)


def _without_shine(like: Array, seen: Array, regions: Regions) -> Array:
    """Close small gaps on top of the head: shine, not skin."""
    gap = ((like < 0.5) & (seen > 0.3) & (regions.hair_mm > 6)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gap)
    small = stats[:, cv2.CC_STAT_AREA] < LARGEST_SHINE * gap.size
    small[0] = False
    return np.where(small[labels], 1.0, like).astype(np.float32)


def _hair_coloured(log_albedo: Array) -> Array:
    """(S, S) 0..1: hair is never bluer or greener than grey, nor white as a wall; sky is."""
    red, green, blue = log_albedo[..., 0], log_albedo[..., 1], log_albedo[..., 2]
    cold = np.maximum(blue - red, 1.5 * (green - red))
    dark = smoothstep(-3.0, -3.6, log_albedo @ LUMINANCE)  # black has no hue to speak of
    natural = np.maximum(smoothstep(0.28, 0.12, cold), dark)
    return np.asarray(natural * smoothstep(-0.45, -0.7, log_albedo @ LUMINANCE))


def _tone(log_albedo: Array) -> Array:
    """(3,) of (N, 3): without the brightest fifth: skin and shine get between the strands."""
    level = log_albedo @ LUMINANCE
    return np.asarray(np.median(log_albedo[level <= np.quantile(level, 0.8)], 0), np.float32)


def hair_cover(hair: Hair, regions: Regions, *, mirrored: bool) -> Array:
    """(S, S) 0..1 how much hair covers each texel.

    With `mirrored` (the face tile) the photo decides where it shows the scalp or its other side;
    without, the typical hairline does.
    """
    size = regions.covered.shape[0]
    ragged = 1.0 * _noise(size, 2.0) + 0.25 * strands(size)[..., 0] / STRAND_CONTRAST
    cover = smoothstep(-7.0, 7.0, regions.hair_mm + ragged) * np.float32(hair.presence)
    if not mirrored:
        return np.asarray(cover)
    # A hairline is smooth at this scale; what is torn in the photo is locks and light.
    whole = blur(hair.like, size / 55) + 0.06 * ragged
    own = smoothstep(0.38, 0.62, whole) * np.float32(hair.presence)
    own = own * smoothstep(-LOWEST_MM, 4 - LOWEST_MM / 2, regions.hair_mm)
    # Ears seldom lie where the model has them: around them the typical hairline is safer.
    own_place = 1 - smoothstep(0.02, 0.4, regions.ears)
    # Where the photo shows hair at the silhouette only, the cap decides.
    for shown, seen in (
        (np.ascontiguousarray(own[:, ::-1]), np.ascontiguousarray(hair.seen[:, ::-1]) * 0.85),
        (own, hair.seen),
    ):
        firm = blur(seen, size / 120) * seen * own_place
        cover = cover * (1 - firm) + shown * firm
    return np.asarray(cover)


def hair_layer(
    hair: Hair, log_hair: Array, trust: Array, cover: Array, regions: Regions
) -> tuple[Array, Array]:
    """(S, S, 3) log colour of hair everywhere, and (S, S) the share of the photo in it."""
    size = trust.shape[0]
    cap = hair.log_albedo + strands(size)
    own = (
        trust
        * hair.like
        * (regions.hair_mm > -LOWEST_MM)
        * (regions.ears < 0.5)
        * smoothstep(0.2, 0.6, cover)
    )
    # Keep the strands, not the light: shine and shade of hair belong to the photo's lamp.
    low = blur(log_hair * own[..., None], size / 40) / (blur(own, size / 40)[..., None] + 1e-3)
    shown = log_hair - low + hair.log_albedo + 0.35 * np.tanh((low - hair.log_albedo) / 0.35)
    return lay_over(cap, shown.astype(np.float32), own, regions.covered), own


@lru_cache(maxsize=4)
def strands(size_px: int) -> Array:
    """(S, S, 1) natural-log contrast of short hair combed along v."""
    noise = np.random.default_rng(7).standard_normal((256, 2048)).astype(np.float32)
    long = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.7, sigmaY=9.0)
    wide = cv2.GaussianBlur(noise[::-1], (0, 0), sigmaX=4.0, sigmaY=14.0)
    mixed = 0.9 * long / long.std() + 0.3 * wide / wide.std()
    way = cv2.INTER_AREA if size_px < 2048 else cv2.INTER_LINEAR
    fitted = cv2.resize(mixed, (size_px, max(256, size_px // 2)), interpolation=way)
    tile = cv2.resize(fitted, (size_px, size_px), interpolation=cv2.INTER_LINEAR)
    return np.asarray(STRAND_CONTRAST * tile[..., None], np.float32)


@lru_cache(maxsize=4)
def _noise(size_px: int, scale: float) -> Array:
    noise = np.random.default_rng(3).standard_normal((256, 256)).astype(np.float32)
    smooth = blur(noise, scale)
    return resize(smooth / smooth.std(), size_px)
