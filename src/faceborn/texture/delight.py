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
MIDDLE_BAND = 1 / 110
# Natural log: how far skin's low and middle band may vary around the prior.
LOW_LEVEL, MIDDLE_LEVEL, FINE_LEVEL = 0.12, 0.11, 0.14
LOW_COLOUR, MIDDLE_COLOUR, FINE_COLOUR = 0.06, 0.03, 0.06
TONE_LEVEL, TONE_COLOUR = 0.3, 0.10  # the same for the skin as a whole
AT_THE_EDGE = 0.3  # of these, where the camera sees the skin at a grazing angle


def tone_offset(surprise: Array, weight: Array) -> Array:
    """(3,) how this person's skin as a whole differs from the fitted prior, natural log, limited.

    surprise  (S, S, 3) log albedo of the photo minus that of the prior
    weight    (S, S) 0..1, trust in each texel as bare skin
    """
    sure = weight > 0.7
    if sure.sum() < 100:
        return np.zeros(3, np.float32)
    level, colour = _split(np.median(surprise[sure], 0))
    size = max(float(np.linalg.norm(colour)), 1e-6)
    pressed = colour * (TONE_COLOUR * np.tanh(size / TONE_COLOUR) / size)
    return np.asarray(TONE_LEVEL * np.tanh(level / TONE_LEVEL) + pressed, np.float32)


def restrain(
    log_albedo: Array,
    prior_log: Array,
    weight: Array,
    trust: Array,
    beard: Array,
    regions: Regions,
    *,
    detail_share: float = 1.0,
) -> Array:
    """(S, S, 3) log albedo whose low and middle bands stay near the prior's.

    log_albedo  (S, S, 3) photo minus shading
    prior_log   (S, S, 3)
    weight      (S, S) 0..1, where log_albedo is to be believed
    trust       (S, S) 0..1, how well the camera sees the texel
    beard       (S, S) 0..1, where a beard is
    detail_share  of the limits of middle and fine band: less for small, noisy faces

    The bands are turned down by their own strength around each texel, not cut: a cut leaves
    patches. Lips, lids, brows and beard keep their colour and their dark.
    """
    skin = weight * (1 - 0.9 * regions.features) + 1e-4
    surprise = log_albedo - prior_log
    edge = AT_THE_EDGE + (1 - AT_THE_EDGE) * blur(trust, trust.shape[0] / 60)[..., None]
    low = _low_band(surprise, skin, LOW_BAND)
    middle = _low_band(surprise - low, skin, MIDDLE_BAND)
    kept_low = _turned_down(low, skin, LOW_LEVEL, LOW_COLOUR, LOW_BAND) * edge
    kept_middle = _turned_down(
        middle, skin, detail_share * MIDDLE_LEVEL, MIDDLE_COLOUR, 2 * MIDDLE_BAND
    )
    # A highlight on a lip is light, not colour.
    level, colour = _split(middle)
    own = colour + np.where(level > 0, MIDDLE_LEVEL * np.tanh(level / MIDDLE_LEVEL), level)
    low_level, low_colour = _split(low)
    own_low = low_colour + np.minimum(low_level, TONE_LEVEL)
    hairy = blur(beard, trust.shape[0] / 170)[..., None]
    # A beard is dark, but its hue under a coloured shade is not to be trusted.
    bearded_low = kept_low + np.minimum(low_level, 0) - _split(kept_low)[0]
    marked = regions.features[..., None]
    free = np.maximum(marked, hairy)
    skin_low = kept_low * (1 - hairy) + bearded_low * hairy
    kept = skin_low * (1 - marked) + own_low * marked + kept_middle * (1 - free) + own * free
    fine = surprise - low - middle
    quiet = _turned_down(fine, skin, detail_share * FINE_LEVEL, FINE_COLOUR, 2 * MIDDLE_BAND) * edge
    # Wet lips and lids glint, in white: level and hue go down together.
    level = np.maximum(_split(fine)[0], 1e-6)
    matt = fine * (FINE_LEVEL * np.tanh(level / FINE_LEVEL) / level)
    fine = quiet * (1 - free) + (fine * hairy + matt * (1 - hairy)) * free
    return np.asarray(prior_log + fine + kept, np.float32)


def _split(difference: Array) -> tuple[Array, Array]:
    """Brightness (..., 1) and what is left (..., 3) of a difference of log colours."""
    level = (difference @ LUMINANCE)[..., None]
    return level, difference - level


def _low_band(values: Array, weight: Array, share: float) -> Array:
    """Weighted blur: what is not to be believed does not bleed in."""
    sigma = share * values.shape[0]
    return np.asarray(blur(values * weight[..., None], sigma) / blur(weight, sigma)[..., None])


def _turned_down(
    band: Array, weight: Array, level_limit: float, colour_limit: float, share: float
) -> Array:
    """A band times limit / sqrt(limit^2 + its local mean square)."""
    level, colour = _split(band)
    energy = np.concatenate([level**2, (colour**2).sum(2, keepdims=True)], 2)
    local = _low_band(energy, weight, share)
    level = level * (level_limit / np.sqrt(level_limit**2 + local[..., :1]))
    return np.asarray(level + colour * (colour_limit / np.sqrt(colour_limit**2 + local[..., 1:])))
