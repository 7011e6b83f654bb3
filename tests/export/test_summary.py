"""`faceborn info` tells what is in a file, and what is wrong with one."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from faceborn import __version__
from faceborn.errors import ExportError
from faceborn.export import read_glb_summary, write_glb
from tests.export.painted import painted_head


@pytest.fixture(scope="module")
def glb() -> bytes:
    return write_glb(painted_head())


def pack(document: object) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIIII", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A) + text


def test_tells_what_was_written(glb: bytes, tmp_path: Path) -> None:
    path = tmp_path / "me.glb"
    path.write_bytes(glb)
    summary = read_glb_summary(path)
    result = painted_head()
    model = result.shape.model
    assert summary["faceborn"] == __version__
    assert summary["bytes"] == len(glb)
    assert summary["triangles"] == len(model.triangles)
    assert summary["vertices"] == sum(part["vertices"] for part in summary["parts"].values())
    assert list(summary["parts"]) == [
        name
        for number, name in enumerate(model.part_names)
        if (model.triangle_part == number).any()
    ]
    assert summary["targets"] == list(model.expression_names)
    assert summary["joints"] == list(model.joint_names)
    height, width = result.texture.images["face"].shape[:2]
    assert summary["textures"]["face"]["size_px"] == [width, height]
    assert summary["textures"]["face"]["format"] == "jpeg"
    assert summary["textures"]["lashes"]["format"] == "png"
    assert summary["extras"]["photo_sha256"] == result.photo.sha256
    json.dumps(summary)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a GLB"),
        (b"glTF", "not a GLB"),
        (b"\xff\xd8\xff\xe0 a picture, not a head ....", "not a GLB"),
        (struct.pack("<4sIIII", b"glTF", 1, 24, 4, 0) + b"    ", "version 2"),
        (pack({"asset": {"version": "2.0"}}), "not one that faceborn wrote"),
        (pack({"extras": {"faceborn": {"version": "9"}}}), "not one that faceborn wrote"),
        (pack([1, 2, 3]), "damaged"),
        (struct.pack("<4sIIII", b"glTF", 2, 24, 4, 0x4E4F534A) + b"{{{{", "damaged"),
    ],
)
def test_other_files(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "other.glb"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=words):
        read_glb_summary(path)


@pytest.mark.parametrize("kept", [0.001, 0.5, 0.999999])
def test_cut_off(glb: bytes, kept: float, tmp_path: Path) -> None:
    path = tmp_path / "cut.glb"
    path.write_bytes(glb[: int(len(glb) * kept)])
    with pytest.raises(ExportError, match="cut off"):
        read_glb_summary(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be read"):
        read_glb_summary(tmp_path / "nobody.glb")
