"""The volumetric network on one face: from a square of the photo to the solid behind it.

Trained on synthetic photographs: docs/model_card.md.
Source: Jackson et al. 2017, "Large pose 3D face reconstruction from a single image via direct
volumetric CNN regression"; the guide takes the place of their landmark maps.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from faceborn.assets import asset_path
from faceborn.geometry.crop import Crop
from faceborn.geometry.upright import lean_rad, square_around
from faceborn.model.face_points import load_face_points
from faceborn.model.perspective import perspective_of
from faceborn.types import Array, Photo, Solid
from faceborn.volume.grid import (
    DOUBT_CUBES,
    NEAR,
    PICTURE_PX,
    SIZE,
    SLICES,
    SUREST,
    blurred,
    halved,
    unpack,
)
from faceborn.volume.guide import lay, load_guide
from faceborn.volume.solid import occupancy

FILE = "volume_network.onnx"


def find_solid(
    photo: Photo,
    points_px: Array,
    rotation: Array,
    *,
    path: Path | None = None,
) -> Solid:
    """The solid of a face whose points are known.

    points_px  (365, 3) the face network's: x, y, depth towards the viewer at the same scale
    rotation   (3, 3) R of docs/conventions.md, as the photo shows it
    path       of the network; without it, the one that ships with the package
    """
    turn = lean_rad(rotation)
    middle, side = square_around(points_px[load_face_points().core, :2], turn)
    crop = Crop(center_px=middle, side_px=side, turn_rad=turn)
    places = _in_square(points_px, crop)
    head = load_guide()
    guide = occupancy(lay(head, places), head.triangles, size=SIZE, slices=SLICES, near=NEAR)
    square = crop.sample(photo.pixels, PICTURE_PX)
    return Solid(
        inside=regress(square, guide, path=path),
        near=NEAR,
        photo_from_square=crop.photo_from_square(1),
        perspective=perspective_of(points_px),
    )


def regress(square: Array, guide: Array, *, path: Path | None = None) -> Array:
    """(SLICES, SIZE, SIZE) float32 0..1: the guide, softened, and what the network adds to it.

    square  (PICTURE_PX, PICTURE_PX, 3) uint8 sRGB
    guide   (SLICES, SIZE, SIZE) 0..1
    """
    network = _read(path or asset_path(FILE))
    picture = (square.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    network.setInput(np.ascontiguousarray(picture), "picture")
    network.setInput(halved(guide)[None], "guide")
    soft = np.clip(blurred(guide, DOUBT_CUBES), SUREST, 1 - SUREST)
    odds = np.exp(unpack(network.forward("change")[0])) * soft / (1 - soft)
    return np.asarray(odds / (1 + odds), np.float32)


def _in_square(points_px: Array, crop: Crop) -> Array:
    """(L, 3) in sides of the square."""
    c, s = np.cos(crop.turn_rad), np.sin(crop.turn_rad)
    flat = (points_px[:, :2] - crop.center_px) @ np.array([[c, -s], [s, c]]) / crop.side_px + 0.5
    return np.column_stack([flat, points_px[:, 2] / crop.side_px])


@cache
def _read(path: Path) -> Any:
    return cv2.dnn.readNetFromONNX(str(path))
