"""A PLY read back is the head, with the colours of its textures."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.export import write_ply
from faceborn.types import Array
from tests.export.painted import COLORS, painted_head

TYPES = {"float": "<f4", "uchar": "u1", "int": "<i4"}


def read_ply(data: bytes) -> tuple[Array, Array]:
    """Vertices as a structured array, triangles (T, 3)."""
    header, _, body = data.partition(b"end_header\n")
    lines = header.decode().splitlines()
    assert lines[:2] == ["ply", "format binary_little_endian 1.0"]
    counts = [int(line.split()[2]) for line in lines if line.startswith("element")]
    fields = [
        (line.split()[2], TYPES[line.split()[1]])
        for line in lines
        if line.startswith("property") and "list" not in line
    ]
    assert "property list uchar int vertex_indices" in lines
    vertices = np.frombuffer(body, fields, counts[0])
    faces = np.frombuffer(
        body, [("n", "u1"), ("i", "<i4", (3,))], counts[1], offset=vertices.nbytes
    )
    assert vertices.nbytes + faces.nbytes == len(body)
    assert (faces["n"] == 3).all()
    return vertices, faces["i"]


def opaque() -> Array:
    """(T,) which triangles of the head a PLY has."""
    model = painted_head().shape.model
    see_through = [model.part_names.index(p) for p in ("eye_shade", "tearline", "lashes")]
    return ~np.isin(model.triangle_part, see_through)


def columns(vertices: Array, *names: str) -> Array:
    return np.stack([vertices[name] for name in names], axis=1)


@pytest.mark.parametrize("posed", [False, True])
def test_same_mesh(posed: bool) -> None:
    """The triangles of the opaque parts, in metres; with unit normals that point outwards."""
    result = painted_head()
    model = result.shape.model
    vertices, faces = read_ply(write_ply(result, posed=posed))
    kept = model.triangles[opaque()]
    assert len(faces) == len(kept)
    position = columns(vertices, "x", "y", "z").astype(np.float64)
    shape_mm = result.shape.vertices_mm
    if posed:
        shape_mm = result.shape.with_expression(result.fit.expression)
    for a, b in ((0, 1), (1, 2), (2, 0)):  # edges do not change with the rotation
        length = np.linalg.norm(position[faces[:, a]] - position[faces[:, b]], axis=1) * 1000
        wanted = np.linalg.norm(shape_mm[kept[:, a]] - shape_mm[kept[:, b]], axis=1)
        np.testing.assert_allclose(length, wanted, atol=2e-3)
    if not posed:
        np.testing.assert_allclose(position[faces] * 1000, shape_mm[kept], atol=1e-4)
    normals = columns(vertices, "nx", "ny", "nz")
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    corner = position[faces]
    flat = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    assert ((flat[:, None] * normals[faces]).sum(-1) > 0).mean() > 0.97


def test_colors_are_those_of_the_textures() -> None:
    """Skin on the face, white and iris on the eyes, dark in the mouth."""
    result = painted_head()
    model = result.shape.model
    vertices, faces = read_ply(write_ply(result))
    color = columns(vertices, "red", "green", "blue").astype(int)
    part = model.triangle_part[opaque()]

    def of(name: str) -> Array:
        return color[faces[part == model.part_names.index(name)].ravel()]

    np.testing.assert_array_equal(np.median(of("face"), axis=0), COLORS["face"])
    np.testing.assert_array_equal(np.median(of("teeth"), axis=0), COLORS["teeth"])
    assert of("mouth").max() < 120
    for eye in ("eye_left", "eye_right"):
        assert of(eye).min() < 40, "the pupil"
        assert of(eye).max() > 220, "the white"


def test_texture_is_the_right_way_up() -> None:
    """Row 0 of a picture is v = 1: red above, blue below."""
    result = painted_head()
    image = result.texture.images["face"].copy()
    image[:] = (255, 0, 0)
    image[len(image) // 2 :] = (0, 0, 255)
    texture = result.texture.replace(images={**result.texture.images, "face": image})
    model = result.shape.model
    vertices, faces = read_ply(write_ply(result.replace(texture=texture)))
    here = model.triangle_part == model.part_names.index("face")
    corners = model.triangles[here].ravel()
    found = faces[here[opaque()]].ravel()
    red = vertices["red"][found] > 200
    clear = np.abs(model.uv[corners, 1] - 0.5) > 0.02
    shared = np.isin(corners, model.triangles[~here])  # takes the colour of the other part
    np.testing.assert_array_equal(red[clear & ~shared], model.uv[corners, 1][clear & ~shared] > 0.5)
