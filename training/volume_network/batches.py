"""Batches, made by processes of their own while the network learns from the last."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from face_network.batches import Mixing, draw_relighting, relit, to_network
from face_network.framing import Framing
from face_network.pool import Pool
from face_network.weights import load_weights
from torch import Tensor

from faceborn.types import Array
from faceborn.volume.grid import DOUBT_CUBES, SIZE, SLICES, blurred, halved
from volume_network.guide_map import read_map
from volume_network.heads import missing_mm, missing_points_mm
from volume_network.samples import Sample, Sitting

HALF = SIZE // 2
FIRST_YAW_DEG, LAST_YAW_DEG = 20.0, 95.0  # of a run that begins with fronts


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a worker finds photographs and the network that looks at them."""

    folders: tuple[Path, ...]
    face: Path  # weights of the face network
    guide: Path  # the guide's map
    framing: Framing
    samples: int = 16  # of a batch
    frontal_batches: int = 0  # so many at the start grow from fronts alone to every yaw


class Batch(NamedTuple):
    """B samples, channels last in memory."""

    picture: Tensor  # (B, 3, P, P) -1..1
    guide: Tensor  # (B, 50, 48, 48) 0..1
    soft: Tensor  # (B, 4 * SLICES, 48, 48) uint8, the guide softened, nowhere quite 0 or 255
    solid: Tensor  # (B, 4 * SLICES, 48, 48) uint8
    missing_mm: Tensor  # (B, 3 N, 1, 1) heads.missing_mm
    missing_points_mm: Tensor  # (B, 204, 1, 1) heads.missing_points_mm


def pack(samples: list[Sample], rng: np.random.Generator | None = None) -> Batch:
    """Samples as the network takes them; with `rng`, each in a light of its own."""
    pictures = to_network(np.stack([s.picture for s in samples]))
    if rng is not None:
        pictures = relit(pictures, draw_relighting(len(pictures), Mixing(), rng))
    guides = [np.ascontiguousarray(s.guide.transpose(2, 0, 1)) for s in samples]
    soft = np.stack([blurred(guide, DOUBT_CUBES) for guide in guides]).clip(1, 254)
    solids = np.stack([s.solid for s in samples])
    return Batch(
        picture=pictures,
        guide=torch.from_numpy(np.stack([halved(guide) for guide in guides]) / 255).contiguous(
            memory_format=torch.channels_last
        ),
        soft=torch.from_numpy(packed(soft.transpose(0, 2, 3, 1))).permute(0, 3, 1, 2),
        solid=torch.from_numpy(packed(solids)).permute(0, 3, 1, 2),
        missing_mm=_column([missing_mm(s) for s in samples]),
        missing_points_mm=_column([missing_points_mm(s) for s in samples]),
    )


def _column(rows: list[Array]) -> Tensor:
    """(B, N, 1, 1)"""
    return torch.from_numpy(np.stack(rows)[..., None, None])


def packed(solids: Array) -> Array:
    """(B, SIZE, SIZE, SLICES) to (B, 48, 48, 4 * SLICES), what `unpack` of the grid reads."""
    split = solids.reshape(len(solids), HALF, 2, HALF, 2, SLICES)
    return np.ascontiguousarray(split.transpose(0, 1, 3, 2, 4, 5)).reshape(
        len(solids), HALF, HALF, 4 * SLICES
    )


def batches(source: Source, seed: int, *, workers: int, begun: int = 0) -> Iterator[Batch]:
    """Batches without end; those of a seed are the same, in the order of their workers.

    begun  how many the run has had before
    """
    context = multiprocessing.get_context("spawn")
    queues = [context.Queue(4) for _ in range(workers)]
    for number, queue in enumerate(queues):
        numbers = itertools.count(begun + number, workers)
        arguments = (source, seed * 1000 + number, numbers, queue)
        context.Process(target=_work, args=arguments, daemon=True).start()
    while True:
        for queue in queues:
            yield _from_arrays(queue.get())


def _work(source: Source, seed: int, numbers: Iterator[int], queue: Any) -> None:
    torch.set_num_threads(1)
    pool = Pool(source.folders)
    sitting = Sitting(pool, load_weights(source.face), read_map(source.guide))
    rng = np.random.default_rng(seed)
    for made, number in enumerate(numbers):
        if made % 100 == 0:
            pool.take_in()
        chosen = _chosen(pool, source, number, rng)
        samples = sitting.draw(chosen, source.framing, rng)
        batch = pack(samples, rng)
        # Plain arrays travel by pickle: tensors would need a shared memory that containers lack.
        queue.put([item.permute(0, 2, 3, 1).numpy() for item in batch])


def _chosen(pool: Pool, source: Source, number: int, rng: np.random.Generator) -> list[int]:
    """The samples of batch `number`: any, or in the beginning those turned little."""
    if number >= source.frontal_batches:
        return rng.integers(len(pool), size=source.samples).tolist()
    most_deg = FIRST_YAW_DEG + (LAST_YAW_DEG - FIRST_YAW_DEG) * number / source.frontal_batches
    chosen: list[int] = []
    while len(chosen) < source.samples:
        shard, index = pool.find(sample := int(rng.integers(len(pool))))
        if abs(float(shard.truth["pose_deg"][index][0])) <= most_deg:
            chosen.append(sample)
    return chosen


def _from_arrays(arrays: list[Array]) -> Batch:
    return Batch(*(torch.from_numpy(array).permute(0, 3, 1, 2) for array in arrays))
