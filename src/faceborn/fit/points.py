"""What the points of a landmark scheme are: outline, start of the pose, facing lips and lids.

Left and right are the person's. The numbers of the mesh are those of the attention mesh (468 points
of the skin, then 10 of the irises), read off its canonical model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointRoles(Record):
    """Numbers of points within a scheme."""

    skin_count: int  # points on the skin; they come first
    steady: Array  # well seen, far apart and hardly moved by expressions: for a first pose
    outline: Array  # drawn on the visible outline of jaw and cheek, not at fixed places of it
    chin: Array  # those of the outline that stay there on turned heads
    facing: Array  # (N, 2) points that meet when the mouth or an eye closes: upper, lower
    rims: Array  # points of rims that turn inwards: seen although their normal looks away
    outer_eye_corners: tuple[int, int]  # right, left
    eye_opening: Array  # (2, 4) upper and lower lid, outer and inner corner; left eye then right


SKIN_COUNT = 468

_TO_CHIN = [127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152]
_FROM_CHIN = [377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356]
OUTLINE = np.array([*_TO_CHIN, *_FROM_CHIN])  # from the person's right ear over the chin

_UPPER_LIP = [191, 80, 81, 82, 13, 312, 311, 310, 415]
_LOWER_LIP = [95, 88, 178, 87, 14, 317, 402, 318, 324]
_UPPER_LIDS = [246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398]
_LOWER_LIDS = [7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382]
LIPS = np.column_stack([_UPPER_LIP, _LOWER_LIP])
LIDS = np.column_stack([_UPPER_LIDS, _LOWER_LIDS])
FACING_PAIRS = np.concatenate([LIPS, LIDS])

MESH = PointRoles(
    skin_count=SKIN_COUNT,
    steady=np.array([33, 133, 362, 263, 168, 6, 197, 4, 2, 61, 291, 10, 127, 356, 152]),
    outline=OUTLINE,
    chin=np.array([148, 152, 377]),
    # Not the outermost pairs of the lips: their places on the head lie 4 mm apart.
    facing=np.concatenate([LIPS[1:-1], LIDS]),
    rims=np.unique(np.concatenate([FACING_PAIRS.ravel(), [78, 308, 33, 133, 263, 362]])),
    outer_eye_corners=(33, 263),
    eye_opening=np.array([[386, 374, 263, 362], [159, 145, 33, 133]]),
)

# iBUG's 68 and then a spread: every point, the jaw's too, is a fixed place of the skin.
_IBUG_FACING = np.array([[61, 67], [62, 66], [63, 65], [37, 41], [38, 40], [43, 47], [44, 46]])
DENSE = PointRoles(
    skin_count=365,
    steady=np.array([27, 30, 33, 36, 39, 42, 45, 48, 54, 8, 2, 14]),
    outline=np.zeros(0, int),
    chin=np.zeros(0, int),
    facing=_IBUG_FACING,
    rims=np.arange(36, 68),
    outer_eye_corners=(36, 45),
    eye_opening=np.array([[43, 47, 45, 42], [38, 40, 36, 39]]),
)

ROLES = {"mediapipe_478": MESH, "dense_365": DENSE}
