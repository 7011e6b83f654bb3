"""Rewrite MediaPipe's face mesh from TensorFlow Lite to plain ONNX operators.

Covers the operators that this one network uses, no more; anything else stops with its name.
TensorFlow Lite keeps pictures as (N, H, W, C); here every rank-4 tensor becomes (N, C, H, W) once
and stays so. Weights remain float16 in the file, as they are in the source.

The network looks twice: after a first pass over the whole face it cuts lips and eyes out of its
own feature map, along the points just found, and refines them. Three custom operators do that
cutting; they are written out below with MatMul and GridSample.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from flatbuffers import flexbuffers
from onnx import NodeProto, TensorProto, helper, numpy_helper

from faceborn.types import Array

DTYPES = {0: np.float32, 1: np.float16, 2: np.int32}
OPERATOR_NAMES = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}


@dataclass
class Graph:
    """ONNX nodes and constants under construction; each method returns a tensor's name."""

    nodes: list[NodeProto] = field(default_factory=list)
    initializers: list[TensorProto] = field(default_factory=list)

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        """A constant; float16 arrays stay float16 in the file and are widened on loading."""
        array = np.asarray(value)
        stored = array if array.dtype == np.float16 else array.astype(dtype)
        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(stored), name))
        if stored.dtype == np.float16:
            return self.add("Cast", [name], to=TensorProto.FLOAT)
        return name

    def add(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        name = output or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def reshape(self, tensor: str, shape: list[int]) -> str:
        return self.add("Reshape", [tensor, self.constant(shape, np.int64)])

    def columns(self, tensor: str, start: int, stop: int) -> str:
        """tensor[:, start:stop] of a matrix."""
        bounds = [self.constant([value], np.int64) for value in (start, stop, 1)]
        return self.add("Slice", [tensor, *bounds])


def read_tflite(path: Path, graph: Graph, input_name: str) -> tuple[dict[str, str], list[Array]]:
    """Add the network in `path` to `graph`.

    Returns the ONNX tensor of each of its outputs, by its name in the file, and the numbers of the
    points that each second look refines, in the file's order.
    """
    reader = _Reader(path, graph, input_name)
    return reader.run(), reader.subsets


class _Reader:
    def __init__(self, path: Path, graph: Graph, input_name: str) -> None:
        self.model = tflite.Model.GetRootAsModel(path.read_bytes(), 0)
        self.source = self.model.Subgraphs(0)
        self.graph = graph
        self.known: dict[int, str] = {self.source.Inputs(0): input_name}
        self.weights: dict[int, Array] = {}
        self.subsets: list[Array] = []
        for index in range(self.source.TensorsLength()):
            tensor = self.source.Tensors(index)
            buffer = self.model.Buffers(tensor.Buffer())
            if buffer.DataLength():
                raw = buffer.DataAsNumpy().tobytes()
                values = np.frombuffer(raw, DTYPES[tensor.Type()])
                self.weights[index] = values.reshape(self.shape(index))

    def run(self) -> dict[str, str]:
        for index in range(self.source.OperatorsLength()):
            operator = self.source.Operators(index)
            code = self.model.OperatorCodes(operator.OpcodeIndex())
            name = OPERATOR_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            if name == "CUSTOM":
                name = code.CustomCode().decode()
            convert = getattr(self, f"_{name.lower()}", None)
            if convert is None:
                raise SystemExit(f"no rule for the operator {name}")
            inputs = [int(i) for i in operator.InputsAsNumpy()]
            output = int(operator.OutputsAsNumpy()[0])
            result = convert(operator, inputs, output)
            if result:
                self.known[output] = result
        outputs = [self.source.Outputs(i) for i in range(self.source.OutputsLength())]
        return {self.source.Tensors(i).Name().decode(): self.known[i] for i in outputs}

    def shape(self, index: int) -> list[int]:
        """As in the file: (N, H, W, C) if of rank 4."""
        tensor = self.source.Tensors(index)
        return [int(n) for n in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []

    def tensor(self, index: int) -> str:
        return self.known[index]

    # --- plain operators -------------------------------------------------------------------

    def _dequantize(self, _: Any, inputs: list[int], output: int) -> None:
        self.weights[output] = self.weights[inputs[0]]  # stays float16; see Graph.constant

    def _conv_2d(self, operator: Any, inputs: list[int], output: int) -> str:
        options = _options(operator, tflite.Conv2DOptions)
        return self._convolve(options, inputs, self.weights[inputs[1]].transpose(0, 3, 1, 2), 1)

    def _depthwise_conv_2d(self, operator: Any, inputs: list[int], output: int) -> str:
        options = _options(operator, tflite.DepthwiseConv2DOptions)
        weights = self.weights[inputs[1]].transpose(3, 0, 1, 2)
        return self._convolve(options, inputs, weights, self.shape(inputs[0])[3])

    def _convolve(self, options: Any, inputs: list[int], weights: Array, group: int) -> str:
        assert options.FusedActivationFunction() == tflite.ActivationFunctionType.NONE
        kernel = weights.shape[2], weights.shape[3]
        strides = options.StrideH(), options.StrideW()
        operands = [self.tensor(inputs[0]), self.graph.constant(weights)]
        operands.append(self.graph.constant(self.weights[inputs[2]]))
        return self.graph.add(
            "Conv",
            operands,
            strides=strides,
            kernel_shape=kernel,
            group=group,
            pads=_same_pads(self.shape(inputs[0]), kernel, strides, options.Padding()),
        )

    def _max_pool_2d(self, operator: Any, inputs: list[int], output: int) -> str:
        options = _options(operator, tflite.Pool2DOptions)
        kernel = options.FilterHeight(), options.FilterWidth()
        strides = options.StrideH(), options.StrideW()
        return self.graph.add(
            "MaxPool",
            [self.tensor(inputs[0])],
            kernel_shape=kernel,
            strides=strides,
            pads=_same_pads(self.shape(inputs[0]), kernel, strides, options.Padding()),
        )

    def _prelu(self, _: Any, inputs: list[int], output: int) -> str:
        slope = self.weights[inputs[1]]
        assert slope.size == slope.shape[-1], "one slope per channel"
        return self.graph.add(
            "PRelu", [self.tensor(inputs[0]), self.graph.constant(slope.reshape(-1, 1, 1))]
        )

    def _add(self, operator: Any, inputs: list[int], output: int) -> str:
        activation = _options(operator, tflite.AddOptions).FusedActivationFunction()
        assert activation == tflite.ActivationFunctionType.NONE
        return self.graph.add("Add", [self.tensor(i) for i in inputs])

    def _pad(self, _: Any, inputs: list[int], output: int) -> str:
        before_after = self.weights[inputs[1]][[0, 3, 1, 2]]
        pads = self.graph.constant(before_after.T.ravel(), np.int64)
        return self.graph.add("Pad", [self.tensor(inputs[0]), pads])

    def _reshape(self, _: Any, inputs: list[int], output: int) -> str:
        before, after = self.shape(inputs[0]), self.shape(output)
        # The order of the values is the same in both layouts only where H and W are 1.
        for shape in (before, after):
            assert len(shape) != 4 or shape[1] == shape[2] == 1
        if len(after) == 4:
            after = [after[0], after[3], 1, 1]
        return self.graph.reshape(self.tensor(inputs[0]), after)

    def _strided_slice(self, _: Any, inputs: list[int], output: int) -> str:
        assert self.shape(inputs[0]) == self.shape(output), "only the slice that takes all"
        return self.tensor(inputs[0])

    # --- the second look -------------------------------------------------------------------
    # A 2D transform is a (2, 3) tensor; the file has the same inside 4 x 4 matrices.

    def _mul(self, _: Any, inputs: list[int], output: int) -> str:
        """By a number (points), or by one factor per entry (a transform)."""
        factors = self.weights[inputs[1]]
        if factors.size > 1:
            factors = factors.reshape(4, 4)[:2][:, [0, 1, 3]]
        return self.graph.add("Mul", [self.tensor(inputs[0]), self.graph.constant(factors)])

    def _landmarks2transformmatrix(self, operator: Any, inputs: list[int], output: int) -> str:
        """The transform from a small upright window to the box around some of the points."""
        graph, told = self.graph, _custom_options(operator)
        self.subsets.append(np.array(told["subset_idxs"]))
        window = np.array([told["output_width"], told["output_height"]], float)
        points = graph.columns(graph.reshape(self.tensor(inputs[0]), [-1, 3]), 0, 2)

        def pick(rows: list[int]) -> str:
            return graph.add("Gather", [points, graph.constant(rows, np.int64)])

        # The unit vector from the left to the right point is the window's x axis.
        ends = pick([told["left_rotation_idx"]]), pick([told["right_rotation_idx"]])
        axis = graph.add("Sub", [ends[1], ends[0]])
        squares = graph.add("Mul", [axis, axis])
        ones = graph.constant(np.ones((2, 2)))
        axis = graph.add("Div", [axis, graph.add("Sqrt", [graph.add("MatMul", [squares, ones])])])
        quarter_turn = graph.constant([[0.0, 1.0], [-1.0, 0.0]])
        rows = graph.add("Concat", [axis, graph.add("MatMul", [axis, quarter_turn])], axis=0)
        rotation = graph.add("Transpose", [rows], perm=[1, 0])  # picture from window

        # Bounds of the points along the window's axes.
        turned = graph.add("MatMul", [pick(told["subset_idxs"]), rotation])
        high = graph.add("ReduceMax", [turned], axes=[0], keepdims=1)
        low = graph.add("ReduceMin", [turned], axes=[0], keepdims=1)
        middle = graph.add("Mul", [graph.add("Add", [high, low]), graph.constant(0.5)])
        centre = graph.add("MatMul", [middle, rows])
        enlarge = np.array([[told["scale_x"], told["scale_y"]]]) / window
        scale = graph.add("Mul", [graph.add("Sub", [high, low]), graph.constant(enlarge)])

        linear = graph.add("Mul", [rotation, scale])
        half = graph.constant(window.reshape(2, 1) / 2)
        column = graph.add("Transpose", [centre], perm=[1, 0])
        offset = graph.add("Sub", [column, graph.add("MatMul", [linear, half])])
        return graph.add("Concat", [linear, offset], axis=1)

    def _transformtensorbilinear(self, operator: Any, inputs: list[int], output: int) -> str:
        """Sample a feature map through a transform; outside of it is zero."""
        graph, told = self.graph, _custom_options(operator)
        columns, rows = told["output_width"], told["output_height"]
        _, height, width, _ = self.shape(inputs[0])
        x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
        window = np.stack([x.ravel(), y.ravel(), np.ones(rows * columns)], 1)
        transposed = graph.add("Transpose", [self.tensor(inputs[1])], perm=[1, 0])
        places = graph.add("MatMul", [graph.constant(window), transposed])
        # GridSample counts from -1 at the centre of the first pixel to 1 at that of the last.
        spread = graph.constant([2 / (width - 1), 2 / (height - 1)])
        shift = graph.constant([1 + 1 / (width - 1), 1 + 1 / (height - 1)])
        grid = graph.add("Sub", [graph.add("Mul", [places, spread]), shift])
        sampled = graph.add(
            "GridSample",
            [self.tensor(inputs[0]), graph.reshape(grid, [1, rows, columns, 2])],
            mode="bilinear",
            padding_mode="zeros",
            align_corners=1,
        )
        # Zero means zero: GridSample alone would fade out over one pixel.
        farthest = graph.add("ReduceMax", [graph.add("Abs", [grid])], axes=[1], keepdims=1)
        inside = graph.add("LessOrEqual", [farthest, graph.constant(1.0)])
        inside = graph.add("Cast", [inside], to=TensorProto.FLOAT)
        return graph.add("Mul", [sampled, graph.reshape(inside, [1, 1, rows, columns])])

    def _transformlandmarks(self, _: Any, inputs: list[int], output: int) -> str:
        """Points of the window back to the whole picture."""
        graph, transform = self.graph, self.tensor(inputs[1])
        count = self.shape(inputs[0])[1]
        transposed = graph.add("Transpose", [transform], perm=[1, 0])
        points = graph.reshape(self.tensor(inputs[0]), [count, 2])
        homogeneous = graph.add("Concat", [points, graph.constant(np.ones((count, 1)))], axis=1)
        moved = graph.add("MatMul", [homogeneous, transposed])
        return graph.reshape(moved, self.shape(output))


def _options(operator: Any, kind: Any) -> Any:
    options, table = kind(), operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    return options


def _custom_options(operator: Any) -> dict[str, Any]:
    raw = bytearray(operator.CustomOptionsAsNumpy().tobytes())
    return dict(flexbuffers.Loads(raw))


def _same_pads(
    shape: list[int], kernel: tuple[int, int], strides: tuple[int, int], padding: int
) -> list[int]:
    """ONNX pads (top, left, bottom, right) for TensorFlow's padding SAME, zeros for VALID."""
    if padding == tflite.Padding.VALID:
        return [0, 0, 0, 0]
    before, after = [], []
    for size, extent, stride in zip(shape[1:3], kernel, strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + extent - size, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return before + after
