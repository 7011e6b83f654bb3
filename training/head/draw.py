"""Quick pictures of the head model, to be looked at while it is being built.

Not the product's renderer: one light, no shadows, about 50 ms a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.model.parts import MATERIAL_OF
from faceborn.types import Array, HeadModel

DISTANCE_MM = 700.0
LIGHT = np.array([0.35, 0.5, 0.8]) / np.linalg.norm([0.35, 0.5, 0.8])
HALFWAY = np.array([0.35, 0.5, 1.8]) / np.linalg.norm([0.35, 0.5, 1.8])  # light and viewer
COLORS = {  # sRGB of parts that have no picture here
    "face": (0.80, 0.62, 0.53),
    "scalp": (0.62, 0.60, 0.66),
    "mouth": (0.40, 0.12, 0.11),
    "sockets": (0.55, 0.25, 0.22),
    "eye_left": (0.9, 0.9, 0.9),
    "eye_right": (0.9, 0.9, 0.9),
}


def draw_head(
    model: HeadModel,
    vertices_mm: Array,
    *,
    yaw_deg: float = 0.0,
    pitch_deg: float = 0.0,
    size_px: int = 400,
    center_mm: Sequence[float] = (0.0, -20.0, 20.0),
    width_mm: float = 330.0,
    parts: Sequence[str] | None = None,
    images: Mapping[str, Array] | None = None,
    values: Array | None = None,
    paint: Callable[[Array], Array] | None = None,
) -> Array:
    """A picture of the head, turned by yaw (own left positive) and pitch (down positive).

    vertices_mm   (V, 3)
    parts         only these, in the order in which blended ones are laid over each other
    images        part -> (h, w, 3 or 4) uint8 sRGB, row 0 is v = 1
    values        (V, C) shown in place of part colours and images: interpolated, then given to
    paint         (N, C) -> (N, 3) sRGB 0..1

    Returns (size_px, size_px, 3) uint8 sRGB.
    """
    images = images or {}
    y, p = np.deg2rad([yaw_deg, pitch_deg])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    seen = (vertices_mm - np.asarray(center_mm)) @ (about_x @ about_y).T
    normals = vertex_normals(seen, model.triangles, model.weld)
    names = list(parts or model.part_names)
    canvas = np.full((size_px, size_px, 3), 0.27)
    opaque = [n for n in names if MATERIAL_OF[n].alpha == "opaque"]
    layers = [opaque] + [[n] for n in names if n not in opaque]
    depth = np.full((size_px, size_px), np.inf)
    for layer in layers:
        ids = [model.part_names.index(n) for n in layer]
        tri = model.triangles[np.isin(model.triangle_part, ids)]
        part = model.triangle_part[np.isin(model.triangle_part, ids)]
        if not len(tri):
            continue
        hit, z = rasterize(seen, tri, size_px, width_mm)
        rows, cols = np.nonzero((hit >= 0) & (z <= depth + 0.02))
        t = hit[rows, cols]
        if not len(t):
            continue
        weights = barycentrics(seen, tri[t], rows, cols, size_px, width_mm)
        normal = np.einsum("nc,ncx->nx", weights, normals[tri[t]])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
        normal *= np.where(normal[:, 2:] < 0, -1, 1)
        color = np.empty((len(t), 4))
        if values is not None and paint is not None:
            color[:, :3] = paint(np.einsum("nc,ncx->nx", weights, values[tri[t]]))
            color[:, 3] = 1
        else:
            uv = np.einsum("nc,ncx->nx", weights, model.uv[tri[t]])
            for name in layer:
                mine = part[t] == model.part_names.index(name)
                color[mine] = part_color(name, images, uv[mine])
        shade = 0.35 + 0.65 * np.clip(normal @ LIGHT, 0, 1)
        gloss = np.array([1 - MATERIAL_OF[model.part_names[k]].roughness for k in part[t]])
        shine = gloss**2 * np.clip(normal @ HALFWAY, 0, 1) ** (10 + 90 * gloss**2)
        lit = color[:, :3] * shade[:, None] + 0.5 * shine[:, None]
        alpha = color[:, 3:]
        canvas[rows, cols] = canvas[rows, cols] * (1 - alpha) + np.clip(lit, 0, 1) * alpha
        if layer is opaque:
            depth = z
    return np.asarray(np.round(canvas * 255), np.uint8)


def part_color(name: str, images: Mapping[str, Array], uv: Array) -> Array:
    """(N, 4) sRGB 0..1 of a part at (N, 2) texture coordinates."""
    out = np.ones((len(uv), 4))
    if name not in images:
        out[:, :3] = COLORS.get(name, (0.7, 0.3, 0.7))
        return out
    image = images[name].astype(np.float32) / 255
    h, w = image.shape[:2]
    map_x = (uv[:, 0] * w - 0.5).astype(np.float32)[None]
    map_y = ((1 - uv[:, 1]) * h - 0.5).astype(np.float32)[None]
    if not len(uv):
        return out
    parts = [  # remap takes at most 32767 columns
        cv2.remap(
            image,
            map_x[:, i : i + 30000],
            map_y[:, i : i + 30000],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )[0]
        for i in range(0, len(uv), 30000)
    ]
    out[:, : image.shape[2]] = np.concatenate(parts)
    return out


def rasterize(seen: Array, triangles: Array, size_px: int, width_mm: float) -> tuple[Array, Array]:
    """Nearest triangle per pixel (-1: none) and its depth in mm, both (S, S)."""
    corner = np.ascontiguousarray(seen[triangles].reshape(-1, 1, 3).astype(np.float32))
    index = np.arange(len(corner), dtype=np.int32).reshape(-1, 1, 3)
    number = np.repeat(np.arange(1, len(triangles) + 1, dtype=np.float32), 3)
    color = np.repeat(number[:, None], 3, 1).reshape(-1, 1, 3)
    camera = np.eye(4, dtype=np.float32)
    camera[2, 3] = -DISTANCE_MM
    settings = cv2.TriangleRasterizeSettings()
    settings.setShadingType(cv2.RASTERIZE_SHADING_FLAT)
    settings.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
    image = np.zeros((size_px, size_px, 3), np.float32)
    depth = np.full((size_px, size_px), 2000, np.float32)
    fov = 2 * np.arctan(width_mm / 2 / DISTANCE_MM)
    cv2.triangleRasterize(
        corner,
        index,
        np.ascontiguousarray(color),
        image,
        depth,
        camera,
        fov,
        100.0,
        2000.0,
        settings,
    )
    return image[..., 0].astype(int) - 1, depth.astype(np.float64)


def barycentrics(
    seen: Array, corners: Array, rows: Array, cols: Array, size_px: int, width_mm: float
) -> Array:
    """(N, 3) where the ray of each pixel meets the plane of its triangle."""
    slope = width_mm / DISTANCE_MM / size_px
    ray = np.stack(
        [
            (cols + 0.5 - size_px / 2) * slope,
            (size_px / 2 - rows - 0.5) * slope,
            -np.ones(len(rows)),
        ],
        1,
    )
    a, b, c = (seen[corners[:, k]] - [0, 0, DISTANCE_MM] for k in range(3))
    weights = np.stack(
        [
            np.einsum("nx,nx->n", ray, np.cross(b, c)),
            np.einsum("nx,nx->n", ray, np.cross(c, a)),
            np.einsum("nx,nx->n", ray, np.cross(a, b)),
        ],
        1,
    )
    total = weights.sum(1, keepdims=True)
    weights = np.clip(weights / np.where(np.abs(total) < 1e-9, 1, total), 0, 1)
    return np.asarray(weights / np.maximum(weights.sum(1, keepdims=True), 1e-9))


def sheet(pictures: Sequence[Array], columns: int, labels: Sequence[str] = ()) -> Array:
    """Pictures of one size in rows, each with its label in the corner."""
    blank = np.zeros_like(pictures[0])
    cells = []
    for k, picture in enumerate(pictures):
        cell = picture.copy()
        if k < len(labels):
            cv2.putText(cell, labels[k], (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1)
        cells.append(cell)
    cells += [blank] * (-len(cells) % columns)
    rows = [np.concatenate(cells[k : k + columns], 1) for k in range(0, len(cells), columns)]
    return np.concatenate(rows, 0)


def write_png(path: str, image: Array) -> None:
    """(h, w, 3) sRGB to a file."""
    cv2.imwrite(path, image[..., ::-1])
