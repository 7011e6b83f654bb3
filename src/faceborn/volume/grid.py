"""The grid of the volumetric network: cubes behind the pixels of a square cut-out.

Lengths are sides of the square: x right, y down from its upper left corner, z towards the viewer,
0 at the mean depth of the face's core points. A ray through a pixel stays in its column of cubes.
"""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.types import Array

PICTURE_PX = 192  # what the network sees
SIZE = 96  # cubes to a side
SLICES = 100
NEAR = 0.34  # z of the grid's front; its back is at -0.70, behind the skull of a frontal head
GUIDE_SIZE, GUIDE_SLICES = 48, 50
DOUBT_CUBES = 0.75  # how far from the guide's surface the head's is as likely as not
SUREST = 1 / 255  # share of a cube that far away from it


def unpack(cells: Array) -> Array:
    """(4 * SLICES, 48, 48) as the network has it to (SLICES, SIZE, SIZE).

    The upper left cubes of all cells come first, slice by slice, then upper right, lower left,
    lower right.
    """
    half = SIZE // 2
    split = cells.reshape(2, 2, SLICES, half, half)
    return np.ascontiguousarray(split.transpose(2, 3, 0, 4, 1)).reshape(SLICES, SIZE, SIZE)


def halved(inside: Array) -> Array:
    """(SLICES, SIZE, SIZE) to (GUIDE_SLICES, GUIDE_SIZE, GUIDE_SIZE): means of 2 x 2 x 2 cubes."""
    pairs = inside[::2].astype(np.float32) + inside[1::2]
    flat = [
        cv2.resize(pair, (GUIDE_SIZE, GUIDE_SIZE), interpolation=cv2.INTER_AREA) for pair in pairs
    ]
    return np.asarray(np.stack(flat) / 2, np.float32)


def blurred(inside: Array, sigma: float) -> Array:
    """(SLICES, SIZE, SIZE), blurred by `sigma` cubes within each slice and then along the rays."""
    kernel = cv2.getGaussianKernel(2 * int(np.ceil(3 * sigma)) + 1, sigma)
    flat = np.stack([cv2.sepFilter2D(part, -1, kernel, kernel) for part in inside])
    rays = cv2.sepFilter2D(flat.reshape(len(flat), -1), -1, np.ones(1), kernel)
    return np.asarray(rays.reshape(inside.shape))
