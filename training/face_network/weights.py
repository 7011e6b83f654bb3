"""Weights on disk: half precision, with what the network is built from; no pickle."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from face_network.heads import POINT_CHANNELS
from face_network.network import Design, FaceNetwork
from face_network.scheme import EYES, PART_COUNT, expression_names


def build(design: Design, mean_xyd: torch.Tensor) -> FaceNetwork:
    """An untrained network; mean_xyd (L, 3) is where the points lie on average."""
    return FaceNetwork(
        design,
        mean_xyd=mean_xyd,
        eyes=EYES,
        expressions=len(expression_names()),
        parts=PART_COUNT,
    )


def save_weights(network: FaceNetwork, path: Path) -> None:
    """An npz in half precision."""
    arrays: dict[str, Any] = {}
    for name, value in network.state_dict().items():
        array = value.detach().cpu().numpy()
        arrays[name] = array.astype(np.float16) if array.dtype == np.float32 else array
    np.savez_compressed(
        path, allow_pickle=False, design=json.dumps(asdict(network.design)), **arrays
    )


def load_weights(path: Path) -> FaceNetwork:
    """What `save_weights` wrote, ready to be used or trained further."""
    with np.load(path) as stored:
        told: dict[str, Any] = json.loads(str(stored["design"]))
        lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        design = Design(**(told | lists))
        state = {
            name: torch.from_numpy(stored[name].astype(np.float32))
            if stored[name].dtype == np.float16
            else torch.from_numpy(stored[name])
            for name in stored.files
            if name != "design"
        }
    count = state["head.rest.bias"].numel() // POINT_CHANNELS
    network = build(design, torch.zeros(count, 3))
    network.load_state_dict(state)
    return network
