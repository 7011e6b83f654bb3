"""A square, turned cut-out of a photo, the form in which a landmark network wants a face."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.types import Array, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crop(Record):
    """Where the square lies; points are (x, y) with (0, 0) a corner, of photo and of square."""

    center_px: Array  # (2,)
    side_px: float
    turn_rad: float  # of the square's x axis against the photo's, positive clockwise on screen

    def moved(self, factor: float, turn_rad: float, shift: tuple[float, float]) -> Crop:
        """Enlarged, turned, and shifted by parts of the side along the photo's axes."""
        return Crop(
            center_px=self.center_px + self.side_px * np.array(shift),
            side_px=self.side_px * factor,
            turn_rad=self.turn_rad + turn_rad,
        )

    def mirrored(self, width_px: int) -> Crop:
        """The same square in the photo seen in a mirror."""
        x, y = self.center_px
        return self.replace(center_px=np.array([width_px - x, y]), turn_rad=-self.turn_rad)

    def photo_from_square(self, size_px: int) -> Array:
        """(2, 3) affine transform from a square of `size_px` to the photo."""
        c, s = np.cos(self.turn_rad), np.sin(self.turn_rad)
        linear = np.array([[c, -s], [s, c]]) * (self.side_px / size_px)
        offset = self.center_px - linear @ np.full(2, size_px / 2)
        return np.column_stack([linear, offset])

    def to_photo(self, points: Array, size_px: int) -> Array:
        """(..., 2) points of the square to the photo."""
        transform = self.photo_from_square(size_px)
        return np.asarray(points @ transform[:, :2].T + transform[:, 2])

    def sample(self, pixels: Array, size_px: int) -> Array:
        """(size_px, size_px, 3) uint8; outside of the photo its border goes on."""
        transform = self.photo_from_square(size_px)
        height, width = pixels.shape[:2]

        # Cut out what the square covers: resampling a whole 40 megapixel photo would take longer
        # than the network.
        reach = self.side_px * 0.75 + 4  # more than half of the square's diagonal
        low = np.clip(np.floor(self.center_px - reach), 0, (width - 1, height - 1)).astype(int)
        high = np.clip(np.ceil(self.center_px + reach), low + 1, (width, height)).astype(int)
        part = pixels[low[1] : high[1], low[0] : high[0]]
        transform[:, 2] -= low

        # Average before reducing, else hair and beard turn into noise.
        shrink = int(self.side_px // size_px)
        if shrink > 1:
            size = max(part.shape[1] // shrink, 1), max(part.shape[0] // shrink, 1)
            factor = np.array([size[0] / part.shape[1], size[1] / part.shape[0]])
            part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
            transform *= factor[:, None]

        # OpenCV counts from the centre of the first pixel.
        transform[:, 2] += transform[:, :2].sum(1) / 2 - 0.5
        return np.asarray(
            cv2.warpAffine(
                part,
                transform,
                (size_px, size_px),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )
