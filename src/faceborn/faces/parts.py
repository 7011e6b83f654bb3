"""What a look of our own network tells beside points: skin, hair, frames, an expected identity."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.faces.find import MIN_PRESENCE
from faceborn.faces.network import PARTS, Look
from faceborn.model.expected import expected_identity
from faceborn.types import Array, Hints, PartMap

SKIN = ("skin", "brow", "eye", "lip", "inner mouth", "spectacles")
HAIR = ("hair", "beard")
FRAMES = ("spectacles",)


def hints_of(look: Look) -> Hints:
    """What the look tells the fit; nothing where the network sees no face."""
    parts = part_map(look)
    if parts is None:
        return Hints()
    return Hints(identity=expected_identity(look.points_px, look.rotation), parts=parts)


def part_map(look: Look) -> PartMap | None:
    """The map around a face, or None where the network sees none."""
    if look.score < MIN_PRESENCE:
        return None

    def of(names: tuple[str, ...]) -> Array:
        return np.asarray(look.parts[[PARTS.index(name) for name in names]].sum(0), np.float32)

    size = look.parts.shape[1]
    there = cv2.invertAffineTransform(look.crop.photo_from_square(size))
    return PartMap(skin=of(SKIN), hair=of(HAIR), frames=of(FRAMES), square_from_photo=there)
