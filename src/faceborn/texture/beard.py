"""Go on with a beard where the photo does not show it: under the jaw and in gaps."""

from __future__ import annotations

import numpy as np

from faceborn.texture.colour import LUMINANCE, blur, resize, smoothstep, spread_into_gaps
from faceborn.texture.complete import Completed
from faceborn.texture.regions import Regions
from faceborn.types import Array

ENOUGH_TEXELS = 60
PLACE = (0.38, 0.72)  # of the mask: from the throat, where a beard thins out, to where it is full
RAGGED = 0.06  # of the mask, per standard deviation of noise
CURL = 0.22  # relative contrast of its hairs
CLEAR = (0.35, 0.8)  # natural log: a beard is that much darker or lighter than skin


def beard_cover(
    skin: Completed, skin_log: Array, hair_like: Array, trust: Array, regions: Regions, noise: Array
) -> tuple[Array, Array]:
    """(S, S) 0..1 beard to be made up, and (3,) its log albedo.

    skin       the tile so far, with the beard that the photo shows
    skin_log   (3,) log albedo of bare skin
    hair_like  (S, S) 0..1 how surely the photo shows hair
    noise      (N, N, 1) any grain, to fray the border
    """
    size = trust.shape[0]
    shown = smoothstep(0.1, 0.4, trust)
    hairy = smoothstep(0.4, 0.8, hair_like)
    chin = regions.chin * shown
    presence = float((hairy * chin).sum() / max(float(chin.sum()), 1.0))
    own = (skin.seen > 0.7) & (hairy > 0.7) & (regions.beard > 0.5) & (regions.lips < 0.2)
    if own.sum() < ENOUGH_TEXELS:
        return np.zeros((size, size), np.float32), skin_log
    tone = np.median(skin.log_albedo[own], 0)
    presence = float(smoothstep(0.35, 0.7, presence))
    presence *= float(smoothstep(*CLEAR, abs(float((tone - skin_log) @ LUMINANCE))))
    # What the jaw's edge shows goes on below it.
    likely = spread_into_gaps(np.ascontiguousarray(hairy[..., None]), shown * regions.covered)
    fray = blur(resize(noise, size).reshape(size, size), 2.0)
    fray = fray / max(float(fray.std()), 1e-6)
    place = smoothstep(*PLACE, regions.beard + RAGGED * fray)
    bare = 1 - np.maximum.reduce([skin.seen + skin.mirrored, smoothstep(0.1, 0.4, regions.lips)])
    smooth = blur(likely[..., 0], size / 26)
    likely = smoothstep(0.3, 0.6, 0.5 * (smooth + smooth[:, ::-1]))
    return np.asarray(presence * place * likely * bare, np.float32), np.asarray(tone, np.float32)


def lay_beard(skin: Completed, cover: Array, tone_log: Array) -> Completed:
    """The tile with the beard made up where it is missing."""
    part = cover[..., None]
    return skin.replace(
        log_albedo=skin.log_albedo * (1 - part) + tone_log * part,
        mirrored=skin.mirrored * (1 - cover),
    )


def curls(noise: Array) -> Array:
    """(N, N, 1) relative detail of a beard, from any grain."""
    return np.asarray(noise * (CURL / max(float(noise.std()), 1e-6)), np.float32)
