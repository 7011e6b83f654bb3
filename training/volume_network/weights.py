"""Weights on disk: half precision, with what the network is built from; no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from volume_network.network import Design, VolumeNetwork


def save_weights(network: VolumeNetwork, path: Path) -> None:
    """An npz in half precision."""
    arrays: dict[str, Any] = {}
    for name, value in network.state_dict().items():
        array = value.detach().cpu().numpy()
        arrays[name] = array.astype(np.float16) if array.dtype == np.float32 else array
    np.savez_compressed(
        path, allow_pickle=False, design=json.dumps(asdict(network.design)), **arrays
    )


def load_weights(path: Path) -> VolumeNetwork:
    """What `save_weights` wrote, ready to be used or trained further."""
    with np.load(path) as stored:
        told: dict[str, Any] = json.loads(str(stored["design"]))
        lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        network = VolumeNetwork(Design(**(told | lists)))
        halves = {
            name: stored[name].astype(np.float32)
            if stored[name].dtype == np.float16
            else stored[name]
            for name in stored.files
            if name != "design"
        }
    network.load_state_dict({name: torch.from_numpy(value) for name, value in halves.items()})
    return network
