"""What the pixels of a raster know of the surface they see."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.geometry.raster import Raster
from faceborn.light.srgb import linear_from_srgb
from faceborn.model.parts import MATERIAL_OF
from faceborn.types import Array, Camera, Record, Shape, Source, Texture

CLAY = np.array([0.50, 0.47, 0.45], np.float32)
CLAY_EYE = np.array([0.62, 0.62, 0.62], np.float32)
SKIN = np.array([0.45, 0.27, 0.20], np.float32)  # a part whose picture is missing
# sRGB of Source: nothing, seen, mirrored, inferred; the last row is for parts without a map.
SOURCE_PALETTE = np.array(
    [[90, 90, 96], [86, 176, 92], [84, 132, 214], [214, 160, 104], [196, 196, 200]], np.uint8
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fragments(Record):
    """The covered pixels of a raster, in row-major order; directions in the viewer's frame."""

    inside: Array  # (H, W) bool, N of them true
    part: Array  # (N,) uint8 into the model's part names
    uv: Array  # (N, 2)
    normals: Array  # (N, 3) unit, turned towards the viewer
    towards: Array  # (N, 3) unit, to the viewer
    values: Array  # (N, C) what else was given per vertex


def gather(
    raster: Raster,
    triangles: Array,
    triangle_part: Array,
    uv: Array,
    normals: Array,
    values: Array,
    camera: Camera,
) -> Fragments:
    """Blend per-vertex values into the pixels.

    triangles, triangle_part  (T, 3), (T,) as the raster numbers them
    uv, normals, values       (V, 2), (V, 3) viewer's frame, (V, C)
    """
    inside = raster.covered
    both = raster.interpolate(
        np.concatenate([uv, normals, values], 1).astype(np.float32), triangles
    )
    row, column = np.nonzero(inside)
    towards = np.empty((len(row), 3), np.float32)
    towards[:, 0] = -(column + (0.5 - camera.center_px[0])) / camera.focal_px
    towards[:, 1] = (row + (0.5 - camera.center_px[1])) / camera.focal_px
    towards[:, 2] = 1.0
    towards /= np.sqrt(np.einsum("nx,nx->n", towards, towards))[:, None]
    normal = both[:, 2:5]
    length = np.sqrt(np.einsum("nx,nx->n", normal, normal))
    normal = normal / np.maximum(length, 1e-6)[:, None]
    facing = np.einsum("nx,nx->n", normal, towards)
    # Near the outline a smooth normal may point away: bend it back. Backs of cards turn around.
    away = facing < 0
    flip = facing < -0.35
    normal[flip] *= -1
    bend = away & ~flip
    normal[bend] -= facing[bend, None] * towards[bend]
    return Fragments(
        inside=inside,
        part=triangle_part[raster.triangle[inside]],
        uv=both[:, :2],
        normals=normal,
        towards=towards,
        values=both[:, 5:],
    )


def albedo_of(fragments: Fragments, shape: Shape, texture: Texture, style: str) -> Array:
    """(N, 4) linear colour without light, and opacity."""
    names = shape.model.part_names
    colour = np.ones((len(fragments.part), 4), np.float32)
    for number, name in enumerate(names):
        here = np.flatnonzero(fragments.part == number)
        if len(here) == 0:
            continue
        if style == "clay":
            colour[here, :3] = CLAY_EYE if name.startswith("eye_") else CLAY
        elif style == "source":
            colour[here, :3] = _source_colour(texture, name, fragments.uv[here])
        else:
            colour[here] = _material_colour(texture, name, fragments.uv[here])
    return colour


def roughness_of(fragments: Fragments, shape: Shape, texture: Texture) -> Array:
    """(N,) roughness as in glTF: from a map where the part has one."""
    names = shape.model.part_names
    rough = np.array([MATERIAL_OF[name].roughness for name in names], np.float32)[fragments.part]
    for number, name in enumerate(names):
        picture = texture.images.get(MATERIAL_OF[name].roughness_image or "")
        here = np.flatnonzero(fragments.part == number)
        if picture is not None and len(here):
            rough[here] = sample(picture, fragments.uv[here])[:, 0] / np.float32(255)
    return rough


def _source_colour(texture: Texture, part: str, uv: Array) -> Array:
    if part not in texture.source:
        return linear_from_srgb(SOURCE_PALETTE[-1])
    labels = texture.source[part]
    height, width = labels.shape
    column = np.clip((uv[:, 0] * width).astype(np.int32), 0, width - 1)
    row = np.clip(((1 - uv[:, 1]) * height).astype(np.int32), 0, height - 1)
    # Texels outside of every island can only be met on its very edge.
    label = np.where(labels[row, column] == Source.OUTSIDE, Source.INFERRED, labels[row, column])
    return linear_from_srgb(SOURCE_PALETTE[label])


def _material_colour(texture: Texture, part: str, uv: Array) -> Array:
    material = MATERIAL_OF[part]
    base = np.array(material.base_color, np.float32)
    if material.image is None:
        return np.broadcast_to(base, (len(uv), 4))
    if material.image not in texture.images:
        opacity = 1.0 if material.alpha == "opaque" else 0.0
        return np.broadcast_to(np.append(SKIN, np.float32(opacity)), (len(uv), 4))
    sampled = sample(texture.images[material.image], uv)
    colour = np.ones((len(uv), 4), np.float32)
    colour[:, :3] = linear_from_srgb(sampled[:, :3])
    if sampled.shape[1] == 4 and material.alpha != "opaque":
        colour[:, 3] = sampled[:, 3] / np.float32(255)
    return np.asarray(colour * base)


def sample(image: Array, uv: Array) -> Array:
    """(N, 3 or 4) uint8 of `image` at `uv` (N, 2), bilinear.

    Where the picture shows it smaller the image is shrunk first, so that it does not shimmer.
    """
    step = np.linalg.norm(np.diff(uv, axis=0), axis=1) * image.shape[1]
    texels_per_pixel = float(np.median(step)) if len(step) else 1.0
    if texels_per_pixel > 1.4:
        side = max(16, int(image.shape[1] / texels_per_pixel * 1.2))
        image = cv2.resize(
            image,
            (side, max(16, side * image.shape[0] // image.shape[1])),
            interpolation=cv2.INTER_AREA,
        )
    height, width = image.shape[:2]
    # OpenCV remaps at most 32767 columns: fold the list of pixels into a sheet.
    columns = 4096
    rows = -(-len(uv) // columns)
    x, y = np.zeros((2, rows * columns), np.float32)
    x[: len(uv)] = uv[:, 0] * width - 0.5
    y[: len(uv)] = (1 - uv[:, 1]) * height - 0.5
    sheet = cv2.remap(
        image,
        x.reshape(rows, columns),
        y.reshape(rows, columns),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(sheet.reshape(rows * columns, -1)[: len(uv)])
