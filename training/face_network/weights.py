"""The network built for the head model's points, untrained or with weights from disk."""

from __future__ import annotations

from pathlib import Path

import torch
from learning.weights import read_weights

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


def load_weights(path: Path) -> FaceNetwork:
    """What `learning.weights.save_weights` wrote, ready to be used or trained further."""
    stored = read_weights(path)
    count = stored.state["head.rest.bias"].numel() // POINT_CHANNELS
    network = build(Design(**stored.design), torch.zeros(count, 3))
    network.load_state_dict(stored.state)
    return network
