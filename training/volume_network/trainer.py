"""One run: from photographs to weights, within a time, and on from where it was cut off."""

from __future__ import annotations

import copy
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from face_network.network import FaceNetwork
from face_network.schedule import Schedule, follow
from face_network.trainer import has_fast_bfloat16
from torch import nn

from volume_network.batches import Batch, Source, batches
from volume_network.evaluation import Judge
from volume_network.losses import SoftCrossEntropy
from volume_network.network import Design, VolumeNetwork
from volume_network.weights import save_weights

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of one run."""

    minutes: float
    design: Design = field(default_factory=Design)
    schedule: Schedule = field(default_factory=Schedule)
    weight_decay: float = 0.02
    most_gradient: float = 5.0  # longer ones are shortened
    save_every_s: float = 120.0
    judge_every_s: float = 300.0
    workers: int = 1
    seed: int = 0


@dataclass(kw_only=True)
class Run:
    """A run as it stands."""

    network: VolumeNetwork
    mean: VolumeNetwork  # running mean of the weights: what is used in the end
    optimizer: torch.optim.Optimizer
    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    log: list[Entry] = field(default_factory=list)


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
    run = _begin(settings, device, start, face)
    checkpoint = cache / "checkpoint.pt"
    if checkpoint.exists():
        _restore(run, checkpoint, device)
        tell(f"goes on at {run.seconds / 60:.1f} minutes, {run.samples} samples")
    supply = batches(source, settings.seed + run.step, workers=settings.workers)
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
                "samples": run.samples,
                "error": round(sums["error"] / since, 5),
            }
            sums, since = defaultdict(float), 0
            if judge is not None:
                entry["test"] = judge(run.mean, device)
            run.log.append(entry)
            tell(line_of(entry))
            last_judged = run.seconds
        if run.seconds - last_save > settings.save_every_s or finished:
            _save(run, cache)
            last_save = run.seconds
    return run.mean


def _begin(
    settings: Settings,
    device: torch.device,
    start: VolumeNetwork | None,
    face: FaceNetwork | None,
) -> Run:
    network = start or VolumeNetwork(settings.design)
    if start is None and face is not None:
        network.body.load_state_dict(face.body.state_dict())
    network = network.to(device=device, memory_format=torch.channels_last)
    decayed = [p for p in network.parameters() if p.ndim > 1]
    free = [p for p in network.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": settings.weight_decay},
            {"params": free, "weight_decay": 0.0},
        ],
        lr=settings.schedule.peak,
        betas=(0.9, 0.98),
    )
    return Run(network=network, mean=copy.deepcopy(network), optimizer=optimizer)


def _step(run: Run, batch: Batch, settings: Settings, device: torch.device) -> float:
    share = run.seconds / (settings.minutes * 60)
    for group in run.optimizer.param_groups:
        group["lr"] = settings.schedule.rate(share, run.step)
    run.network.train()
    batch = Batch(*(item.to(device) for item in batch))
    with torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device)):
        change = run.network(batch.picture, batch.guide)
    soft = batch.soft if settings.design.guided else None
    error = SoftCrossEntropy.apply(change, batch.solid, soft)
    run.optimizer.zero_grad(set_to_none=True)
    error.backward()
    nn.utils.clip_grad_norm_(run.network.parameters(), settings.most_gradient)
    run.optimizer.step()
    follow(run.mean, run.network, run.step)
    run.step += 1
    run.samples += len(batch.picture)
    return float(error.detach())


def line_of(entry: Entry) -> str:
    """An entry of the log in words."""
    text = "{minutes} min, {samples} samples: error {error:.4f}".format(**entry)
    for name, row in entry.get("test", {}).items():
        text += f"\n    {name:9s} " + " ".join(f"{k} {v:.3f}" for k, v in row.items())
    return text


def _save(run: Run, cache: Path) -> None:
    """The checkpoint, the weights in use and the log; at once or not at all."""
    state = {
        "network": run.network.state_dict(),
        "mean": run.mean.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "counts": {"step": run.step, "samples": run.samples, "seconds": run.seconds},
        "log": run.log,
    }
    unfinished = cache / "unfinished.pt"
    torch.save(state, unfinished)
    os.replace(unfinished, cache / "checkpoint.pt")
    save_weights(run.mean, cache / "unfinished.npz")
    os.replace(cache / "unfinished.npz", cache / "weights.npz")
    (cache / "log.json").write_text(json.dumps(run.log, indent=1) + "\n")


def _restore(run: Run, checkpoint: Path, device: torch.device) -> None:
    state = torch.load(checkpoint, map_location=device, weights_only=True)
    run.network.load_state_dict(state["network"])
    run.mean.load_state_dict(state["mean"])
    run.optimizer.load_state_dict(state["optimizer"])
    counts = state["counts"]
    run.step, run.samples, run.seconds = counts["step"], counts["samples"], counts["seconds"]
    run.log = state["log"]
