"""Parts of a real photograph by what the face network is sure of: it learns from its better self.

What it says of a square seen from five sides, each straight and in a mirror and brought to the
picture's edges, is better than what it says at once; where that is sure, it is the label.
Source: Xie et al. 2020, "Self-training with noisy student".
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from faceborn.faces.network import FaceNetwork, Look
from faceborn.geometry.crop import Crop
from faceborn.geometry.upright import square_around
from faceborn.model.face_points import load_face_points
from faceborn.types import Array
from photographs.shards import MAP_PX, PARTS, SIZE_PX, UNKNOWN

SURE = 0.75  # share from which a cell is told
# Of beards: on portraits with masks drawn by hand a third of them is skin to the network, hardly
# any skin a beard; so where it doubts there is one.
SURE_OF_BEARD = 0.35
# Factor of the side, turn in rad, shift in sides: as far as training crops stray.
LOOKS = (
    (1.0, 0.0, (0.0, 0.0)),
    (0.92, 0.06, (0.02, 0.02)),
    (1.08, -0.06, (-0.02, 0.02)),
    (1.15, 0.04, (0.02, -0.02)),
    (1.0, -0.04, (-0.02, -0.02)),
)
BEARD = PARTS.index("beard")
MARKED = Path(__file__).resolve().parents[2] / "benchmarks" / "marks" / "masks.json"


def is_marked(stem: str) -> bool:
    """Whether parts of this portrait were drawn by hand, to measure with: it teaches none."""
    return stem in json.loads(MARKED.read_text())["masks"]


def label_parts(picture: Array, landmarks: Array, network: FaceNetwork) -> Array:
    """(MAP_PX, MAP_PX) uint8 of shards.PARTS, or UNKNOWN; of a sample's picture."""
    whole = Crop(center_px=np.full(2, SIZE_PX / 2), side_px=float(SIZE_PX), turn_rad=0.0)
    core = landmarks[load_face_points().core, :2].astype(np.float64)
    share, seen = shares_of(picture, _square(core), whole, network, MAP_PX)
    labels = share.argmax(0).astype(np.uint8)
    labels[(share.max(0) < SURE) | ~seen] = UNKNOWN
    labels[(share[BEARD] > SURE_OF_BEARD) & seen] = BEARD
    return labels


def shares_of(
    pixels: Array, square: Crop, canvas: Crop, network: FaceNetwork, size: int
) -> tuple[Array, Array]:
    """(P, size, size) shares in the cells of a canvas, the mean of all looks; which were seen.

    pixels  (H, W, 3) uint8
    square  around the face, upright
    canvas  what the cells are of
    """
    total: Array | None = None
    seen = np.zeros((size, size), np.float32)
    for factor, turn, shift in LOOKS:
        look = network.both_ways(pixels, square.moved(factor, turn, shift))
        shares, inside = _on_canvas(look, canvas, size)
        total = shares if total is None else total + shares
        seen += inside
    assert total is not None
    return total / np.maximum(seen, 1), seen >= 1


def _square(core_px: Array) -> Crop:
    middle, side = square_around(core_px, 0.0)
    return Crop(center_px=middle, side_px=side, turn_rad=0.0)


def _on_canvas(look: Look, canvas: Crop, size: int) -> tuple[Array, Array]:
    """(P, size, size) shares of a look in the cells of a canvas, and which cells it saw."""
    count = look.parts.shape[1]
    back = cv2.invertAffineTransform(look.crop.photo_from_square(count))
    cells = canvas.to_photo(np.stack(np.meshgrid(*[np.arange(size) + 0.5] * 2), 2), size)
    at = (cells @ back[:, :2].T + back[:, 2] - 0.5).astype(np.float32)
    inside = ((at > -0.5) & (at < count - 0.5)).all(2)
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    shares = np.stack([cv2.remap(part, x, y, cv2.INTER_LINEAR) for part in look.parts])
    return shares * inside, inside.astype(np.float32)
