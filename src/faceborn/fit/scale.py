"""Absolute size of the head, from the one length in a face that hardly varies: the iris."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array

# Visible iris across people, mm: Hashemi et al. 2015; 0.5 covers sexes and ages.
IRIS_MM, IRIS_SD_MM = 11.7, 0.5
IRIS_RADIUS_SD = 0.05  # relative error of one measured radius
HEAD_SIZE_SD = 0.035  # relative spread of adult head size (ANSUR II: head length, breadth 3-4 %)
FARTHEST_SD = 3.0


def scale_from_iris(
    radii_px: Array, depths_mm: Array, trust: Array, focal_px: float
) -> tuple[float, float]:
    """(scale, relative standard deviation) of this head over the fitted one.

    radii_px   (2,) measured iris radii, left then right
    depths_mm  (2,) distance of the irises along the camera's axis, as fitted
    trust      (2,) 0..1 how well each iris is seen
    focal_px   focal length

    The fitted head has the population's mean size (prior HEAD_SIZE_SD on the log); irises say
    how big one pixel is. Both are Gaussian in the log and are joined by their precisions.
    """
    prior = 1 / HEAD_SIZE_SD**2
    usable = np.isfinite(radii_px) & (radii_px > 0)
    radii_px, trust = np.where(usable, radii_px, 1.0), trust * usable
    seen = float(trust.sum())
    if seen < 0.1:
        return 1.0, HEAD_SIZE_SD
    diameters_mm = 2 * radii_px * depths_mm / focal_px
    log_size = float(np.log(IRIS_MM) - (trust @ np.log(diameters_mm)) / seen)
    variance = (IRIS_SD_MM / IRIS_MM) ** 2 + IRIS_RADIUS_SD**2 / seen
    if abs(log_size) > FARTHEST_SD * np.sqrt(variance + HEAD_SIZE_SD**2):
        return 1.0, HEAD_SIZE_SD  # no head is so large: the irises were mismeasured
    precision = prior + 1 / variance
    return float(np.exp(log_size / variance / precision)), float(precision**-0.5)
