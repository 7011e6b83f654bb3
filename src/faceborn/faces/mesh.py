"""The face mesh of 478 points with attention to lips and eyes (borrowed; see NOTICE).

Source: Grishchenko et al. 2020, "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time".
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np

from faceborn.assets import asset_path
from faceborn.faces.crop import Crop
from faceborn.faces.interface import Measurement
from faceborn.types import Array

SIZE_PX = 192
EYE_RIGHT_OUTER, EYE_LEFT_OUTER = 33, 263
OUTLINE_POINTS = 468  # the others are irises: centre, then four points of the limbus
IRIS_LEFT, IRIS_RIGHT = slice(473, 478), slice(468, 473)


@cache
def _network() -> Any:
    # The new engine of OpenCV 5.0 cannot read GridSample.
    return cv2.dnn.readNetFromONNX(str(asset_path("face_mesh.onnx")), cv2.dnn.ENGINE_CLASSIC)


class FaceMesh:
    """A Landmarker."""

    scheme = "mediapipe_478"

    def locate(self, pixels: Array, crop: Crop) -> Measurement:
        picture = crop.sample(pixels, SIZE_PX)
        network = _network()
        network.setInput((picture.astype(np.float32) / 255).transpose(2, 0, 1)[None].copy(), "crop")
        points, presence = network.forward(["points", "presence"])
        points_px = crop.to_photo(points.astype(np.float64), SIZE_PX)
        irises = [_iris(points_px[part]) for part in (IRIS_LEFT, IRIS_RIGHT)]
        return Measurement(
            points_px=points_px, iris_px=np.array(irises), presence=float(presence[0])
        )

    def closer(self, measured: Measurement) -> Crop:
        points = measured.points_px[:OUTLINE_POINTS]
        x, y = points[EYE_LEFT_OUTER] - points[EYE_RIGHT_OUTER]
        turn = float(np.arctan2(y, x))
        upright = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        turned = points @ upright.T
        low, high = turned.min(0), turned.max(0)
        side = 1.5 * float((high - low).max())
        return Crop(center_px=upright.T @ ((low + high) / 2), side_px=side, turn_rad=turn)


def _iris(points_px: Array) -> tuple[float, float, float]:
    """x, y, radius from the centre and four points of the limbus.

    Turning the head or the eye shortens one diameter; the longer one is the true one.
    """
    center, right, top, left, bottom = points_px
    diameter = max(np.linalg.norm(right - left), np.linalg.norm(top - bottom))
    return float(center[0]), float(center[1]), float(diameter) / 2
