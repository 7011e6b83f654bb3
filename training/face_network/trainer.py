"""One run: from a pool of samples to weights, within a time, and on from where it was cut off."""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from learning.precision import autocast
from learning.run import Entry, Run, begin, descend, restore, save
from learning.schedule import Schedule
from torch import Tensor

from face_network.batches import Batch, Mixing, prepared
from face_network.evaluation import evaluate, part_iou
from face_network.losses import (
    OVERLAP_WEIGHT,
    LossWeights,
    losses,
    missed_overlap,
    parts_loss,
    total,
)
from face_network.network import Design, FaceNetwork
from face_network.pool import Pool
from face_network.samples import mean_places
from face_network.scheme import point_weights
from face_network.weights import build


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of one run."""

    minutes: float = float("inf")  # over all parts of a run; the learning rate ends with it
    most_views: int | None = None  # end there instead: the same on every machine
    design: Design = field(default_factory=Design)
    schedule: Schedule = field(default_factory=Schedule)
    mixing: Mixing = field(default_factory=Mixing)
    loss_weights: LossWeights = field(default_factory=LossWeights)
    likelihood_from_views: int = 10_000
    parts_only: bool = False  # nothing but the part map learns
    save_every_s: float = 120.0
    evaluate_every_s: float = 240.0
    evaluated: int = 256  # samples of the test pool while training
    workers: int = 0  # threads that make batches; 0: the training thread does
    seed: int = 0


def train(
    pool: Pool,
    test: Pool | None,
    settings: Settings,
    cache: Path,
    device: torch.device,
    *,
    start: FaceNetwork | None = None,
    real: Pool | None = None,
    tell: Callable[[str], None] = print,
) -> FaceNetwork:
    """The trained network (running mean of its weights); `cache` keeps the run as it goes.

    A run that was cut off goes on from its checkpoint in `cache`. `start` is where a new run
    begins instead of at random. `real` are photographs of synthesize.py real, mixed in.
    """
    torch.manual_seed(settings.seed)
    cache.mkdir(parents=True, exist_ok=True)
    pool.take_in()
    if not len(pool):
        raise SystemExit(f"no shards in {', '.join(map(str, pool.folders))}: make some first")
    for other in (test, real):
        if other is not None:
            other.take_in()
    run = begin(start or build(settings.design, torch.from_numpy(mean_places(pool))), device)
    if restore(run, cache, device):
        tell(f"goes on at {run.seconds / 60:.1f} minutes, {run.seen} views")
    weight = torch.from_numpy(point_weights()).to(device)
    sums: dict[str, float] = defaultdict(float)
    since, last_save, last_evaluation = 0, run.seconds, run.seconds
    began = time.monotonic() - run.seconds
    size = 0
    batches: Iterator[Batch] = iter(())
    while (share := _share(run, settings)) < 1:
        if settings.schedule.size_px(share) != size or run.step % 100 == 0:
            pool.take_in()
            size = settings.schedule.size_px(share)
            # Seeds go on across restarts, so that no batch is seen twice.
            seeds = itertools.count(settings.seed * 1_000_000_000 + run.step)
            batches = prepared(
                pool, settings.mixing, size, seeds, workers=settings.workers, real=real
            )
        terms = _step(run, next(batches).to(device), weight, settings, share)
        since += 1
        for name, value in terms.items():
            sums[name] += value
        run.seconds = time.monotonic() - began
        finished = _share(run, settings) >= 1
        if run.seconds - last_evaluation > settings.evaluate_every_s or finished:
            entry = _entry(run, pool, {k: v / since for k, v in sums.items()}, size)
            sums, since = defaultdict(float), 0
            if test is not None and len(test):
                entry["test"] = _judged(run.mean, test, settings, device)
            run.log.append(entry)
            tell(_line(entry))
            last_evaluation = run.seconds
        if run.seconds - last_save > settings.save_every_s or finished:
            save(run, cache)
            last_save = run.seconds
    return run.mean


def _share(run: Run[FaceNetwork], settings: Settings) -> float:
    """How much of the run is over; 1 is its end."""
    if settings.most_views is not None:
        return run.seen / settings.most_views
    return run.seconds / (settings.minutes * 60)


def _step(
    run: Run[FaceNetwork], batch: Batch, weight: Tensor, settings: Settings, share: float
) -> dict[str, float]:
    device = batch.picture.device
    if settings.parts_only:
        error = _parts_error(run.network, batch)
        descend(run, error, settings.schedule, share, len(batch.picture))
        return {"parts": float(error.detach())}
    run.network.train()
    with autocast(device):
        answer = run.network(batch.picture, batch.sharp if len(batch.sharp) else None)
    likelihood = run.seen >= settings.likelihood_from_views
    terms = losses(answer, batch, weight, likelihood=likelihood)
    error = total(terms, settings.loss_weights)
    descend(run, error, settings.schedule, share, len(batch.picture))
    return {name: float(value.detach()) for name, value in terms.items()}


def _parts_error(network: FaceNetwork, batch: Batch) -> Tensor:
    """Of the part map on features that stay as they are."""
    network.eval()
    network.parts.train()
    with autocast(batch.picture.device):
        with torch.no_grad():
            features = network.body(batch.picture[: len(batch.parts)])
        logits = network.parts(batch.sharp, features)
    overlap = OVERLAP_WEIGHT * missed_overlap(logits, batch.parts)
    return parts_loss(logits, batch.parts) + overlap


def _judged(
    network: FaceNetwork, test: Pool, settings: Settings, device: torch.device
) -> dict[str, dict[str, float]]:
    if settings.parts_only:
        return {"iou": part_iou(network, test, most=settings.evaluated, device=device)}
    return evaluate(network, test, most=settings.evaluated, device=device)


def _entry(run: Run[FaceNetwork], pool: Pool, means: dict[str, float], size: int) -> Entry:
    return {
        "minutes": round(run.seconds / 60, 1),
        "views": run.seen,
        "samples": len(pool),
        "size_px": size,
        "loss": {name: round(value, 4) for name, value in means.items()},
    }


def _line(entry: Entry) -> str:
    loss = " ".join(f"{name} {value:.3f}" for name, value in entry["loss"].items())
    text = "{minutes} min, {views} views of {samples}, {size_px} px: ".format(**entry) + loss
    for name, row in entry.get("test", {}).items():
        text += f"\n    {name:6s} " + " ".join(f"{k} {v:.2f}" for k, v in row.items())
    return text
