"""Is the photo too dark? The white of the eye is as white in everybody, dark skin or pale.

In a picture alone dark skin in the light and pale skin in the dark are the same. What tells them
apart is a thing of known colour: an eye white far darker than it should be says that the light was
weak, or that the eye lies in shade. So it counts only where it is far off, and only together with
skin that is too dark for such an eye.
"""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.light.srgb import linear_from_srgb
from faceborn.texture.colour import LUMINANCE, log_linear
from faceborn.types import Array, Photo

EYES = (slice(42, 48), slice(36, 42))  # of the iBUG points: left, right, as the irises
FINER = 4  # an eyelid's edge is found to a quarter pixel
LID, IRIS = 0.18, 1.2  # of the iris's radius: margin to the lids; what is no longer its rim
BRIGHTER = (0.5, 0.9)  # quantiles of its pixels: not the lashes' shade, not a highlight
FEWEST_PX = 12  # of one eye
# Natural log of linear luminance. On 63 London training people the white is -.98 +- .26 and skin
# follows from how much brighter than it the eye is, to +- .3.
DARK_WHITE = -1.9
SKIN_IN_LIGHT, PER_CONTRAST = -1.0, -1.15  # of skin no darker than the eye; per unit of contrast
SKIN_SLACK = 0.7
CARRIED = 0.8  # share of what is found beyond these limits: an eye in shade looks the same
MOST = 1.0


def missing_light(photo: Photo, points_px: Array, iris_px: Array | None, skin_log: float) -> float:
    """By how much the photo's exposure falls short, natural log, 0 or more.

    points_px  (68, 2) iBUG points of the fitted head in the photo
    iris_px    (2, 3) centre x, y and radius, left and right
    skin_log   log luminance of bare skin in the photo
    """
    white = _eye_white(photo, points_px, iris_px)
    if white is None:
        return 0.0
    likely = SKIN_IN_LIGHT + PER_CONTRAST * max(white - skin_log, 0.0)
    short = min(DARK_WHITE - white, likely - SKIN_SLACK - skin_log)
    return float(np.clip(CARRIED * short, 0.0, MOST))


def _eye_white(photo: Photo, points_px: Array, iris_px: Array | None) -> float | None:
    """Log luminance of the white of the brighter eye; None where too little of it is to be seen."""
    found = []
    for k, rows in enumerate(EYES if iris_px is not None else ()):
        x, y, radius = np.asarray(iris_px)[k]
        lids = points_px[rows]
        if not radius >= 2.5 or not np.isfinite(lids).all() or not np.isfinite([x, y]).all():
            continue
        low = np.maximum(np.floor(lids.min(0) - 2).astype(int), 0)
        high = np.ceil(lids.max(0) + 2).astype(int)
        patch = photo.pixels[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
        if patch.size == 0:
            continue
        height, width = patch.shape[:2]
        open_eye = np.zeros((height * FINER, width * FINER), np.uint8)
        cv2.fillPoly(open_eye, [np.round((lids - low) * FINER).astype(np.int32)], 1)
        margin = 2 * max(1, round(LID * radius * FINER)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (margin, margin))
        open_eye = cv2.erode(open_eye, kernel)
        share = cv2.resize(
            open_eye.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA
        )
        row, column = np.mgrid[:height, :width] + 0.5
        beside = np.hypot(column + low[0] - x, row + low[1] - y) > IRIS * radius
        white = patch[(share > 0.6) & beside]
        if len(white) >= FEWEST_PX:
            level = log_linear(linear_from_srgb(white)) @ LUMINANCE
            least, most = np.quantile(level, BRIGHTER)
            found.append(float(level[(level >= least) & (level <= most)].mean()))
    return max(found, default=None)
