"""What is in a GLB that faceborn wrote."""

from __future__ import annotations

import json
import os
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from faceborn.errors import ExportError
from faceborn.export.binary import BINARY_CHUNK, JSON_CHUNK, MAGIC, VERSION, Json


def read_glb_summary(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The facts of one file, ready for JSON.

    Keys: faceborn (version), bytes, vertices, triangles, parts {name: {vertices, triangles}},
    targets [names], joints [names], textures {name: {size_px, format, bytes}}, extras (the
    `faceborn` object of the file).

    Raises ExportError for a file that is missing, no GLB, cut off, or not made by faceborn.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from error
    document, binary = _split(data, path)
    try:
        extras = document["extras"]["faceborn"]
        return {
            "faceborn": extras["version"],
            "bytes": len(data),
            **_contents(document, binary),
        } | {"extras": extras}
    except (KeyError, IndexError, TypeError, OSError) as error:
        raise ExportError(
            f"{path} is a GLB, but not one that faceborn wrote", hint="make it with `faceborn make`"
        ) from error


def _split(data: bytes, path: Path) -> tuple[Json, bytes]:
    """The document and the binary chunk of a GLB."""
    if len(data) < 20 or struct.unpack_from("<I", data)[0] != MAGIC:
        raise ExportError(f"{path} is not a GLB file")
    _, version, length, text_length, kind = struct.unpack_from("<IIIII", data)
    if version != VERSION or kind != JSON_CHUNK:
        raise ExportError(f"{path} is not a GLB of version 2")
    start = 20 + text_length
    if len(data) < length or len(data) < start:
        raise ExportError(
            f"{path} is cut off: {len(data)} bytes instead of {max(length, start)}",
            hint="copy or make it again",
        )
    try:
        document = json.loads(data[20:start])
    except ValueError as error:
        raise ExportError(f"{path} is damaged: its description is not JSON") from error
    if not isinstance(document, dict):
        raise ExportError(f"{path} is damaged: its description is no object")
    binary = b""
    if len(data) >= start + 8:
        size, kind = struct.unpack_from("<II", data, start)
        if kind == BINARY_CHUNK:
            binary = data[start + 8 : start + 8 + size]
    return document, binary


def _contents(document: Json, binary: bytes) -> Json:
    accessors, views = document["accessors"], document["bufferViews"]
    mesh = document["meshes"][0]
    parts = {}
    for primitive in mesh["primitives"]:
        parts[document["materials"][primitive["material"]]["name"]] = {
            "vertices": accessors[primitive["attributes"]["POSITION"]]["count"],
            "triangles": accessors[primitive["indices"]]["count"] // 3,
        }
    textures = {}
    for image in document["images"]:
        view = views[image["bufferView"]]
        data = binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
        textures[image["name"]] = {
            "size_px": _size_px(data),
            "format": image["mimeType"].removeprefix("image/"),
            "bytes": len(data),
        }
    return {
        "vertices": sum(part["vertices"] for part in parts.values()),
        "triangles": sum(part["triangles"] for part in parts.values()),
        "parts": parts,
        "targets": mesh["extras"]["targetNames"],
        "joints": [document["nodes"][j]["name"] for j in document["skins"][0]["joints"]],
        "textures": textures,
    }


def _size_px(data: bytes) -> list[int]:
    """[width, height] of an encoded picture; it is not decoded."""
    with Image.open(BytesIO(data)) as picture:
        return list(picture.size)
