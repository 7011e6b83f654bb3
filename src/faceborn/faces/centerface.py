"""CenterFace: one pass gives boxes and five points of every face (borrowed; see NOTICE).

Source: Xu et al. 2019, "CenterFace: joint face detection and alignment using face as point".
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np

from faceborn.assets import asset_path
from faceborn.faces.boxes import strongest
from faceborn.faces.interface import Detection
from faceborn.types import Array

CELL_PX = 4  # a cell of the output covers so many pixels of the input
GRID_PX = 32  # input sides must be multiples of it
OUTPUTS = ["score", "size", "offset", "points"]


@cache
def _network() -> Any:
    # OpenCV's new engine: 19 ms at 320 x 320 on one core, the classic one 56 ms.
    return cv2.dnn.readNetFromONNX(str(asset_path("centerface.onnx")), cv2.dnn.ENGINE_NEW)


class CenterFace:
    """A Detector."""

    def __init__(self, *, min_score: float = 0.35) -> None:
        self.min_score = min_score

    def detect(self, pixels: Array, *, long_side_px: int) -> list[Detection]:
        height, width = pixels.shape[:2]
        scale = long_side_px / max(height, width)
        size = tuple(int(np.ceil(side * scale / GRID_PX)) * GRID_PX for side in (width, height))
        smaller = scale < 1
        picture = cv2.resize(
            pixels, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        )
        network = _network()
        network.setInput(picture.astype(np.float32).transpose(2, 0, 1)[None].copy(), "picture")
        score, extent, offset, points = (output[0] for output in network.forward(OUTPUTS))

        rows, columns = np.nonzero(score[0] > self.min_score)
        scores = score[0, rows, columns]
        # The network says height before width and y before x.
        boxes_size = np.exp(extent[::-1, rows, columns].T) * CELL_PX
        centers = (np.stack([columns, rows], 1) + offset[::-1, rows, columns].T + 0.5) * CELL_PX
        corners = centers - boxes_size / 2
        inside = points[:, rows, columns].T.reshape(-1, 5, 2)[:, :, ::-1]
        places = corners[:, None] + inside * boxes_size[:, None]

        to_photo = np.array([width / size[0], height / size[1]])
        boxes = np.concatenate([corners, corners + boxes_size], 1) * np.tile(to_photo, 2)
        places = places * to_photo
        return [
            Detection(box_px=boxes[i], score=float(scores[i]), points_px=places[i])
            for i in strongest(boxes, scores)
        ]
