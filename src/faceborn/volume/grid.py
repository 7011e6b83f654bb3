"""The grid of the volumetric network: cubes behind the pixels of a square cut-out.

Lengths are sides of the square: x right, y down from its upper left corner, z towards the viewer,
0 at the mean depth of the face's core points. A ray through a pixel stays in its column of cubes.
"""

from __future__ import annotations

import numpy as np

from faceborn.types import Array

PICTURE_PX = 192  # what the network sees
SIZE = 96  # cubes to a side
SLICES = 100
NEAR = 0.34  # z of the grid's front; its back is at -0.70, behind the skull of a frontal head
GUIDE_SIZE, GUIDE_SLICES = 48, 50


def unpack(cells: Array) -> Array:
    """(4 * SLICES, 48, 48) as the network has it to (SLICES, SIZE, SIZE).

    The upper left cubes of all cells come first, slice by slice, then upper right, lower left,
    lower right.
    """
    half = SIZE // 2
    split = cells.reshape(2, 2, SLICES, half, half)
    return np.ascontiguousarray(split.transpose(2, 3, 0, 4, 1)).reshape(SLICES, SIZE, SIZE)
