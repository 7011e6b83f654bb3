"""Parts of portraits that were drawn by hand (mark_parts.py), to learn from.

`drawn_parts.npz` holds maps and where they lie in the photos, no picture. Own work, CC0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from faceborn.geometry.crop import Crop
from faceborn.geometry.upright import square_around
from faceborn.model.face_points import load_face_points
from faceborn.types import Array
from photographs.shards import UNKNOWN

FILE = Path(__file__).with_name("drawn_parts.npz")
CANVAS_PX = 900  # on which strokes are drawn
SIDE = 1.2  # of the canvas over that of the square that the network looks at


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """One portrait."""

    stem: str  # of the photo's file name
    labels: Array  # (S, S) uint8 of shards.PARTS, or UNKNOWN
    middle_px: Array  # (2,) of the upright square that was drawn, in the photo
    side_px: float


def canvas_of(points_px: Array) -> Crop:
    """The square that is drawn, around points (L, 2) of the face network; upright as the photo."""
    middle, side = square_around(points_px[load_face_points().core, :2], 0.0)
    return Crop(center_px=middle, side_px=side * SIDE, turn_rad=0.0)


def save_drawn(path: Path, drawn: Sequence[Drawn]) -> None:
    """Write all to one file."""
    np.savez_compressed(
        path,
        allow_pickle=False,
        stem=np.array([one.stem for one in drawn]),
        labels=np.stack([one.labels for one in drawn]),
        middle_px=np.stack([one.middle_px for one in drawn]),
        side_px=np.array([one.side_px for one in drawn]),
    )


@cache
def load_drawn(path: Path = FILE) -> dict[str, Drawn]:
    """All portraits that were drawn, by the stem of their file names."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return {
        str(stem): Drawn(stem=str(stem), labels=labels, middle_px=middle, side_px=float(side))
        for stem, labels, middle, side in zip(
            arrays["stem"], arrays["labels"], arrays["middle_px"], arrays["side_px"], strict=True
        )
    }


def labels_in(drawn: Drawn, crop: Crop, size: int) -> Array:
    """(size, size) uint8 of an upright crop of the photo; UNKNOWN where nobody drew."""
    cells = np.stack(np.meshgrid(*[np.arange(size) + 0.5] * 2), 2)
    at_px = crop.to_photo(cells, size)
    count = len(drawn.labels)
    low = drawn.middle_px - drawn.side_px / 2
    at = ((at_px - low) * (count / drawn.side_px) - 0.5).astype(np.float32)
    return cv2.remap(
        drawn.labels,
        np.ascontiguousarray(at[..., 0]),
        np.ascontiguousarray(at[..., 1]),
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=UNKNOWN,
    )
