"""Which square of a picture the network sees: around the face, turned upright, a little off.

At run time a first look takes the detector's box, the second is cut out around the points of the
first and turned upright. Training imitates both, most often the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.geometry.upright import lean_rad, square_around
from faceborn.types import Array


@dataclass(frozen=True, kw_only=True)
class Framing:
    """How far training crops stray, as standard deviations."""

    share_rough: float = 0.3  # of pictures framed as a first look would
    rough_turn_rad: float = 0.25
    rough_log_side: float = 0.10
    rough_shift: float = 0.05  # of the side
    fine_turn_rad: float = 0.06
    fine_log_side: float = 0.04
    fine_shift: float = 0.02


STEADY = Framing(
    share_rough=0.0,
    fine_turn_rad=0.0,
    fine_log_side=0.0,
    fine_shift=0.0,
)


def crop_from_picture(middle_px: Array, side_px: float, turn_rad: float) -> Array:
    """(2, 3) pixels of the picture to sides of the square, (0, 0) its upper left corner."""
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    linear = np.array([[c, s], [-s, c]]) / side_px
    return np.column_stack([linear, 0.5 - linear @ middle_px])


def training_crop(
    points_px: Array, rotation: Array, framing: Framing, rng: np.random.Generator
) -> Array:
    """(2, 3) as `crop_from_picture`, of the core points (N, 2) and R, with random errors."""
    rough = rng.random() < framing.share_rough
    if rough:
        errors = framing.rough_turn_rad, framing.rough_log_side, framing.rough_shift
    else:
        errors = framing.fine_turn_rad, framing.fine_log_side, framing.fine_shift
    turn = lean_rad(rotation) + errors[0] * rng.standard_normal()
    middle, side = square_around(points_px, turn)
    side *= float(np.exp(errors[1] * rng.standard_normal()))
    middle = middle + errors[2] * side * rng.standard_normal(2)
    return crop_from_picture(middle, side, turn)


def cut_out(pixels: Array, transform: Array, size_px: int, *, nearest: bool = False) -> Array:
    """(size_px, size_px, ...) the square of `transform` (picture to sides); its border goes on."""
    inverse = cv2.invertAffineTransform(transform)
    linear = inverse[:, :2] / size_px
    # OpenCV counts from the centre of the first pixel.
    offset = inverse[:, 2] + linear.sum(1) / 2 - 0.5
    return np.asarray(
        cv2.warpAffine(
            pixels,
            np.column_stack([linear, offset]),
            (size_px, size_px),
            flags=(cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def rotated(rotation: Array, transform: Array) -> Array:
    """(3, 3) R as the turned square shows it."""
    # The square's axes are turned clockwise on screen; the picture in it, the other way.
    turn = np.arctan2(transform[0, 1], transform[0, 0])
    c, s = np.cos(turn), np.sin(turn)
    about_view = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])  # y up: against the clock
    return about_view @ rotation
