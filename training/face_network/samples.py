"""One sample as the network meets it: the square, and the truth in its coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from photographs.shards import SEEN, Shard

from face_network.framing import STEADY, Framing, cut_out, rotated, training_crop
from face_network.part_map import ENLARGED
from face_network.pool import Pool
from face_network.scheme import expression_mirror
from faceborn.model.face_points import load_face_points
from faceborn.types import Array

MIRROR_X = np.diag([-1.0, 1.0, 1.0])


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """Of one square; lengths in its sides, (0, 0) its upper left corner."""

    points: Array  # (L, 3) x, y, depth towards the viewer
    visible: Array  # (L,) bool: neither hidden nor covered, inside of the square
    irises: Array  # (2, 3) left, right: x, y, radius
    iris_seen: Array  # (2,) 0..1
    rotation: Array  # (3, 3) R
    expression: Array  # (52,) 0..1


def cut_sample(
    shard: Shard, index: int, framing: Framing, rng: np.random.Generator, size_px: int
) -> tuple[Array, Truth, Array]:
    """(S, S, 3) uint8 square, its truth, and (2, 3) the transform from the picture to sides."""
    truth = shard.truth
    points = truth["landmarks"][index].astype(np.float64)
    rotation = truth["rotation"][index].astype(np.float64)
    transform = training_crop(points[load_face_points().core, :2], rotation, framing, rng)
    picture = cut_out(shard.image(index), transform, size_px)
    scale = float(np.linalg.norm(transform[:, 0]))
    xy = points[:, :2] @ transform[:, :2].T + transform[:, 2]
    iris = truth["iris"][index].astype(np.float64)
    centre = iris[:, :2] @ transform[:, :2].T + transform[:, 2]
    inside = ((xy > 0) & (xy < 1)).all(1)
    cut = Truth(
        points=np.column_stack([xy, points[:, 2] * scale]),
        visible=(truth["visibility"][index] == SEEN) & inside,
        irises=np.column_stack([centre, iris[:, 2] * scale]),
        iris_seen=truth["iris_seen"][index],
        rotation=rotated(rotation, transform),
        expression=truth["expression"][index],
    )
    return picture, cut, transform


def cut_parts(shard: Shard, index: int, transform: Array, size_px: int) -> tuple[Array, Array]:
    """What the part map learns from: the square twice as large, and (S, S) uint8 its classes."""
    sharp = cut_out(shard.image(index), transform, size_px * ENLARGED)
    return sharp, cut_out(shard.parts(index), transform, size_px, nearest=True)


def mirrored(truth: Truth) -> Truth:
    """The truth of the square seen in a mirror."""
    mirror = load_face_points().mirror
    points, irises = truth.points[mirror], truth.irises[::-1].copy()
    points[:, 0] = 1 - points[:, 0]
    irises[:, 0] = 1 - irises[:, 0]
    return Truth(
        points=points,
        visible=truth.visible[mirror],
        irises=irises,
        iris_seen=truth.iris_seen[::-1],
        rotation=MIRROR_X @ truth.rotation @ MIRROR_X,
        expression=truth.expression[expression_mirror()],
    )


def mean_places(pool: Pool, *, most: int = 256) -> Array:
    """(L, 3) where the points lie in upright squares, the mean of the first samples."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(min(len(pool), most)):
        shard, index = pool.find(number)
        rows.append(cut_sample(shard, index, STEADY, rng, 8)[1].points)
    return np.mean(rows, 0).astype(np.float32)
