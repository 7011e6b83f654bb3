"""The exported network on photos, through OpenCV alone: two looks, the second upright.

What the package would do with it; so far only measured (benchmarks/network_photos.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from photographs.points import load_points

from face_network.framing import lean_rad, square_around
from face_network.outputs import OUTPUTS
from face_network.scheme import expression_mirror
from faceborn.faces.crop import Crop
from faceborn.types import Array, Face, Record

FIRST_SIDE_OVER_BOX = 1.36  # of the detector's box, longer side
FIRST_SHIFT_DOWN = 0.07  # of its height
LEVEL_YAW_DEG = 55.0  # beyond, the line of the detector's eyes says nothing about the roll


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look(Record):
    """What the network says about one square of a photo, in the photo's pixels."""

    points_px: Array  # (L, 3) x, y, depth towards the viewer at the same scale
    sigma_px: Array  # (L,) of x and of y
    visible: Array  # (L,) 0..1
    irises_px: Array  # (2, 3) left, right: x, y, radius
    rotation: Array  # (3, 3) R of docs/conventions.md, as the photo shows it
    expression: Array  # (52,) 0..1
    score: float  # 0..1, whether there is a face
    parts: Array  # (P, S, S) logits, of the square
    crop: Crop


class FaceNetworkRuntime:
    """The network of one ONNX file."""

    def __init__(self, path: Path, *, size_px: int = 128) -> None:
        self._network: Any = cv2.dnn.readNetFromONNX(str(path))
        self.size_px = size_px

    def find(self, pixels: Array, face: Face) -> Look:
        """The face that the detector found, looked at twice."""
        first = self.look(pixels, first_crop(face))
        return self.both_ways(pixels, second_crop(first))

    def look(self, pixels: Array, crop: Crop) -> Look:
        """One pass, 6 ms on one core."""
        size = self.size_px
        square = crop.sample(pixels, size)
        picture = (square.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        self._network.setInput(np.ascontiguousarray(picture), "picture")
        found = dict(zip(OUTPUTS, self._network.forward(list(OUTPUTS)), strict=True))
        points = found["points"].reshape(-1, 6).astype(np.float64)
        irises = found["irises"].reshape(2, 4).astype(np.float64)
        side = crop.side_px
        c, s = np.cos(crop.turn_rad), np.sin(crop.turn_rad)
        back = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])  # y up: clockwise
        return Look(
            points_px=np.column_stack([crop.to_photo(points[:, :2], 1), points[:, 2] * side]),
            sigma_px=np.exp(points[:, 3]) * side,
            visible=points[:, 5],
            irises_px=np.column_stack(
                [crop.to_photo(irises[:, :2], 1), np.exp(irises[:, 2]) * side]
            ),
            rotation=back @ nearest_rotation(found["rotation"].reshape(2, 3)),
            expression=found["expression"].ravel(),
            score=float(found["face"].ravel()[0]),
            parts=found["parts"][0],
            crop=crop,
        )

    def both_ways(self, pixels: Array, crop: Crop) -> Look:
        """The mean of the square seen straight and in a mirror: errors of a side cancel."""
        width = pixels.shape[1]
        straight = self.look(pixels, crop)
        other = self.look(pixels[:, ::-1], crop.mirrored(width))
        mirror = load_points().mirror
        points, irises = other.points_px[mirror], other.irises_px[::-1].copy()
        points[:, 0] = width - points[:, 0]
        irises[:, 0] = width - irises[:, 0]
        flip = np.diag([-1.0, 1.0, 1.0])
        turned = straight.rotation + flip @ other.rotation @ flip
        return straight.replace(
            points_px=(straight.points_px + points) / 2,
            sigma_px=(straight.sigma_px + other.sigma_px[mirror]) / 2,
            visible=(straight.visible + other.visible[mirror]) / 2,
            irises_px=(straight.irises_px + irises) / 2,
            rotation=nearest_rotation(turned.T[:2]),
            expression=(straight.expression + other.expression[expression_mirror()]) / 2,
            score=(straight.score + other.score) / 2,
            parts=(straight.parts + other.parts[:, :, ::-1]) / 2,
        )


def first_crop(face: Face) -> Crop:
    """Around the detector's box, the eyes level if they say where level is."""
    x0, y0, x1, y1 = face.box_px
    turn = -np.deg2rad(face.roll_deg) if abs(face.yaw_deg) <= LEVEL_YAW_DEG else 0.0
    return Crop(
        center_px=np.array([(x0 + x1) / 2, (y0 + y1) / 2 + FIRST_SHIFT_DOWN * (y1 - y0)]),
        side_px=FIRST_SIDE_OVER_BOX * max(x1 - x0, y1 - y0),
        turn_rad=float(turn),
    )


def second_crop(look: Look) -> Crop:
    """Around the points of a first look, the crown up."""
    turn = lean_rad(look.rotation)
    middle, side = square_around(look.points_px[load_points().core, :2], turn)
    return Crop(center_px=middle, side_px=side, turn_rad=turn)


def nearest_rotation(columns: Array) -> Array:
    """(3, 3) of its first two columns, given as rows, roughly."""
    first = columns[0] / np.linalg.norm(columns[0])
    second = columns[1] - (columns[1] @ first) * first
    second = second / np.linalg.norm(second)
    return np.column_stack([first, second, np.cross(first, second)])
