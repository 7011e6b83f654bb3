"""What the points of the MediaPipe face mesh are: outline, start of the pose, facing lips and lids.

Numbers are those of the attention mesh (468 points of the skin, then 10 of the irises), read off
its canonical model; left and right are the person's.
"""

from __future__ import annotations

import numpy as np

SKIN_COUNT = 468

# Jaw and cheek, from the person's right ear over the chin to the left ear. The network draws
# them on the visible outline, wherever the head's surface turns away, not at fixed points of it.
_TO_CHIN = [127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152]
_FROM_CHIN = [377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356]
OUTLINE = np.array([*_TO_CHIN, *_FROM_CHIN])
CHIN = np.array([148, 152, 377])

# Well seen, far apart and hardly moved by expressions: enough for a first pose.
STEADY = np.array([33, 133, 362, 263, 168, 6, 197, 4, 2, 61, 291, 10, 127, 356, 152])

# Points that meet when the mouth or an eye closes: upper, lower.
_UPPER_LIP = [191, 80, 81, 82, 13, 312, 311, 310, 415]
_LOWER_LIP = [95, 88, 178, 87, 14, 317, 402, 318, 324]
_UPPER_LIDS = [246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398]
_LOWER_LIDS = [7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382]
LIPS = np.column_stack([_UPPER_LIP, _LOWER_LIP])
LIDS = np.column_stack([_UPPER_LIDS, _LOWER_LIDS])
FACING_PAIRS = np.concatenate([LIPS, LIDS])

# The rims of lips and lids turn inwards; a point there is seen although its normal looks away.
RIMS = np.unique(np.concatenate([FACING_PAIRS.ravel(), [78, 308, 33, 133, 263, 362]]))

OUTER_EYE_CORNERS = (33, 263)
# Upper and lower lid, outer and inner corner, left eye then right.
EYE_OPENING = np.array([[386, 374, 263, 362], [159, 145, 33, 133]])
