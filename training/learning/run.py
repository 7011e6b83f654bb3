"""A run of training as it stands: weights, their running mean, the optimiser; kept in a cache."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from learning.schedule import Schedule, follow
from learning.weights import save_weights

Entry = dict[str, Any]
Network = TypeVar("Network", bound=nn.Module)

WEIGHT_DECAY = 0.02  # of matrices; biases and norms are free
BETAS = (0.9, 0.98)
MOST_GRADIENT = 5.0  # longer ones are shortened


@dataclass(kw_only=True)
class Run(Generic[Network]):
    """All that a run needs to go on."""

    network: Network
    mean: Network  # running mean of the weights: what is used in the end
    optimizer: torch.optim.Optimizer
    step: int = 0
    seen: int = 0  # samples, each time they are shown
    seconds: float = 0.0
    log: list[Entry] = field(default_factory=list)


def begin(network: Network, device: torch.device) -> Run[Network]:
    """A run at its beginning."""
    network = network.to(device=device, memory_format=torch.channels_last)
    groups = [
        {"params": [p for p in network.parameters() if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in network.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, betas=BETAS)
    return Run(network=network, mean=copy.deepcopy(network), optimizer=optimizer)


def descend(run: Run[Network], error: Tensor, schedule: Schedule, share: float, seen: int) -> None:
    """One step down the gradient of `error`, which `seen` samples gave.

    share  0..1 of the run that is over
    """
    if not torch.isfinite(error):
        raise RuntimeError("the loss is no number: weights stay as the last checkpoint has them")
    for group in run.optimizer.param_groups:
        group["lr"] = schedule.rate(share, run.step)
    run.optimizer.zero_grad(set_to_none=True)
    error.backward()
    nn.utils.clip_grad_norm_(run.network.parameters(), MOST_GRADIENT)
    run.optimizer.step()
    follow(run.mean, run.network, run.step)
    run.step += 1
    run.seen += seen


def save(run: Run[Network], cache: Path) -> None:
    """The checkpoint, the weights in use and the log; at once or not at all."""
    state = {
        "network": run.network.state_dict(),
        "mean": run.mean.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "counts": {"step": run.step, "seen": run.seen, "seconds": run.seconds},
        "log": run.log,
    }
    unfinished = cache / "unfinished.pt"
    torch.save(state, unfinished)
    os.replace(unfinished, cache / "checkpoint.pt")
    save_weights(run.mean, cache / "unfinished.npz")
    os.replace(cache / "unfinished.npz", cache / "weights.npz")
    (cache / "log.json").write_text(json.dumps(run.log, indent=1) + "\n")


def restore(run: Run[Network], cache: Path, device: torch.device) -> bool:
    """Go on from the checkpoint in the cache; False where there is none."""
    checkpoint = cache / "checkpoint.pt"
    if not checkpoint.exists():
        return False
    state = torch.load(checkpoint, map_location=device, weights_only=True)
    run.network.load_state_dict(state["network"])
    run.mean.load_state_dict(state["mean"])
    run.optimizer.load_state_dict(state["optimizer"])
    counts = state["counts"]
    run.step, run.seen, run.seconds = counts["step"], counts["seen"], counts["seconds"]
    run.log = state["log"]
    return True
