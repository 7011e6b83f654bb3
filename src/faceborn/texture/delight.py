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
COLOUR_LIMIT = 0.07


def restrain(log_albedo: Array, prior_log: Array, weight: Array, regions: Regions) -> Array:
    """(S, S, 3) log albedo whose low band stays near the prior's.

    log_albedo  (S, S, 3) photo minus shading
    prior_log   (S, S, 3)
    weight      (S, S) 0..1, where log_albedo is to be believed

    Lips and brows are left as the photo has them.
    """
    sigma = LOW_BAND * log_albedo.shape[0]
    skin = weight * (1 - 0.9 * regions.features) + 1e-4
    low = blur((log_albedo - prior_log) * skin[..., None], sigma) / blur(skin, sigma)[..., None]
    level = (low @ LUMINANCE)[..., None]
    colour = low - level
    strength = np.linalg.norm(colour, axis=2, keepdims=True)
    kept = LEVEL_LIMIT * np.tanh(level / LEVEL_LIMIT)
    kept = kept + colour * COLOUR_LIMIT * np.tanh(strength / COLOUR_LIMIT) / np.maximum(strength, 1e-6)
    return np.asarray(log_albedo - low + kept, np.float32)
