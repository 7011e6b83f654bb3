"""The head as OBJ and MTL with PNG pictures: quads, a group and a material per part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceborn import __version__
from faceborn.export.credit import CREDIT
from faceborn.export.images import encode_png, part_image
from faceborn.export.meshes import posed_vertices
from faceborn.geometry.meshes import vertex_normals
from faceborn.model.parts import MATERIALS
from faceborn.types import Array, HeadModel, Material, Result


def write_obj(result: Result, stem: str, *, posed: bool = False) -> dict[str, bytes]:
    """`stem`.obj, `stem`.mtl and a `stem`_part.png for each part, name -> content.

    In metres, in the head's frame. Points of the surface are written once, so that seams of the
    texture are closed; the order of points is the same for every head and pose.

    posed  with the photo's expression and the rotation of the head
    """
    model = result.shape.model
    parts = [
        material
        for material in MATERIALS
        if np.any(model.quad_part == model.part_names.index(material.part))
    ]
    files = {
        f"{stem}.obj": _encoded(_geometry(result, f"{stem}.mtl", parts, posed=posed)),
        f"{stem}.mtl": _encoded(_materials(result, stem, parts)),
    }
    for material in parts:
        image = part_image(material, result.texture)
        files[f"{stem}_{material.part}.png"] = encode_png(image)
        if _see_through(material, image):
            # Some programs read opacity from the alpha, some from the grey: both say the same.
            opacity = np.repeat(image[..., 3:], 2, axis=2)
            files[f"{stem}_{material.part}_opacity.png"] = encode_png(opacity)
    return files


def _encoded(text: str) -> bytes:
    """UTF-8; a stem that is none goes back to the bytes that the file system has."""
    return text.encode("utf-8", "surrogateescape")


def _see_through(material: Material, image: Array) -> bool:
    return material.alpha == "blend" and image.shape[2] == 4


def _geometry(result: Result, library: str, parts: list[Material], *, posed: bool) -> str:
    model = result.shape.model
    vertices = posed_vertices(result, posed=posed)
    normals = vertex_normals(vertices, model.triangles, model.weld)
    used = np.unique(model.quads)
    points, point_of = np.unique(model.weld[used], return_inverse=True)
    point = np.zeros(len(vertices), np.int64)  # 1-based, as OBJ counts
    texel = np.zeros(len(vertices), np.int64)
    point[used] = point_of + 1
    texel[used] = np.arange(len(used)) + 1
    lines = [
        f"# faceborn {__version__}: metres, +X to the person's left, +Y up, +Z out of the nose",
        *(f"# {line}" for line in CREDIT),
        f"mtllib {library}",
        *(f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices[points].tolist()),
        *(f"vt {u:.6f} {v:.6f}" for u, v in model.uv[used].tolist()),
        *(f"vn {x:.4f} {y:.4f} {z:.4f}" for x, y, z in normals[points].tolist()),
    ]
    for material in parts:
        lines += [f"g {material.part}", f"usemtl {material.part}"]
        lines += _faces(model, model.part_names.index(material.part), point, texel)
    return "\n".join(lines) + "\n"


def _faces(model: HeadModel, part: int, point: Array, texel: Array) -> Iterator[str]:
    """Quads, and triangles where the last corner of a quad is repeated."""
    for quad in model.quads[model.quad_part == part]:
        corners = quad[:3] if quad[2] == quad[3] else quad
        yield "f " + " ".join(
            f"{p}/{t}/{p}"
            for p, t in zip(point[corners].tolist(), texel[corners].tolist(), strict=True)
        )


def _materials(result: Result, stem: str, parts: list[Material]) -> str:
    lines = [f"# faceborn {__version__}", *(f"# {line}" for line in CREDIT)]
    for material in parts:
        lines += [
            f"newmtl {material.part}",
            "Kd 1 1 1",
            "Ks 0.04 0.04 0.04",
            f"Ns {_shininess(material.roughness):.1f}",
            f"Pr {material.roughness:.2f}",
            "Pm 0",
            "illum 2",
            f"map_Kd {stem}_{material.part}.png",
        ]
        if _see_through(material, part_image(material, result.texture)):
            lines.append(f"map_d {stem}_{material.part}_opacity.png")
    return "\n".join(lines) + "\n"


def _shininess(roughness: float) -> float:
    """The Phong exponent whose highlight is as wide as that of a GGX roughness."""
    return float(min(2 / max(roughness, 0.05) ** 4 - 2, 1000.0)) if roughness < 1 else 0.0
