"""Split what the photo shows into light and albedo.

log photo = prior albedo + log of spherical-harmonic light + what neither explains. Hair,
spectacles, highlights and cast shadows are in the last term: the fit is robust against them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.light.harmonics import harmonics
from faceborn.texture.colour import LUMINANCE
from faceborn.texture.prior import MODE_SIZE_PX, AlbedoPrior
from faceborn.types import Array, Record

ROUNDS = 7
EVIDENCE = 40.0  # the photo counts as this many independent texels: its errors are shared
NOISE = 0.20  # of a texel, in natural logarithms: shadows, highlights and the prior's remainder
# The usual light, in units of the prior's exposure.
FRONTAL = np.array([0.75, 0, 0, 0.25, 0, 0, 0, 0, 0.0])
LEVEL_SD = 0.12  # of the overall level of light
SHAPE_SD = np.array([1.0, 0.4, 0.4, 0.2, 0.08, 0.08, 0.08, 0.08, 0.08])  # of the 9 terms
# Of the light's colour: constant and gradient. Photos in the wild are tinted by more than skins
# differ. It costs a tenth of their hue (30 London training people, beside 0.05), no lightness.
CAST_SD = np.array([0.10, 0.06, 0.06, 0.06])
MOST_WEIGHT = 2.5  # standard deviations; beyond, a mode explains a shadow or a collar
TONE_SD = 2.0  # of the first mode's weight: no tone is less likely than another
DARKEST_WEIGHT = 4.0  # the first mode is the tone of skin: the training people are mostly pale
SHADOW_WORTH = 0.25  # weight of a texel in deep shadow
# Share of the cast that is taken out of hair. The cast explains skin of another hue than the
# prior's, which may be the person's own: all of it makes fair hair grey, little grey hair fair.
CAST_ON_HAIR = 0.6
TOWARDS_CAMERA = np.array([0.0, 0.0, 1.0])
# Of the light on a surface that faces the camera; a division by less would only raise noise.
DARKEST_SHADE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LightFit(Record):
    """Light and skin of one photo."""

    luminance: Array  # (9,) second-order spherical harmonics
    cast: Array  # (4, 3) log gain per channel: constant and first order
    albedo_weights: Array  # (K,) of the prior

    def log_shading(self, normals: Array) -> Array:
        """(..., 3) unit normals (camera space, y up, z to the camera) to (..., 3) log shading."""
        basis = harmonics(normals)
        level = basis @ self.luminance
        floor = DARKEST_SHADE * float(self.luminance[0] + self.luminance[3])
        shade = np.log(np.maximum(level, max(floor, 0.05)))
        return np.asarray(shade[..., None] + basis[..., :4] @ self.cast, np.float32)

    def log_shading_of_hair(self) -> Array:
        """(3,) log shading of hair that faces the camera.

        Strands stand every way: the skull's normals say nothing of their light.
        """
        shading = self.log_shading(TOWARDS_CAMERA)
        level = shading @ LUMINANCE
        return np.asarray(level + CAST_ON_HAIR * (shading - level), np.float32)


def fit_light(
    log_photo: Array,
    weight: Array,
    normals: Array,
    start: Array,
    prior: AlbedoPrior,
    *,
    missing: float = 0.0,
) -> LightFit:
    """Light and albedo that explain the skin of a photo.

    log_photo  (128, 128, 3) natural log of linear photo colours in the face tile
    weight     (128, 128) 0..1, trust in each texel as skin
    normals    (128, 128, 3) camera space
    start      (128, 128) bool, texels that are most likely bare skin
    missing    natural log by which the photo is underexposed, as exposure.missing_light has it

    Source: alternating least squares with iterative reweighting; the energy is that of Saito et
    al. 2016 (albedo modes, second-order spherical harmonics) with a robust colour term.
    """
    assert log_photo.shape[0] == MODE_SIZE_PX
    usual = FRONTAL * np.exp(-missing)
    used = weight > 0.05
    if used.sum() < 50:
        return LightFit(
            luminance=usual, cast=np.zeros((4, 3)), albedo_weights=np.zeros(len(prior.modes_log))
        )
    observed, basis = log_photo[used], harmonics(normals[used])
    # Skin in the light tells more of its colour than skin in a cast shadow.
    level = observed @ LUMINANCE
    lit = np.median(level[start[used]] if start[used].sum() > 20 else level)
    trust = weight[used] * np.clip(np.exp(level - lit), SHADOW_WORTH, 1.0)
    mean = prior.log_albedo(np.zeros(len(prior.modes_log)), MODE_SIZE_PX)[used]
    modes = prior.modes_log[:, used].reshape(len(prior.modes_log), -1).astype(np.float64)
    inlier = trust * np.where(start[used], 1.0, 0.15)

    albedo_weights = np.zeros(len(modes))
    prior_sd = np.r_[TONE_SD, np.ones(len(modes) - 1)]
    luminance = usual
    cast = np.zeros((4, 3))
    spread = 0.3
    for number in range(ROUNDS):
        per_texel = inlier / max(inlier.sum(), 1e-6) * EVIDENCE / NOISE**2
        shade = np.log(np.maximum(basis @ luminance, 0.05))[:, None] + basis[:, :4] @ cast
        rest = (observed - mean - shade).ravel()
        heavy = np.repeat(per_texel / 3, 3)
        weighed = modes * heavy
        albedo_weights = np.linalg.solve(
            weighed @ modes.T + np.diag(1 / prior_sd**2), weighed @ rest
        )
        tone = float(np.clip(albedo_weights[0], -MOST_WEIGHT, DARKEST_WEIGHT))
        albedo_weights = np.clip(albedo_weights, -MOST_WEIGHT, MOST_WEIGHT)
        albedo_weights[0] = tone
        albedo = mean + (albedo_weights @ modes).reshape(-1, 3)

        ratio = observed - albedo
        level = np.exp((ratio - basis[:, :4] @ cast) @ LUMINANCE)
        # Relative errors: a texel in the light must not outweigh one in the shade.
        relative = per_texel / np.maximum(basis @ luminance, 0.1) ** 2
        precision = np.diag(1 / np.r_[LEVEL_SD, SHAPE_SD[1:]] ** 2)
        luminance = np.linalg.solve(
            (basis.T * relative) @ basis + precision,
            (basis.T * relative) @ level + precision @ usual,
        )
        shade = np.log(np.maximum(basis @ luminance, 0.05))[:, None]
        colour = ratio - shade
        colour = colour - (colour @ LUMINANCE)[:, None]
        first = basis[:, :4]
        cast = np.linalg.solve(
            (first.T * per_texel) @ first + np.diag(1 / CAST_SD**2), (first.T * per_texel) @ colour
        )

        error = ratio - shade - first @ cast
        size = np.sqrt((error**2).mean(1))
        order = np.argsort(size)
        share = np.cumsum(inlier[order]) / max(inlier.sum(), 1e-6)
        spread = float(size[order][min(np.searchsorted(share, 0.5), len(size) - 1)]) * 1.48
        limit = 2.0 * max(spread, 0.06)
        # Geman-McClure; texels outside the surely bare skin join from the second round on.
        inlier = trust / (1 + (size / limit) ** 2) ** 2
        if number == 0:
            inlier *= np.where(start[used], 1.0, 0.3)
    return LightFit(luminance=luminance, cast=cast, albedo_weights=albedo_weights)
