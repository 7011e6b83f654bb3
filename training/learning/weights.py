"""Weights on disk: half precision, with what the network is built from; no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor


class Designed(Protocol):
    """A network that knows what it is built from."""

    @property
    def design(self) -> Any:
        """A dataclass of numbers, words and tuples."""

    def state_dict(self) -> dict[str, Tensor]:
        """As of torch.nn.Module."""


class Stored(NamedTuple):
    """What a file of weights tells."""

    design: dict[str, Any]  # the fields of the network's Design
    state: dict[str, Tensor]  # float32


def save_weights(network: Designed, path: Path) -> None:
    """An npz in half precision."""
    arrays: dict[str, Any] = {}
    for name, value in network.state_dict().items():
        array = value.detach().cpu().numpy()
        arrays[name] = array.astype(np.float16) if array.dtype == np.float32 else array
    np.savez_compressed(
        path, allow_pickle=False, design=json.dumps(asdict(network.design)), **arrays
    )


def read_weights(path: Path) -> Stored:
    """What `save_weights` wrote."""
    with np.load(path) as stored:
        told: dict[str, Any] = json.loads(str(stored["design"]))
        lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        state = {
            name: torch.from_numpy(stored[name].astype(np.float32))
            if stored[name].dtype == np.float16
            else torch.from_numpy(stored[name])
            for name in stored.files
            if name != "design"
        }
    return Stored(told | lists, state)
