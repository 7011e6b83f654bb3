"""Small files say what the network says."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("onnx")
torch = pytest.importorskip("torch")

from learning.onnx_file import write_onnx


@pytest.mark.parametrize("bytes_of", [(), ("0.weight",)])
def test_matrices_in_bytes_answer_nearly_the_same(tmp_path: Path, bytes_of: tuple[str]) -> None:
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU())
    given = torch.randn(1, 64)
    path = tmp_path / "network.onnx"
    write_onnx(network, {"given": given}, ["answer"], {}, path, bytes_of=bytes_of)
    read = cv2.dnn.readNetFromONNX(str(path))
    read.setInput(given.numpy(), "given")
    with torch.no_grad():
        expected = network(given).numpy()
    assert np.abs(read.forward("answer") - expected).max() < 0.02 * np.abs(expected).max()


def test_matrices_in_bytes_take_half_the_room(tmp_path: Path) -> None:
    network = torch.nn.Sequential(torch.nn.Linear(256, 256))
    given = torch.zeros(1, 256)
    sizes = []
    for bytes_of in ((), ("0.weight",)):
        write_onnx(
            network, {"given": given}, ["answer"], {}, tmp_path / "n.onnx", bytes_of=bytes_of
        )
        sizes.append((tmp_path / "n.onnx").stat().st_size)
    assert sizes[1] < 0.6 * sizes[0]
