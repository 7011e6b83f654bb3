"""What a borrowed network of the front end must offer; find.py needs no more of them.

Another one takes its place by being a Detector or a Landmarker. Our own (network.py) is neither: it
reads the faces that the landmarker does not, and tells more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from faceborn.geometry.crop import Crop
from faceborn.types import Array, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detection(Record):
    """A box and the five points of the scheme "centerface_5".

    Their order: the person's right eye, left eye, tip of the nose, right and left mouth corner.
    """

    box_px: Array  # (4,) x0, y0, x1, y1
    score: float  # 0..1
    points_px: Array  # (5, 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measurement(Record):
    """Dense points of one face."""

    points_px: Array  # (L, 2) in pixels of the photo
    iris_px: Array | None  # (2, 3) left then right iris: x, y, radius
    presence: float  # 0..1, how sure the network is that the crop shows a face


class Detector(Protocol):
    def detect(self, pixels: Array, *, long_side_px: int) -> list[Detection]:
        """Faces in `pixels` (H, W, 3) uint8 RGB, looked at with its long side that large."""


class Landmarker(Protocol):
    scheme: str  # key of HeadModel.landmarks

    def locate(self, pixels: Array, crop: Crop, *, careful: bool) -> Measurement:
        """The points of the face that `crop` cuts out of `pixels` (H, W, 3) uint8 RGB.

        careful  as exact as the network can, at the cost of time; else a glance
        """

    def crop_around(self, points_px: Array) -> Crop:
        """The crop that frames a face of these (L, 2) points as the network likes it best."""
