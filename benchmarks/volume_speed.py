"""How long the volumetric network and its surface take, on one and on two threads.

    python benchmarks/volume_speed.py [--no-record]

Of the demo portrait: guide, network and isosurface, medians; and which share of the machine's own
matrix products per second the network reaches. Recorded in benchmarks/results/volume_speed.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import onnx
from run import where
from show import rounded

from faceborn.assets import asset_path
from faceborn.faces import find_faces, look_at
from faceborn.photo import read_photo
from faceborn.volume import find_solid, isosurface
from faceborn.volume.grid import PICTURE_PX, SIZE, SLICES
from faceborn.volume.network import FILE, regress

RESULTS = Path(__file__).parent / "results" / "volume_speed.json"
REPEATS = 15
MATRIX = 1536
THREADS = (1, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    measured: dict[str, object] = {"gflop": gflop(), "goal_network_and_surface_ms": 250.0}
    for threads in THREADS:
        measured[f"{threads} threads"] = figures(threads)
    print(json.dumps(rounded(measured), indent=1))
    if not arguments.no_record:
        RESULTS.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")


def figures(threads: int) -> dict[str, float]:
    """Milliseconds of each step and of all, and shares of the peak."""
    cv2.setNumThreads(threads)
    photo = read_photo(asset_path("astronaut.jpg"))
    look = look_at(photo, find_faces(photo)[0])
    solid = find_solid(photo, look.points_px, look.rotation)
    square = np.zeros((PICTURE_PX, PICTURE_PX, 3), np.uint8)
    guide = np.zeros((SLICES, SIZE, SIZE), np.float32)
    whole_ms = milliseconds(lambda: find_solid(photo, look.points_px, look.rotation))
    network_ms = milliseconds(lambda: regress(square, guide))
    surface_ms = milliseconds(lambda: isosurface(solid))
    peak = peak_gflops(threads)
    return {
        "guide_ms": whole_ms - network_ms,
        "network_ms": network_ms,
        "surface_ms": surface_ms,
        "network_and_surface_ms": network_ms + surface_ms,
        "everything_ms": whole_ms + surface_ms,
        "matrix_product_gflops": peak,
        "network_share_of_it": gflop() / (network_ms / 1000) / peak,
    }


def milliseconds(work: Callable[[], object]) -> float:
    """The median of REPEATS, after one that warms."""
    work()
    spent = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    return median(spent)


@cache
def gflop() -> float:
    """Of the convolutions of one look, which are nearly all of it; 2 for each product."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(asset_path(FILE))).graph
    shapes = {
        value.name: [size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.output)
    }
    filters = {constant.name: constant.dims for constant in graph.initializer}
    widened = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}
    products = sum(
        np.prod(shapes[node.output[0]]) * np.prod(filters[widened[node.input[1]]][1:])
        for node in graph.node
        if node.op_type == "Conv"
    )
    return float(2 * products) / 1e9


def peak_gflops(threads: int) -> float:
    """Of NumPy's matrix product in single precision, in a process that has so many threads."""
    code = (
        "import time, numpy as np\n"
        f"n = {MATRIX}; a = np.ones((n, n), np.float32); a @ a; best = 1e9\n"
        "for _ in range(7):\n"
        "    t = time.perf_counter(); a @ a; best = min(best, time.perf_counter() - t)\n"
        "print(2 * n**3 / best / 1e9)"
    )
    environment = os.environ | {"OPENBLAS_NUM_THREADS": str(threads)}
    environment.pop("OMP_NUM_THREADS", None)
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    return float(told.stdout)


if __name__ == "__main__":
    main()
