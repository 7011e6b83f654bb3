"""Squares without a face, for the face score: places of the photographs beside or within a face."""

from __future__ import annotations

import numpy as np
from photographs.shards import SIZE_PX, Shard

from face_network.framing import crop_from_picture, cut_out
from faceborn.model.face_points import load_face_points
from faceborn.types import Array

TRIES = 8
# A square counts as empty if it shows fewer of the core points than this share, or, much smaller
# than the face, is a piece of it: neither is what a detector should have called a face.
MOST_POINTS = 0.15
PIECE_SIDE = 0.3  # of the longer side of the core points' bounds


def cut_negative(shard: Shard, index: int, rng: np.random.Generator, size_px: int) -> Array | None:
    """(S, S, 3) uint8, or None if no place was found in a few tries."""
    core = shard.truth["landmarks"][index][load_face_points().core, :2]
    face_px = float((core.max(0) - core.min(0)).max())
    for _ in range(TRIES):
        side = face_px * float(rng.uniform(0.15, 0.9))
        middle = rng.uniform(0, SIZE_PX, 2)
        turn = float(rng.normal(0, 0.3))
        transform = crop_from_picture(middle, side, turn)
        places = core @ transform[:, :2].T + transform[:, 2]
        inside = ((places > 0) & (places < 1)).all(1).mean()
        if inside < MOST_POINTS or side < PIECE_SIDE * face_px:
            return cut_out(shard.image(index), transform, size_px)
    return None
