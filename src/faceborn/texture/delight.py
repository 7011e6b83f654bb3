"""Divide the light out, but never more than the picture's range carries.

Second-order harmonics cannot explain a cast shadow or a clipped highlight, and dividing by them
there gives the orange and purple cheeks of the trial. So the photo keeps its detail, and its low
band keeps only so much difference from the prior as skin can have.
"""

from __future__ import annotations

import numpy as np

from faceborn.texture.colour import LUMINANCE, blur
from faceborn.texture.regions import Regions
from faceborn.types import Array

LOW_BAND = 1 / 42  # standard deviation of the low band's blur, of the tile's side
LEVEL_LIMIT = 0.14  # natural log: how far the low band may be brighter or darker than the prior
TONE_LEVEL_LIMIT, TONE_COLOUR_LIMIT = 0.35, 0.25  # the same for the skin as a whole
MIDDLE_BAND = 1 / 110
MIDDLE_LEVEL_LIMIT = 0.16
COLOUR_LIMIT = 0.07


def restrain(log_albedo: Array, prior_log: Array, weight: Array, regions: Regions) -> Array:
    """(S, S, 3) log albedo whose low band stays near the prior's.

    log_albedo  (S, S, 3) photo minus shading
    prior_log   (S, S, 3)
    weight      (S, S) 0..1, where log_albedo is to be believed

    Lips and brows are left as the photo has them.
    """
    skin = weight * (1 - 0.9 * regions.features) + 1e-4
    surprise = log_albedo - prior_log
    broad = _low_band(surprise, skin, LOW_BAND)
    medium = _low_band(surprise - broad, skin, MIDDLE_BAND)
    kept = _limited(broad, LEVEL_LIMIT, COLOUR_LIMIT)
    kept = kept + _limited(medium, MIDDLE_LEVEL_LIMIT, COLOUR_LIMIT)
    # Brows, lids and lips keep their dark and their colour; a highlight on a lip is still light.
    level = (medium @ LUMINANCE)[..., None]
    own = medium - np.maximum(level - MIDDLE_LEVEL_LIMIT * np.tanh(level / MIDDLE_LEVEL_LIMIT), 0)
    free = regions.features[..., None]
    kept = kept * (1 - free) + (_limited(broad, LEVEL_LIMIT, COLOUR_LIMIT) + own) * free
    return np.asarray(log_albedo - broad - medium + kept, np.float32)


def tone_offset(surprise: Array, weight: Array) -> Array:
    """(3,) how this person's skin as a whole differs from the fitted prior, natural log, limited."""
    sure = weight > 0.7
    if sure.sum() < 100:
        return np.zeros(3, np.float32)
    return _limited(np.median(surprise[sure], 0)[None], TONE_LEVEL_LIMIT, TONE_COLOUR_LIMIT)[0]


def _low_band(values: Array, weight: Array, share: float) -> Array:
    """Weighted blur: what is not to be believed does not bleed in."""
    sigma = share * values.shape[0]
    return np.asarray(blur(values * weight[..., None], sigma) / blur(weight, sigma)[..., None])


def _limited(difference: Array, level_limit: float, colour_limit: float) -> Array:
    """Small differences as they are, large ones pressed towards the limits."""
    level = (difference @ LUMINANCE)[..., None]
    colour = difference - level
    strength = np.maximum(np.linalg.norm(colour, axis=2, keepdims=True), 1e-6)
    pressed = colour * (colour_limit * np.tanh(strength / colour_limit) / strength)
    return np.asarray(level_limit * np.tanh(level / level_limit) + pressed)
