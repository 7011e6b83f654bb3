"""The head as one binary PLY with a colour per vertex."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn import __version__
from faceborn.export.credit import CREDIT
from faceborn.export.images import part_image
from faceborn.export.meshes import posed_vertices
from faceborn.geometry.meshes import vertex_normals
from faceborn.model.parts import MATERIALS
from faceborn.types import Array, Result, Surface

VERTEX = [(axis, "<f4") for axis in ("x", "y", "z", "nx", "ny", "nz")] + [
    (channel, "u1") for channel in ("red", "green", "blue")
]
FACE = [("count", "u1"), ("corners", "<i4", (3,))]


def write_ply(result: Result, *, posed: bool = False) -> bytes:
    """Triangles in metres, normals, colours sampled from the textures; little endian.

    See-through parts (lashes, tear line, shade of the lids) are left out: without their pictures
    they would cover the eyes.

    posed  with the photo's expression and the rotation of the head
    """
    model = result.shape.model
    positions = posed_vertices(result, posed=posed)
    normals = vertex_normals(positions, model.triangles, model.weld)
    colors = np.zeros((len(positions), 3), np.uint8)
    opaque = np.zeros(len(model.triangles), bool)
    for material in MATERIALS:
        triangles = model.triangle_part == model.part_names.index(material.part)
        if material.alpha == "blend" or not triangles.any():
            continue
        opaque |= triangles
        used = np.unique(model.triangles[triangles])
        colors[used] = _sample(part_image(material, result.texture), model.uv[used])
    kept, corners = np.unique(model.triangles[opaque], return_inverse=True)
    return _encode(positions[kept], normals[kept], colors[kept], corners.reshape(-1, 3))


def write_surface_ply(surface: Surface) -> bytes:
    """A surface without parts, as `write_ply` writes heads: metres, normals, colours."""
    metres = surface.vertices_mm * np.float32(0.001)
    return _encode(metres, surface.normals, surface.colors, surface.triangles)


def _encode(positions: Array, normals: Array, colors: Array, triangles: Array) -> bytes:
    vertices = np.empty(len(positions), VERTEX)
    for column, name in enumerate(("x", "y", "z")):
        vertices[name] = positions[:, column]
        vertices[f"n{name}"] = normals[:, column]
    for column, name in enumerate(("red", "green", "blue")):
        vertices[name] = colors[:, column]
    faces = np.empty(len(triangles), FACE)
    faces["count"] = 3
    faces["corners"] = triangles
    header = [
        "ply",
        "format binary_little_endian 1.0",
        f"comment faceborn {__version__}: metres, +X to the person's left, +Y up, +Z forward",
        *(f"comment {line}" for line in CREDIT),
        f"element vertex {len(vertices)}",
        *(f"property {'uchar' if kind == 'u1' else 'float'} {name}" for name, kind in VERTEX),
        f"element face {len(faces)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    return "\n".join([*header, ""]).encode() + vertices.tobytes() + faces.tobytes()


def _sample(image: Array, uv: Array) -> Array:
    """Colour between the texels around each (N, 2) texture coordinate, (N, 3) uint8."""
    height, width = image.shape[:2]
    x = (uv[:, :1] * width - 0.5).astype(np.float32)
    y = ((1 - uv[:, 1:]) * height - 0.5).astype(np.float32)
    picture = np.ascontiguousarray(image[..., :3])
    colors = [
        cv2.remap(picture, x[block], y[block], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for block in np.array_split(
            np.arange(len(uv)), len(uv) // 16384 + 1
        )  # remap's limit: 32767
    ]
    return np.concatenate(colors).reshape(-1, 3)
