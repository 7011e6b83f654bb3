"""One run: from a pool of samples to weights, within a time, and on from where it was cut off."""

from __future__ import annotations

import copy
import itertools
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from face_network.batches import Batch, Mixing, prepared
from face_network.evaluation import evaluate
from face_network.losses import LossWeights, losses, total
from face_network.network import Design, FaceNetwork
from face_network.pool import Pool
from face_network.samples import mean_places
from face_network.schedule import Schedule, follow
from face_network.scheme import point_weights
from face_network.weights import build, save_weights

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of one run."""

    minutes: float = float("inf")  # over all parts of a run; the learning rate ends with it
    most_views: int | None = None  # end there instead: the same on every machine
    design: Design = field(default_factory=Design)
    schedule: Schedule = field(default_factory=Schedule)
    mixing: Mixing = field(default_factory=Mixing)
    loss_weights: LossWeights = field(default_factory=LossWeights)
    weight_decay: float = 0.02
    most_gradient: float = 5.0  # longer ones are shortened
    likelihood_from_views: int = 10_000
    save_every_s: float = 120.0
    evaluate_every_s: float = 240.0
    evaluated: int = 256  # samples of the test pool while training
    workers: int = 0  # threads that make batches; 0: the training thread does
    seed: int = 0


@dataclass(kw_only=True)
class Run:
    """A run as it stands."""

    network: FaceNetwork
    mean: FaceNetwork  # running mean of the weights: what is used in the end
    optimizer: torch.optim.Optimizer
    step: int = 0
    views: int = 0
    seconds: float = 0.0
    log: list[Entry] = field(default_factory=list)

    def share(self, settings: Settings) -> float:
        """How much of the run is done; from 1 on it is over."""
        if settings.most_views is not None:
            return self.views / settings.most_views
        return self.seconds / (settings.minutes * 60)


def train(
    pool: Pool,
    test: Pool | None,
    settings: Settings,
    cache: Path,
    device: torch.device,
    *,
    start: FaceNetwork | None = None,
    tell: Callable[[str], None] = print,
) -> FaceNetwork:
    """The trained network (running mean of its weights); `cache` keeps the run as it goes.

    A run that was cut off goes on from its checkpoint in `cache`. `start` is where a new run
    begins instead of at random.
    """
    torch.manual_seed(settings.seed)
    cache.mkdir(parents=True, exist_ok=True)
    pool.take_in()
    if not len(pool):
        raise SystemExit(f"no shards in {', '.join(map(str, pool.folders))}: make some first")
    if test is not None:
        test.take_in()
    run = _begin(pool, settings, device, start)
    checkpoint = cache / "checkpoint.pt"
    if checkpoint.exists():
        _restore(run, checkpoint, device)
        tell(f"goes on at {run.seconds / 60:.1f} minutes, {run.views} views")
    weight = torch.from_numpy(point_weights()).to(device)
    sums: dict[str, float] = defaultdict(float)
    since, last_save, last_evaluation = 0, run.seconds, run.seconds
    began = time.monotonic() - run.seconds
    size = 0
    batches: Iterator[Batch] = iter(())
    while (share := run.share(settings)) < 1:
        if settings.schedule.size_px(share) != size or run.step % 100 == 0:
            pool.take_in()
            size = settings.schedule.size_px(share)
            # Seeds go on across restarts, so that no batch is seen twice.
            seeds = itertools.count(settings.seed * 1_000_000_000 + run.step)
            batches = prepared(pool, settings.mixing, size, seeds, workers=settings.workers)
        terms = _step(run, next(batches).to(device), weight, settings, share)
        since += 1
        for name, value in terms.items():
            sums[name] += value
        run.seconds = time.monotonic() - began
        finished = run.share(settings) >= 1
        if run.seconds - last_evaluation > settings.evaluate_every_s or finished:
            entry = _entry(run, pool, {k: v / since for k, v in sums.items()}, size)
            sums, since = defaultdict(float), 0
            if test is not None and len(test):
                entry["test"] = evaluate(run.mean, test, most=settings.evaluated, device=device)
            run.log.append(entry)
            tell(_line(entry))
            last_evaluation = run.seconds
        if run.seconds - last_save > settings.save_every_s or finished:
            _save(run, cache)
            last_save = run.seconds
    return run.mean


def _begin(pool: Pool, settings: Settings, device: torch.device, start: FaceNetwork | None) -> Run:
    network = start or build(settings.design, torch.from_numpy(mean_places(pool)))
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


def _step(
    run: Run, batch: Batch, weight: Tensor, settings: Settings, share: float
) -> dict[str, float]:
    for group in run.optimizer.param_groups:
        group["lr"] = settings.schedule.rate(share, run.step)
    run.network.train()
    device = batch.picture.device
    with torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device)):
        answer = run.network(batch.picture, parts_of=len(batch.parts))
    likelihood = run.views >= settings.likelihood_from_views
    terms = losses(answer, batch, weight, likelihood=likelihood)
    run.optimizer.zero_grad(set_to_none=True)
    total(terms, settings.loss_weights).backward()
    nn.utils.clip_grad_norm_(run.network.parameters(), settings.most_gradient)
    run.optimizer.step()
    follow(run.mean, run.network, run.step)
    run.step += 1
    run.views += len(batch.picture)
    return {name: float(value.detach()) for name, value in terms.items()}


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether the machine computes in bfloat16; one that imitates it is ten times slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _entry(run: Run, pool: Pool, means: dict[str, float], size: int) -> Entry:
    return {
        "minutes": round(run.seconds / 60, 1),
        "views": run.views,
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


def _save(run: Run, cache: Path) -> None:
    """The checkpoint, the weights in use and the log; at once or not at all."""
    state = {
        "network": run.network.state_dict(),
        "mean": run.mean.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "counts": {"step": run.step, "views": run.views, "seconds": run.seconds},
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
    run.step, run.views, run.seconds = counts["step"], counts["views"], counts["seconds"]
    run.log = state["log"]
