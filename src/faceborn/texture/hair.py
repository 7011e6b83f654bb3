"""A close cap of hair where nobody looked, and the photo's own hair where it lies on the skull.

The head has no hair of its own; what the texture can do is to give the scalp the colour and the
hairline of the photo, with a soft edge. Face and scalp tile are treated alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.texture.colour import LUMINANCE, blur, smoothstep
from faceborn.texture.curl import curls_on_tile
from faceborn.texture.growth import grow_on_tile
from faceborn.texture.hair_map import HairMap
from faceborn.texture.hairline import Hairline, find_hairline
from faceborn.texture.regions import Regions, regions_of
from faceborn.texture.strands import LOCK, strands_on_tile
from faceborn.texture.thickness import Thickness, read_thickness
from faceborn.types import Array, HeadModel, Record

THICKEST_MM = 22.0  # farther from the head it may be anything
SURE = 0.75
BRIGHTEST = 0.95  # share of the pixels that tell the tone: not the shine
INNER_PX = 7  # of the map: along the rim of hair it mixes with skin and background
ENOUGH_PX = 60
CLEAR = (0.55, 1.0)  # natural log: how far from skin the hair around a bald top is
STANDS_OFF_MM = (4.0, 6.5)  # or how far it stands off the skull, at either side
REDDEST, YELLOWEST = 0.85, 1.1  # natural log: of red over green, of green over blue
# Natural log: over skin, and in itself, no cropped hair is as bright.
SHINING, AS_WHITE = (0.0, 0.25), (-1.1, -0.8)
DARKEST_LOG = float(np.log(0.011))  # black hair
EDGE_MM, SOFT_EDGE_MM = 6.5, 9.5  # half the width of the hairline in front, and at the nape
# Where hair is clipped: its edge is wider by this share, at the sides so much less of it covers the
# skin; and if it is darker than skin, so many more of its bright pixels are skin and shine.
CROPPED_SOFTER, CROPPED_THINNER, CROPPED_DARKER = 0.4, 0.25, 0.45
EAR_EDGE_MM = 1.5  # the same around the ears
RAGGED_MM, RAGGED_RIM_MM = 0.5, 1.1  # per lock that stands out
# Natural log: what is kept of light and shade, and of the strands, that the photo shows on hair.
OWN_LEVEL, FINE_LEVEL = 0.15, 0.5
COHERENT = (0.82, 0.94)  # share of the visible hair that is sure to be hair
STUBS = 0.09  # relative contrast of cropped hair


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hair(Record):
    """The hair of one person."""

    log_albedo: Array  # (3,)
    line: Hairline
    thickness: Thickness
    curled: float = 0.0  # 0 combed, 1 tight curls or clipped

    @property
    def cropped(self) -> float:
        """0..1: is it clipped short, so that no strands are to be seen?"""
        return self.thickness.cropped(self.line.top)


def read_hair(
    seen: HairMap,
    facing_shade: Array,
    skin_log: Array,
    brows_log: Array,
    *,
    curled: float = 0.0,
) -> Hair:
    """Colour and hairline, from all the hair around the skull that the photo shows.

    facing_shade  (3,) log shading of hair that faces the camera
    skin_log      (3,) log albedo of bare skin
    brows_log     (3,) log albedo of the brows: the tone where no hair is seen
    curled        0..1 as curl.read_curl has it
    """
    line, thickness = find_hairline(seen), read_thickness(seen)
    sure = (seen.hair > SURE) & (seen.away_mm < THICKEST_MM) & (seen.hair_mm > -4.0)
    inner = cv2.erode(sure.astype(np.uint8), np.ones((INNER_PX, INNER_PX), np.uint8)) > 0
    if inner.sum() > ENOUGH_PX:
        sure = inner
    if sure.sum() < ENOUGH_PX:
        return Hair(log_albedo=_natural(brows_log), line=line, thickness=thickness, curled=curled)
    tone = _tone(seen.log_photo[sure], BRIGHTEST) - facing_shade
    cropped = thickness.cropped(1.0)
    if cropped > 0.0 and (tone - skin_log) @ LUMINANCE < 0.0:
        brightest = BRIGHTEST - CROPPED_DARKER * cropped
        tone = _tone(seen.log_photo[sure], brightest) - facing_shade
    # A scalp that shines passes for white stubble.
    shine = cropped * float(smoothstep(*SHINING, float((tone - skin_log) @ LUMINANCE)))
    shine *= float(smoothstep(*AS_WHITE, float(tone @ LUMINANCE)))
    line = line.replace(top=line.top * (1 - shine), sides=line.sides * (1 - shine))
    if line.top < 0.5:
        # The shaded rim of a shaved head is no hair, and stubble is half skin.
        clear = smoothstep(*CLEAR, abs(float((tone - skin_log) @ LUMINANCE)))
        stands = smoothstep(*STANDS_OFF_MM, min(thickness.sides_mm))
        line = line.replace(sides=line.sides * float(np.maximum(clear, stands)))
    return Hair(log_albedo=_natural(tone), line=line, thickness=thickness, curled=curled)


def _tone(log_photo: Array, brightest: float) -> Array:
    """(3,) of (N, 3): what the eye makes of it, without the deepest shade and the shine.

    brightest  share of the pixels that are used, darkest first
    """
    level = log_photo @ LUMINANCE
    low, high = np.quantile(level, [0.05, brightest])
    within = (level >= low) & (level <= high)
    return np.asarray(np.log(np.exp(log_photo[within]).mean(0)), np.float32)


def _natural(tone: Array) -> Array:
    """(3,) the nearest log colour that hair has: black to white by way of brown, red and blond.

    Cropped hair lets skin through, and a photo's tint leaves purple where light was yellow.
    """
    level = float(tone @ LUMINANCE)
    red = np.clip(tone[0] - tone[1], 0.0, REDDEST)
    blue = np.clip(tone[2] - tone[1], -YELLOWEST, 0.0)
    colour = np.array([red, 0.0, blue])
    return np.asarray(colour + max(DARKEST_LOG, level) - colour @ LUMINANCE, np.float32)


def hair_cover(hair: Hair, model: HeadModel, part: str, size_px: int) -> Array:
    """(S, S) 0..1 how much hair covers each texel of `part`; none the ears."""
    growth = grow_on_tile(model, part, size_px)
    above = hair.line.above_mm(growth)
    locks = strands_on_tile(model, part, size_px)[..., 0] / LOCK
    bare_ear = smoothstep(EAR_EDGE_MM, -EAR_EDGE_MM, regions_of(model, part, size_px).in_ear_mm)
    # Ahead the edge is close, at temple and nape it thins out.
    soft = EDGE_MM + (SOFT_EDGE_MM - EDGE_MM) * smoothstep(40.0, 90.0, np.abs(growth.azimuth_deg))
    cropped = hair.cropped
    soft = soft * (1 + CROPPED_SOFTER * cropped)
    thin = hair.line.density(growth, RAGGED_RIM_MM * locks)
    thin = thin * (1 - CROPPED_THINNER * cropped * smoothstep(10.0, -40.0, growth.rim_mm))
    edge = np.clip((above + RAGGED_MM * locks) / soft, -1.0, 1.0) * 0.5 + 0.5
    return np.asarray(edge * edge * (3 - 2 * edge) * thin * bare_ear, np.float32)


def hair_detail(hair: Hair, model: HeadModel, part: str, noise: Array, size_px: int) -> Array:
    """(size, size, 1) relative brightness of made-up hair: strands, curls, or the ends of stubs.

    noise  (size, size[, 1]) any grain
    """
    combed, cropped = 1 - hair.curled, hair.cropped
    strands = strands_on_tile(model, part, size_px)
    if combed < 1.0:
        strands = strands * combed + curls_on_tile(model, part, size_px) * hair.curled
    if cropped < 0.02:
        return strands
    stubs = noise.reshape(size_px, size_px, 1) * (STUBS * cropped / max(float(noise.std()), 1e-6))
    return np.asarray(stubs + strands * (1 - cropped), np.float32)


def hair_layer(
    hair: Hair, log_hair: Array, hair_like: Array, trust: Array, cover: Array, regions: Regions
) -> tuple[Array, Array]:
    """(S, S, 3) log colour of hair everywhere, and (S, S) the share of the photo in it.

    log_hair   (S, S, 3) photo minus the shading of hair that faces the camera
    hair_like  (S, S) 0..1 how surely the photo shows hair
    trust      (S, S) 0..1 how well the camera sees the texel
    """
    shown = trust * smoothstep(0.4, 0.8, hair_like)
    size = cover.shape[0]
    own = shown * smoothstep(0.3, 0.8, cover) * (regions.ears < 0.5)
    own = own * _coherence(shown, trust, cover)
    own = np.asarray(blur(own, size / 200) * own, np.float32)
    weight = own + 1e-4
    low = blur(log_hair * weight[..., None], size / 40) / blur(weight, size / 40)[..., None]
    low = np.asarray(low, np.float32)
    # Keep the strands, not the light: shine and shade of hair belong to the photo's lamp.
    usual = (low * weight[..., None]).sum((0, 1)) / weight.sum()
    there = np.flatnonzero(own > 0)
    low, high = low.reshape(-1, 3)[there], log_hair.reshape(-1, 3)[there]
    kept = OWN_LEVEL * np.tanh((low - usual) / OWN_LEVEL)
    fine = FINE_LEVEL * np.tanh((high - low) / FINE_LEVEL)
    layer = np.empty(log_hair.shape, np.float32)
    layer[:] = hair.log_albedo
    layer.reshape(-1, 3)[there] += (fine + kept) * own.ravel()[there, None]
    return layer, own


def _coherence(shown: Array, trust: Array, cover: Array) -> float:
    """0..1: does the photo show hair wherever it could? A patchwork of its locks and of strands
    that are made up, which run another way, is worse than these alone.
    """
    could = (trust > 0.4) & (cover > 0.7)
    if could.sum() < ENOUGH_PX:
        return 1.0
    return float(smoothstep(*COHERENT, float((shown > 0.5 * trust)[could].mean())))
