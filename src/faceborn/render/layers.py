"""Draw the head's parts over each other: solid ones by depth, transparent ones back to front."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from faceborn.geometry.raster import Raster, rasterise
from faceborn.model.parts import MATERIAL_OF
from faceborn.render.colour import display
from faceborn.render.surface import Fragments, albedo_of, gather
from faceborn.types import Array, Camera, Shape, Texture

# (fragments, their albedo (N, 3), mm per pixel) to linear light (N, 3)
Shader = Callable[[Fragments, Array, float], Array]
STACKING_MM = 0.05  # a transparent layer this little behind a solid one still lies on it


def draw_layers(
    vertices_mm: Array,
    shape: Shape,
    texture: Texture,
    camera: Camera,
    *,
    style: str,
    normals: Array,
    values: Array,
    shader: Shader,
    supersample: int = 1,
) -> tuple[Array, Array]:
    """(H, W, 3) linear light times coverage, and coverage (H, W) 0..1.

    normals  (V, 3) viewer's frame
    values   (V, C) what the shader needs per vertex
    """
    model = shape.model
    scale = supersample
    large = camera.replace(
        size_px=(camera.size_px[0] * scale, camera.size_px[1] * scale),
        focal_px=camera.focal_px * scale,
        center_px=(camera.center_px[0] * scale, camera.center_px[1] * scale),
    )
    points = large.to_camera(vertices_mm)

    def see(chosen: Array) -> tuple[Raster, Fragments]:
        triangles = model.triangles[chosen]
        raster = rasterise(points, triangles, large)
        part = model.triangle_part[chosen]
        return raster, gather(raster, triangles, part, model.uv, normals, values, large)

    width, height = large.size_px
    light = np.zeros((height, width, 3), np.float32)
    coverage = np.zeros((height, width), np.float32)
    blended = np.array([MATERIAL_OF[name].alpha != "opaque" for name in model.part_names])
    raster, fragments = see(~blended[model.triangle_part])
    front = raster.depth
    if len(fragments.part) == 0:
        return light[::scale, ::scale], coverage[::scale, ::scale]
    mm_per_px = float(np.median(front[fragments.inside])) / large.focal_px
    colour = albedo_of(fragments, shape, texture, style)[:, :3]
    light[fragments.inside] = shader(fragments, colour, mm_per_px)
    coverage[fragments.inside] = 1.0

    layers = []
    for number in np.flatnonzero(blended) if style in ("textured", "albedo") else ():
        raster, fragments = see(model.triangle_part == number)
        if len(fragments.part):
            layers.append((float(np.median(raster.depth[fragments.inside])), raster, fragments))
    for _, raster, fragments in sorted(layers, key=lambda layer: -layer[0]):
        rgba = albedo_of(fragments, shape, texture, style)
        ahead = raster.depth[fragments.inside] < front[fragments.inside] + STACKING_MM
        alpha = (rgba[:, 3] * ahead)[:, None]
        shaded = shader(fragments, rgba[:, :3], mm_per_px)
        light[fragments.inside] = light[fragments.inside] * (1 - alpha) + shaded * alpha
        under = coverage[fragments.inside]
        coverage[fragments.inside] = under + (1 - under) * alpha[:, 0]
    if scale > 1:
        return shrink(light, camera.size_px), shrink(coverage, camera.size_px)
    return light, coverage


def shrink(picture: Array, size_px: tuple[int, int]) -> Array:
    """(h, w, ...) to `size_px` (width, height), each pixel the mean of those it covers."""
    return np.asarray(cv2.resize(picture, size_px, interpolation=cv2.INTER_AREA))


def lay_over(light: Array, coverage: Array, background: Array) -> Array:
    """(H, W, 3) uint8: what `draw_layers` gave, before a picture (H, W, 3) uint8."""
    shown = display(light / np.maximum(coverage, 1e-4)[..., None]).astype(np.float32)
    return np.asarray(background + (shown - background) * coverage[..., None] + 0.5, np.uint8)
