"""The network as one ONNX file for cv2.dnn or onnxruntime, weights in half precision."""

from __future__ import annotations

import datetime
from pathlib import Path

import torch
from learning.onnx_file import write_onnx
from photographs.shards import PARTS
from torch import Tensor, nn

from face_network.network import FaceNetwork
from face_network.part_map import ENLARGED
from face_network.scheme import expression_names
from faceborn.faces.network import OUTPUTS
from faceborn.model.face_points import SCHEME

# Of the local head, kept in bytes, to stay below 8 MB: points move by 0.02 px of 128 in the mean.
IN_BYTES = ("network.head.join.0.weight",)

METADATA = {
    "scheme": SCHEME,
    "license": "Apache-2.0",
    "author": "The faceborn authors; whose data it was trained on: NOTICE",
    "colour": "RGB",
    "values": "-1..1: pixel / 127.5 - 1",
    "sharp": "the same square as picture, twice as large; parts are read off it",
    "coordinates": "sides of the square picture, (0, 0) its upper left corner, x right, y down",
    "points": "x, y, depth towards the viewer (0 at the mean of the core points), log sigma of x "
    "and of y, log sigma of depth, visibility 0..1; src/faceborn/assets/face_points.npz says which",
    "irises": "left, right of the person: x, y, log radius, log sigma",
    "rotation": "columns 1 and 2 of R of docs/conventions.md, to be made orthonormal",
    "face": "0..1, whether there is a face",
    "parts": "logits: " + ", ".join(PARTS),
}


class _Outputs(nn.Module):
    """The answer as plain tensors, logits as shares."""

    def __init__(self, network: FaceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor, sharp: Tensor) -> tuple[Tensor, ...]:
        answer = self.network(picture, sharp)
        points, whole = answer.points, answer.whole
        columns = [points.depth, points.log_sigma, points.log_sigma_depth]
        columns.append(torch.sigmoid(points.visible))
        return (
            torch.cat([points.xy, torch.stack(columns, 2)], 2),
            whole.irises,
            whole.rotation,
            torch.sigmoid(whole.expression),
            torch.sigmoid(whole.face[:, None]),
            answer.parts,
        )


def export_onnx(network: FaceNetwork, target: Path, date: datetime.date | None = None) -> None:
    """Write a network that takes one square at a time, as `picture` and twice as large as `sharp`.

    date  of the weights; today where it is not said
    """
    size = network.design.size_px
    told = METADATA | {
        "expression": ", ".join(expression_names()),
        "size_px": str(size),
        "date": (date or datetime.date.today()).isoformat(),
    }
    inputs = {
        "picture": torch.zeros(1, 3, size, size),
        "sharp": torch.zeros(1, 3, size * ENLARGED, size * ENLARGED),
    }
    write_onnx(
        _Outputs(network),
        inputs,
        OUTPUTS,
        told,
        target,
        bytes_of=IN_BYTES if network.design.head == "local" else (),
    )
