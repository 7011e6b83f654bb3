"""What is where in a real photograph before a plain backdrop, as far as it can be told for sure.

The backdrop is told by its colour, the head by the model that lies on it. What is neither, above
the chin, is hair; on the head, what has the colour of the cheeks is skin, and hair where hair grows
and the colour is another. All else is UNKNOWN: borders, ears, brows, whatever lies below the chin.
"""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.types import Array
from photographs.shards import MAP_PX, PARTS, UNKNOWN

BACKGROUND, SKIN, HAIR = (PARTS.index(name) for name in ("background", "skin", "hair"))
PLAIN = 4.0  # CIELAB: how much an upper corner before a plain backdrop varies
LIKE_BACKDROP, UNLIKE_BACKDROP = 7.0, 16.0  # CIELAB distance
LIKE_SKIN, UNLIKE_SKIN = 13.0, 20.0
SHINE = 8.0  # of lightness over the cheeks': a bald head's, not fair hair
BAND = 3  # cells around the model's head that may be either
CORNER = 18  # cells, to a side
BARE_MM, HAIRY_MM = -18.0, 6.0  # distance inside the hairline of an average head


def known_parts(
    pixels: Array, head: Array, hair_mm: Array, cheeks: Array, chin_row: float
) -> Array:
    """(MAP_PX, MAP_PX) uint8 into PARTS, or UNKNOWN; all of it where the backdrop is not plain.

    pixels   (S, S, 3) uint8 sRGB; its upper corners, or one of them, show the backdrop
    head     (MAP_PX, MAP_PX) bool: the model's head shows here, neck included
    hair_mm  (MAP_PX, MAP_PX) mm inside the hairline of its face and scalp; nan elsewhere
    cheeks   (MAP_PX, MAP_PX) bool: bare skin that nothing usually covers
    chin_row of the chin, in cells
    """
    parts = np.full((MAP_PX, MAP_PX), UNKNOWN, np.uint8)
    small = cv2.resize(pixels, (MAP_PX, MAP_PX), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    middle, spread = min(
        (_middle(lab[:CORNER, :CORNER]), _middle(lab[:CORNER, -CORNER:])),
        key=lambda found: found[1],
    )
    if spread > PLAIN or not cheeks.any():
        return parts
    skin = np.median(lab[cheeks], 0)
    from_backdrop = np.linalg.norm(lab - middle, axis=2)
    from_skin = np.linalg.norm(lab - skin, axis=2)
    shines = lab[..., 0] > skin[0] + SHINE
    kernel = np.ones((2 * BAND + 1,) * 2, np.uint8)
    around = cv2.dilate(head.astype(np.uint8), kernel).astype(bool)
    above = np.arange(MAP_PX)[:, None] < chin_row
    backdrop = _reaching_border((from_backdrop < LIKE_BACKDROP) & ~around)
    parts[_inner(backdrop) & above] = BACKGROUND
    parts[_inner((from_backdrop > UNLIKE_BACKDROP) & ~around & ~backdrop) & above] = HAIR
    parts[head & (hair_mm < BARE_MM) & (from_skin < LIKE_SKIN) & above] = SKIN
    hairy = head & (hair_mm > HAIRY_MM) & (from_skin > UNLIKE_SKIN) & ~shines
    parts[_inner(hairy)] = HAIR
    return parts


def _middle(corner: Array) -> tuple[Array, float]:
    """Colour (3,) of a corner, and the median distance from it."""
    middle = np.median(corner.reshape(-1, 3), 0)
    return middle, float(np.median(np.linalg.norm(corner - middle, axis=2)))


def _inner(mask: Array) -> Array:
    """Without the cells beside its border."""
    return cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)


def _reaching_border(mask: Array) -> Array:
    """The pieces of a mask that reach the picture's upper border or its sides."""
    _, pieces = cv2.connectedComponents(mask.astype(np.uint8))
    edge = np.unique(np.concatenate([pieces[0], pieces[:, 0], pieces[:, -1]]))
    return np.asarray(np.isin(pieces, edge[edge > 0]))
