"""A plain reader of GLB, written from the specification and not from our writer."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from faceborn.types import Array

DTYPES = {5121: "u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True)
class Glb:
    document: dict[str, Any]
    binary: bytes

    def view(self, index: int) -> bytes:
        view = self.document["bufferViews"][index]
        start = view.get("byteOffset", 0)
        return self.binary[start : start + view["byteLength"]]

    def accessor(self, index: int) -> Array:
        """(count, width), sparse entries put in."""
        accessor = self.document["accessors"][index]
        width, dtype = WIDTHS[accessor["type"]], DTYPES[accessor["componentType"]]
        size = accessor["count"] * width
        values = np.zeros(size, dtype)
        if "bufferView" in accessor:
            values[:] = np.frombuffer(self.view(accessor["bufferView"]), dtype, size)
        values = values.reshape(-1, width)
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            rows = np.frombuffer(
                self.view(sparse["indices"]["bufferView"]),
                DTYPES[sparse["indices"]["componentType"]],
                sparse["count"],
                sparse["indices"].get("byteOffset", 0),
            )
            values[rows] = np.frombuffer(
                self.view(sparse["values"]["bufferView"]),
                dtype,
                sparse["count"] * width,
                sparse["values"].get("byteOffset", 0),
            ).reshape(-1, width)
        return values

    def part(self, primitive: dict[str, Any]) -> str:
        name = self.document["materials"][primitive["material"]]["name"]
        assert isinstance(name, str)
        return name

    def image(self, name: str) -> tuple[str, bytes]:
        """MIME type and file of one picture."""
        (entry,) = (image for image in self.document["images"] if image["name"] == name)
        return entry["mimeType"], self.view(entry["bufferView"])


def read_glb(data: bytes) -> Glb:
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    text_length, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    binary_length, kind = struct.unpack_from("<I4s", data, 20 + text_length)
    assert kind == b"BIN\0"
    start = 28 + text_length
    assert start + binary_length == length
    return Glb(json.loads(data[20 : 20 + text_length]), data[start:])
