"""What the borrowed detector must offer; find.py needs no more of it.

Another one takes its place by being a Detector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from faceborn.types import Array, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detection(Record):
    """A box and the five points of the scheme "centerface_5".

    Their order: the person's right eye, left eye, tip of the nose, right and left mouth corner.
    """

    box_px: Array  # (4,) x0, y0, x1, y1
    score: float  # 0..1
    points_px: Array  # (5, 2)


class Detector(Protocol):
    def detect(self, pixels: Array, *, long_side_px: int) -> list[Detection]:
        """Faces in `pixels` (H, W, 3) uint8 RGB, looked at with its long side that large."""
