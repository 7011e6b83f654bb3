"""The network as one ONNX file for cv2.dnn or onnxruntime, weights in half precision."""

from __future__ import annotations

from pathlib import Path

import torch
from learning.onnx_file import write_onnx
from torch import Tensor, nn

from faceborn.volume.grid import GUIDE_SIZE, GUIDE_SLICES, NEAR, PICTURE_PX, SIZE, SLICES
from volume_network.network import VolumeNetwork

METADATA = {
    "picture": "RGB -1..1 (pixel / 127.5 - 1), the square of faceborn.geometry.upright",
    "guide": f"({GUIDE_SLICES}, {GUIDE_SIZE}, {GUIDE_SIZE}) 0..1, the guide as a solid, halved",
    "change": "to be added to the logits of the softened guide, four cubes to a cell: "
    "faceborn.volume.network.regress",
    "grid": f"{SIZE} x {SIZE} x {SLICES} cubes, the first slice begins {NEAR} sides before it",
}


class _Change(nn.Module):
    """The answer as a plain tensor."""

    def __init__(self, network: VolumeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor, guide: Tensor) -> Tensor:
        return self.network(picture, guide).change


def export_onnx(network: VolumeNetwork, target: Path) -> None:
    """Write a network that takes one picture and its guide at a time."""
    inputs = {
        "picture": torch.zeros(1, 3, PICTURE_PX, PICTURE_PX),
        "guide": torch.zeros(1, GUIDE_SLICES, GUIDE_SIZE, GUIDE_SIZE),
    }
    write_onnx(_Change(network), inputs, ["change"], METADATA, target)
