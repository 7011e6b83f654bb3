"""What is skin, hair and frame of spectacles around one face, as our own network sees it."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.faces.find import MIN_PRESENCE
from faceborn.faces.network import PARTS, FaceNetwork
from faceborn.types import Array, Face, PartMap, Photo

SKIN = ("skin", "brow", "eye", "lip", "inner mouth", "spectacles")
HAIR = ("hair", "beard")
FRAMES = ("spectacles",)


def map_parts(photo: Photo, face: Face, *, network: FaceNetwork | None = None) -> PartMap | None:
    """The map around `face`, or None where the network sees no face. About 20 ms."""
    look = (network or FaceNetwork()).find(photo.pixels, face)
    if look.score < MIN_PRESENCE:
        return None
    share = np.exp(look.parts - look.parts.max(0))
    share /= share.sum(0)

    def of(names: tuple[str, ...]) -> Array:
        return np.asarray(share[[PARTS.index(name) for name in names]].sum(0), np.float32)

    size = look.parts.shape[1]
    there = cv2.invertAffineTransform(look.crop.photo_from_square(size))
    return PartMap(skin=of(SKIN), hair=of(HAIR), frames=of(FRAMES), square_from_photo=there)
