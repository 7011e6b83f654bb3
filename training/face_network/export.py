"""The network as one ONNX file for cv2.dnn or onnxruntime, weights in half precision."""

from __future__ import annotations

import datetime
import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from photographs.shards import PARTS
from torch import Tensor, nn

from face_network.network import FaceNetwork
from face_network.scheme import expression_names
from faceborn.faces.network import OUTPUTS
from faceborn.model.face_points import SCHEME

OPSET = 17
MIN_HALF = 16  # smaller constants are shapes and scales; they stay as they are
METADATA = {
    "scheme": SCHEME,
    "license": "Apache-2.0",
    "author": "The faceborn authors; whose data it was trained on: NOTICE",
    "colour": "RGB",
    "values": "-1..1: pixel / 127.5 - 1",
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

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        answer = self.network(picture)
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
    """Write a network that takes one picture at a time.

    date  of the weights; today where it is not said
    """
    outputs = _Outputs(network.to("cpu", memory_format=torch.contiguous_format)).eval()
    size = network.design.size_px
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter that PyTorch recommends needs two more packages.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        torch.onnx.export(
            outputs,
            (torch.zeros(1, 3, size, size),),
            buffer,
            dynamo=False,
            opset_version=OPSET,
            input_names=["picture"],
            output_names=list(OUTPUTS),
        )
    model = onnx.load_from_string(buffer.getvalue())
    halve(model)
    describe(model, size, date)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def describe(model: onnx.ModelProto, size_px: int, date: datetime.date | None = None) -> None:
    """Write into the file what its tensors mean, whose it is, and of when."""
    told = METADATA | {
        "expression": ", ".join(expression_names()),
        "size_px": str(size_px),
        "date": (date or datetime.date.today()).isoformat(),
    }
    helper.set_model_props(model, told)


def halve(model: onnx.ModelProto) -> None:
    """Keep float32 constants as float16 in the file; they are widened on loading."""
    graph = model.graph
    casts = []
    for constant in graph.initializer:
        if constant.data_type != TensorProto.FLOAT or np.prod(constant.dims) < MIN_HALF:
            continue
        name = constant.name
        half = numpy_helper.to_array(constant).astype(np.float16)
        constant.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        graph.node.insert(0, node)
