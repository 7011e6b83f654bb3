"""A network as one ONNX file for cv2.dnn or onnxruntime, weights in half precision."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 17
MIN_HALF = 16  # smaller constants are shapes and scales; they stay as they are


def write_onnx(
    network: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    metadata: Mapping[str, str],
    target: Path,
    *,
    bytes_of: Sequence[str] = (),
) -> None:
    """Write a network that takes tensors of these names and shapes.

    bytes_of  matrices that are kept as bytes, each row with a scale of its own
    """
    network = network.to("cpu", memory_format=torch.contiguous_format).eval()
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter that PyTorch recommends needs two more packages.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        torch.onnx.export(
            network,
            tuple(inputs.values()),
            buffer,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
        )
    model = onnx.load_from_string(buffer.getvalue())
    in_bytes(model, bytes_of)
    halve(model)
    helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def in_bytes(model: onnx.ModelProto, names: Sequence[str]) -> None:
    """Keep float32 matrices as int8 in the file; they are widened and scaled on loading."""
    graph = model.graph
    constants = {constant.name: constant for constant in graph.initializer}
    for name in names:
        matrix = numpy_helper.to_array(constants[name])
        scale = np.abs(matrix).max(1, keepdims=True) / 127
        rounded = np.round(matrix / np.maximum(scale, 1e-12)).astype(np.int8)
        constants[name].CopyFrom(numpy_helper.from_array(rounded, f"{name}_bytes"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        widened = helper.make_node(
            "Cast", [f"{name}_bytes"], [f"{name}_wide"], to=TensorProto.FLOAT
        )
        scaled = helper.make_node("Mul", [f"{name}_wide", f"{name}_scale"], [name])
        graph.node.insert(0, scaled)
        graph.node.insert(0, widened)


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
