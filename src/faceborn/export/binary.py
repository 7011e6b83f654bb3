"""The binary chunk of a GLB: arrays go in, buffer views and accessors come out.

glTF 2.0, sections 3.6 (binary data) and 4 (GLB container).
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from faceborn.types import Array

Json = dict[str, Any]

MAGIC, VERSION = 0x46546C67, 2
JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942
VERTEX_VIEW, INDEX_VIEW = 34962, 34963  # bufferView.target: what the graphics card makes of it

COMPONENT_TYPE = {"uint8": 5121, "uint16": 5123, "uint32": 5125, "float32": 5126}
ELEMENT_TYPE = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}


class Binary:
    """Collects the arrays and images of one GLB.

    Deltas that are zero but for some vertices are kept as sparse accessors; their rows and values
    lie in two shared views. The zeros below them are written out, once for all, although the
    format could do without: Unreal and UnityGLTF fail on an accessor that has no buffer view.
    """

    def __init__(self) -> None:
        self._accessors: list[Json] = []
        self._views: list[Json] = []
        self._chunks: list[bytes] = []
        self._length = 0
        self._on_zeros: list[Json] = []
        self._sparse: list[tuple[Json, Array, Array]] = []

    def add_view(self, data: bytes, **properties: int) -> int:
        """Store bytes, aligned to 4; returns the index of their buffer view."""
        self._views.append(
            {"buffer": 0, "byteOffset": self._length, "byteLength": len(data)} | properties
        )
        self._chunks.append(data + bytes(-len(data) % 4))
        self._length += len(self._chunks[-1])
        return len(self._views) - 1

    def add(self, array: Array, *, target: int | None = None, bounds: bool = False) -> int:
        """Store an array, one element per row; returns the index of its accessor.

        bounds  also write the least and greatest value of each column, as positions need
        """
        view = self.add_view(
            np.ascontiguousarray(array).tobytes(), **({"target": target} if target else {})
        )
        accessor: Json = {
            "bufferView": view,
            "componentType": COMPONENT_TYPE[array.dtype.name],
            "count": len(array),
            "type": ELEMENT_TYPE[array.shape[1:]],
        }
        if bounds:
            accessor |= {"min": array.min(0).tolist(), "max": array.max(0).tolist()}
        return self._append(accessor)

    def add_deltas(self, rows: Array, values: Array, count: int, *, bounds: bool) -> int:
        """`count` vectors that are zero but in `rows`; returns the index of the accessor.

        rows    (N,) ascending, N may be 0
        values  (N, 3) float32
        """
        accessor: Json = {"componentType": COMPONENT_TYPE["float32"], "count": count}
        accessor["type"] = "VEC3"
        if bounds:
            shown = values if len(rows) == count else np.vstack([values, np.zeros((1, 3), "f4")])
            accessor |= {"min": shown.min(0).tolist(), "max": shown.max(0).tolist()}
        if len(rows):
            self._sparse.append((accessor, rows, values))
        self._on_zeros.append(accessor)
        return self._append(accessor)

    def finish(self, document: Json) -> bytes:
        """The bytes of the GLB: `document` with accessors, views and buffer added."""
        self._place_deltas()
        document = document | {
            "accessors": self._accessors,
            "bufferViews": self._views,
            "buffers": [{"byteLength": self._length}],
        }
        text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        header = struct.pack("<III", MAGIC, VERSION, 12 + 8 + len(text) + 8 + self._length)
        return b"".join(
            [
                header,
                struct.pack("<II", len(text), JSON_CHUNK),
                text,
                struct.pack("<II", self._length, BINARY_CHUNK),
                *self._chunks,
            ]
        )

    def _append(self, accessor: Json) -> int:
        self._accessors.append(accessor)
        return len(self._accessors) - 1

    def _place_deltas(self) -> None:
        if not self._on_zeros:
            return
        most = max(accessor["count"] for accessor in self._on_zeros)
        zeros = self.add_view(bytes(12 * most), target=VERTEX_VIEW, byteStride=12)
        for accessor in self._on_zeros:
            accessor["bufferView"] = zeros
        if not self._sparse:
            return
        dtype = np.dtype("uint16" if most <= 0xFFFF else "uint32")
        rows = [item[1].astype(dtype) for item in self._sparse]
        rows_view = self.add_view(np.concatenate(rows).tobytes())
        values_view = self.add_view(np.concatenate([item[2] for item in self._sparse]).tobytes())
        start = 0
        for accessor, index, _ in self._sparse:
            accessor["sparse"] = {
                "count": len(index),
                "indices": {
                    "bufferView": rows_view,
                    "byteOffset": start * dtype.itemsize,
                    "componentType": COMPONENT_TYPE[dtype.name],
                },
                "values": {"bufferView": values_view, "byteOffset": start * 12},
            }
            start += len(index)
