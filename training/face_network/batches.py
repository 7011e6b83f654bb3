"""Samples put together for one step: cut out, mirrored by halves, in other light."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from face_network.framing import Framing
from face_network.negatives import cut_negative
from face_network.part_map import ENLARGED
from face_network.pool import Pool
from face_network.samples import Truth, cut_parts, cut_sample, mirrored
from faceborn.types import Array


@dataclass(frozen=True, kw_only=True)
class Mixing:
    """How a batch is made up."""

    samples: int = 32
    share_negative: float = 0.06
    share_with_parts: float = 0.25  # the map costs memory: only so many of a batch are drawn
    share_real: float = 0.2  # where there are real photographs
    framing: Framing = field(default_factory=Framing)
    gain: float = 0.2  # standard deviations of log brightness, of log colour, of an offset
    colour: float = 0.12
    offset: float = 0.06
    share_grey: float = 0.25  # without colour, beside those that were photographed so


class Batch(NamedTuple):
    """B samples, faces first; the first P have a part map."""

    picture: Tensor  # (B, 3, S, S) float32 RGB -1..1
    points: Tensor  # (F, L, 3)
    visible: Tensor  # (F, L) 0 or 1
    irises: Tensor  # (F, 2, 3)
    iris_seen: Tensor  # (F, 2)
    rotation: Tensor  # (F, 3, 3)
    expression: Tensor  # (F, 52)
    parts: Tensor  # (P, S, S) int64
    sharp: Tensor  # (P, 3, 2 S, 2 S) as picture, twice as large
    faces: int  # F; the others are negatives

    def to(self, device: torch.device) -> Batch:
        return Batch(*(item.to(device) if isinstance(item, Tensor) else item for item in self))


def make_batch(
    pool: Pool, mixing: Mixing, size_px: int, seed: int, *, real: Pool | None = None
) -> Batch:
    """The batch of a seed: the same seed and pools, the same batch.

    real  photographs whose parts are known here and there, or nowhere
    """
    rng = np.random.default_rng(seed)
    pictures: list[Array] = []
    truths: list[Truth] = []
    parts: list[Array] = []
    sharp: list[Array] = []
    drawn = round(mixing.samples * mixing.share_with_parts)
    negatives = round(mixing.samples * mixing.share_negative)
    for place in range(mixing.samples - negatives):
        source = pool
        if real is not None and rng.random() < mixing.share_real:
            source = real
        shard, index = source.find(int(rng.integers(len(source))))
        picture, truth, transform = cut_sample(shard, index, mixing.framing, rng, size_px)
        step = 1
        if rng.random() < 0.5:
            picture, truth, step = picture[:, ::-1], mirrored(truth), -1
        pictures.append(picture)
        truths.append(truth)
        if place < drawn:
            larger, labels = cut_parts(shard, index, transform, size_px)
            sharp.append(larger[:, ::step])
            parts.append(labels[:, ::step])
    for _ in range(negatives):
        shard, index = pool.find(int(rng.integers(len(pool))))
        empty = cut_negative(shard, index, rng, size_px)
        if empty is not None:
            pictures.append(empty)
    light = draw_relighting(len(pictures), mixing, rng)
    none = np.zeros((0, size_px * ENLARGED, size_px * ENLARGED, 3), np.uint8)
    return Batch(
        picture=relit(to_network(np.stack(pictures)), light),
        points=_stacked([truth.points for truth in truths]),
        visible=_stacked([truth.visible for truth in truths]),
        irises=_stacked([truth.irises for truth in truths]),
        iris_seen=_stacked([truth.iris_seen for truth in truths]),
        rotation=_stacked([truth.rotation for truth in truths]),
        expression=_stacked([truth.expression for truth in truths]),
        parts=torch.from_numpy(np.stack(parts).astype(np.int64))
        if parts
        else torch.zeros(0, size_px, size_px, dtype=torch.int64),
        sharp=relit(to_network(np.stack(sharp) if sharp else none), light),
        faces=len(truths),
    )


def to_network(pictures: Array) -> Tensor:
    """(B, S, S, 3) uint8 to (B, 3, S, S) in -1..1, channels last in memory."""
    scaled = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
    return (scaled / 127.5 - 1).contiguous(memory_format=torch.channels_last)


class Relighting(NamedTuple):
    """How each of B pictures is changed."""

    factor: Tensor  # (B, 3, 1, 1)
    offset: Tensor  # (B, 1, 1, 1)
    grey: Tensor  # (B, 1, 1, 1) bool


def draw_relighting(count: int, mixing: Mixing, rng: np.random.Generator) -> Relighting:
    """Brighter or darker, tinted, some grey, each picture its own way."""
    gain = mixing.gain * rng.standard_normal((count, 1, 1, 1))
    tint = mixing.colour * rng.standard_normal((count, 3, 1, 1))
    offset = mixing.offset * rng.standard_normal((count, 1, 1, 1))
    return Relighting(
        factor=torch.from_numpy(np.exp(gain + tint)).float(),
        offset=torch.from_numpy(offset).float(),
        grey=torch.from_numpy(rng.random((count, 1, 1, 1)) < mixing.share_grey),
    )


def relit(pictures: Tensor, light: Relighting) -> Tensor:
    """The first pictures of those that the relighting was drawn for, or all."""
    factor, offset, grey = (values[: len(pictures)] for values in light)
    lit = (pictures * factor + offset).clamp(-1, 1)
    return torch.where(grey, lit.mean(1, keepdim=True), lit)


def prepared(
    pool: Pool,
    mixing: Mixing,
    size_px: int,
    seeds: Iterator[int],
    *,
    workers: int,
    real: Pool | None = None,
) -> Iterator[Batch]:
    """Batches for as many seeds; with workers, the next ones are made while one is used."""
    if workers == 0:
        for seed in seeds:
            yield make_batch(pool, mixing, size_px, seed, real=real)
        return
    with ThreadPoolExecutor(workers) as threads:
        waiting = []
        for seed in seeds:
            waiting.append(threads.submit(make_batch, pool, mixing, size_px, seed, real=real))
            if len(waiting) > 2 * workers:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()


def _stacked(rows: list[Array]) -> Tensor:
    return torch.from_numpy(np.stack(rows).astype(np.float32))
