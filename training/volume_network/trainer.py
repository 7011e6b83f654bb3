"""One run: from photographs to weights, within a time, and on from where it was cut off."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from face_network.network import FaceNetwork
from learning.precision import autocast
from learning.run import Entry, Run, begin, descend, restore, save
from learning.schedule import Schedule

from volume_network.batches import Batch, Source, batches
from volume_network.evaluation import Judge
from volume_network.heads import error_mm
from volume_network.losses import SoftCrossEntropy
from volume_network.network import Design, VolumeNetwork

HEAD_WEIGHT = 0.02  # per mm, beside the mean error of the cubes


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of one run."""

    minutes: float
    design: Design = field(default_factory=Design)
    band: float = 0.0  # how much more the cubes count that the surface cuts
    schedule: Schedule = field(default_factory=Schedule)
    save_every_s: float = 120.0
    judge_every_s: float = 300.0
    workers: int = 1
    seed: int = 0


def train(
    source: Source,
    judge: Judge | None,
    settings: Settings,
    cache: Path,
    device: torch.device,
    *,
    start: VolumeNetwork | None = None,
    face: FaceNetwork | None = None,
    tell: Callable[[str], None] = print,
) -> VolumeNetwork:
    """The trained network (running mean of its weights); `cache` keeps the run as it goes.

    A run that was cut off goes on from its checkpoint in `cache`. A new one begins with `start`, or
    with the body of the trained `face` network, or at random.
    """
    torch.manual_seed(settings.seed)
    cache.mkdir(parents=True, exist_ok=True)
    network = start or VolumeNetwork(settings.design)
    if start is None and face is not None:
        network.body.load_state_dict(face.body.state_dict())
    run = begin(network, device)
    if restore(run, cache, device):
        tell(f"goes on at {run.seconds / 60:.1f} minutes, {run.seen} samples")
    supply = batches(source, settings.seed + run.step, workers=settings.workers, begun=run.step)
    sums: dict[str, float] = defaultdict(float)
    since, last_save, last_judged = 0, run.seconds, run.seconds
    next(supply)  # workers are warm before the clock starts
    began = time.monotonic() - run.seconds
    while run.seconds < settings.minutes * 60:
        sums["error"] += _step(run, next(supply), settings, device)
        since += 1
        run.seconds = time.monotonic() - began
        finished = run.seconds >= settings.minutes * 60
        if run.seconds - last_judged > settings.judge_every_s or finished:
            entry: Entry = {
                "minutes": round(run.seconds / 60, 1),
                "samples": run.seen,
                "error": round(sums["error"] / since, 5),
            }
            sums, since = defaultdict(float), 0
            if judge is not None:
                entry["test"] = judge(run.mean, device)
            run.log.append(entry)
            tell(line_of(entry))
            last_judged = run.seconds
        if run.seconds - last_save > settings.save_every_s or finished:
            save(run, cache)
            last_save = run.seconds
    return run.mean


def _step(run: Run[VolumeNetwork], batch: Batch, settings: Settings, device: torch.device) -> float:
    run.network.train()
    batch = Batch(*(item.to(device) for item in batch))
    with autocast(device):
        answer = run.network(batch.picture, batch.guide)
    error = torch.zeros((), device=device)
    if answer.change is not None:
        soft = batch.soft if settings.design.guided else None
        error = error + SoftCrossEntropy.apply(answer.change, batch.solid, soft, settings.band)
    if answer.weights is not None:
        error = error + HEAD_WEIGHT * error_mm(answer.weights, batch.missing_mm.flatten(1))
    if answer.points is not None:
        off = answer.points.float() - batch.missing_points_mm.flatten(1)
        error = error + HEAD_WEIGHT * off.abs().mean()
    share = run.seconds / (settings.minutes * 60)
    descend(run, error, settings.schedule, share, len(batch.picture))
    return float(error.detach())


def line_of(entry: Entry) -> str:
    """An entry of the log in words."""
    text = "{minutes} min, {samples} samples: error {error:.4f}".format(**entry)
    for name, row in entry.get("test", {}).items():
        text += f"\n    {name:9s} " + " ".join(f"{k} {v:.3f}" for k, v in row.items())
    return text
