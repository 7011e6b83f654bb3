"""The focal length that a camera wrote into its photo."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

FOCAL_LENGTH, FOCAL_LENGTH_35MM = 37386, 41989
PIXEL_WIDTH, PIXEL_HEIGHT = 40962, 40963
FOCAL_PLANE_X_RESOLUTION, FOCAL_PLANE_UNIT = 41486, 41488
UNIT_MM = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}  # inch, cm, mm, micrometre
DIAGONAL_35MM_MM = math.hypot(36.0, 24.0)


def focal_from_exif(tags: Mapping[int, Any], size_px: tuple[int, int]) -> float | None:
    """Focal length in pixels of the decoded picture; None if the file does not tell it.

    tags     the Exif sub-directory: tag number -> value
    size_px  (width, height) of the picture as stored

    The 35 mm equivalent compares diagonals (CIPA DCG-001). A picture whose shape is no longer the
    one that the camera noted was cropped, and tells nothing; one that was only made smaller does.
    """
    width, height = size_px
    noted = _number(tags, PIXEL_WIDTH), _number(tags, PIXEL_HEIGHT)
    if noted[0] and noted[1]:
        shape = max(noted) / min(noted)
        if abs(shape / (max(size_px) / min(size_px)) - 1.0) > 0.02:
            return None

    focal = None
    if equivalent := _number(tags, FOCAL_LENGTH_35MM):
        focal = equivalent * math.hypot(width, height) / DIAGONAL_35MM_MM
    elif (length := _number(tags, FOCAL_LENGTH)) and (
        resolution := _number(tags, FOCAL_PLANE_X_RESOLUTION)
    ):
        unit = UNIT_MM.get(int(_number(tags, FOCAL_PLANE_UNIT) or 2), 25.4)
        smaller = max(size_px) / max(noted) if noted[0] and noted[1] else 1.0
        focal = length * resolution / unit * smaller

    # Between a fisheye and a telescope: anything else is a broken tag.
    if focal is None or not 0.3 < focal / max(size_px) < 20.0:
        return None
    return focal


def _number(tags: Mapping[int, Any], tag: int) -> float:
    """The tag as a positive number, 0 if it is absent or broken."""
    try:
        value = float(tags[tag])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return value if math.isfinite(value) and value > 0 else 0.0
