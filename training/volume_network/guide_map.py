"""The guide's map, learnt: which head stands behind the points that the face network found.

Ridge regression on photographs whose heads are known. Its answer is in the modes of the head model
and small changes of pose, so what it learns is how identity, expression and pose hide in the errors
of 365 points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from face_network.batches import to_network
from face_network.framing import Framing, cut_out, training_crop
from face_network.network import FaceNetwork
from learning.precision import autocast
from photographs.shards import Shard, find_shards, read_shard

from faceborn.faces.network import SIZE_PX as LOOK_PX
from faceborn.model import load_head_model
from faceborn.model.expected import (
    EXPRESSION_SD,
    NEAR_STEP_PER_MM,
    POSES,
    features_of,
    modes_of,
)
from faceborn.model.face_points import load_face_points
from faceborn.model.perspective import UPSIDE_DOWN, lay_mean, nearness
from faceborn.types import Array

STIFFNESS = 300.0  # of the ridge, in samples: features have unit variance
TOGETHER = 32
LOOKS_AT_REAL = 12  # each time in another square


class Row(NamedTuple):
    """One photograph: what the map is told, and what it should answer."""

    features: Array  # (F,)
    answer: Array  # (M + 1,)


def learn_map(
    folders: Sequence[Path],
    face: FaceNetwork,
    *,
    most: int,
    real: Path | None = None,
    seed: int = 0,
) -> Array:
    """(F + 1, M + 1) float32 of `most` photographs, or of all there are.

    real  photographs of synthesize.py real: each is looked at LOOKS_AT_REAL times and counts more
    """
    rng = np.random.default_rng(seed)
    rows = list(_rows(folders, face, most, rng))
    if not rows:
        raise SystemExit(f"no shards in {', '.join(map(str, folders))}: make some first")
    if real is not None:
        count = sum(len(read_shard(path)) for path in find_shards(real))
        rows += _rows([real] * LOOKS_AT_REAL, face, LOOKS_AT_REAL * count, rng)
    told = np.stack([row.features for row in rows])
    answers = np.stack([row.answer for row in rows])
    return ridge(told, answers, STIFFNESS).astype(np.float32)


def read_map(path: Path) -> Array:
    """(F + 1, M + 1) float32"""
    with np.load(path) as stored:
        return np.asarray(stored["map"], np.float32)


def ridge(told: Array, answers: Array, stiffness: float) -> Array:
    """(F + 1, A): the last row is what is answered when the features say nothing."""
    middle, spread = told.mean(0), told.std(0) + 1e-3
    scaled, mean = (told - middle) / spread, answers.mean(0)
    square = scaled.T @ scaled + stiffness * np.eye(scaled.shape[1])
    linear = np.linalg.solve(square, scaled.T @ (answers - mean)) / spread[:, None]
    return np.concatenate([linear, (mean - middle @ linear)[None]])


def _rows(
    folders: Sequence[Path], face: FaceNetwork, most: int, rng: np.random.Generator
) -> Iterator[Row]:
    points, model = load_face_points(), load_head_model()
    mean = points.of(model.mean_mm).astype(np.float64)
    every = np.arange(len(model.mean_mm))
    modes = np.stack([points.of(mode) for mode in modes_of(model, every)])
    made = 0
    for path in (path for folder in folders for path in find_shards(folder)):
        shard = read_shard(path)
        for first in range(0, len(shard), TOGETHER):
            if made >= most:
                return
            some = range(first, min(first + TOGETHER, len(shard)))
            squares, truths = zip(*(_square(shard, index, rng) for index in some), strict=True)
            for index, found, truth in zip(some, _look(face, squares), truths, strict=True):
                weights = np.concatenate(
                    [
                        shard.truth["identity"][index],
                        shard.truth["expression"][index] / EXPRESSION_SD,
                    ]
                )
                yield _row(mean, modes, weights.astype(np.float64), found, truth)
                made += 1


def _row(mean: Array, modes: Array, weights: Array, found: Array, truth: Array) -> Row:
    """What identity and expression leave of the true points, pose and perspective explain."""
    laid = lay_mean(mean, found)
    unposed = ((truth * UPSIDE_DOWN) - laid.shift) @ laid.rotation / laid.scale
    rest = unposed - mean - np.tensordot(weights, modes[: len(weights)], 1)
    spread = nearness(mean, mean.mean(0), laid.rotation)
    explaining = np.concatenate([modes[-POSES:].reshape(POSES, -1), spread.reshape(1, -1)])
    pose = np.linalg.lstsq(explaining.T, rest.ravel(), rcond=None)[0]
    unused = np.zeros(len(modes) - POSES - len(weights))
    near = (pose[-1] - laid.near_per_mm) / NEAR_STEP_PER_MM
    return Row(features_of(laid), np.concatenate([weights, unused, pose[:-1], [near]]))


def _square(shard: Shard, index: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """What the network sees of a photograph, and the true points there (L, 3), in sides."""
    points = shard.truth["landmarks"][index].astype(np.float64)
    rotation = shard.truth["rotation"][index].astype(np.float64)
    core = load_face_points().core
    transform = training_crop(points[core, :2], rotation, Framing(share_rough=0.0), rng)
    scale = np.linalg.norm(transform[:, 0])
    flat = points[:, :2] @ transform[:, :2].T + transform[:, 2]
    truth = np.column_stack([flat, points[:, 2] * scale])
    return cut_out(shard.image(index), transform, LOOK_PX), truth


@torch.no_grad()
def _look(face: FaceNetwork, squares: Sequence[Array]) -> Array:
    """(B, L, 3)"""
    cv2.setNumThreads(1)
    with autocast(torch.device("cpu")):
        points = face(to_network(np.stack(squares))).points
    return torch.cat([points.xy, points.depth[..., None]], 2).double().numpy()
