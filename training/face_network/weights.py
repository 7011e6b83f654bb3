"""The network built for the head model's points, untrained or with weights from disk."""

from __future__ import annotations

from dataclasses import replace
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


def load_weights(path: Path, *, refined: bool = False) -> FaceNetwork:
    """What `learning.weights.save_weights` wrote, ready to be used or trained further.

    refined  with a third look at the points, which does nothing yet where the weights have none
    """
    stored = read_weights(path)
    count = stored.state["head.rest.bias"].numel() // POINT_CHANNELS
    design = Design(**stored.design)
    added = refined and not design.refined
    network = build(replace(design, refined=True) if added else design, torch.zeros(count, 3))
    lacking, unknown = network.load_state_dict(stored.state, strict=not added)
    if unknown or any(not name.startswith("refinement.") for name in lacking):
        raise ValueError(f"{path}: not the weights of such a network")
    return network
