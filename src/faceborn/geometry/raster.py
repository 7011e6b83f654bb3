"""Which triangle does each pixel see? The one rasteriser of render, texture and training.

Visibility comes from OpenCV's software rasteriser, which takes a pixel if its centre lies inside
the triangle. Flat shading with the triangle's number as colour gives exact numbers; barycentrics
and depth are then solved per pixel from the camera ray, so they do not depend on its z buffer.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.types import Array, Camera, Record

BAND_PX = 65536  # worked on at once: what stays in the cache is twice as fast


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raster(Record):
    """What each pixel sees. Row 0 is the top of the picture."""

    triangle: Array  # (H, W) int32 into the triangles, -1 where there is none
    barycentrics: Array  # (H, W, 3) float32, perspective correct, 0 outside
    depth: Array  # (H, W) float32 along the viewing axis, mm; inf outside

    @property
    def covered(self) -> Array:
        """(H, W) bool"""
        return self.triangle >= 0

    def interpolate(self, values: Array, triangles: Array) -> Array:
        """(V, C) per vertex to (N, C) per covered pixel, in row-major order."""
        inside = self.covered
        corners = triangles[self.triangle[inside]]
        weight = self.barycentrics[inside]
        values = np.ascontiguousarray(values, np.float32)
        blended = np.empty((len(corners), values.shape[1]), np.float32)
        for start in range(0, len(corners), BAND_PX // 4):
            some = slice(start, start + BAND_PX // 4)
            first, second, third = corners[some].T
            w = weight[some]
            blended[some] = values[first] * w[:, :1]
            blended[some] += values[second] * w[:, 1:2]
            blended[some] += values[third] * w[:, 2:]
        return blended


def rasterise(points_camera_mm: Array, triangles: Array, camera: Camera) -> Raster:
    """The nearest triangle of every pixel of `camera`.

    points_camera_mm  (V, 3) camera space (x right, y down, z forward), z > 0
    triangles         (T, 3) both sides are drawn
    """
    width, height = camera.size_px
    x0, y0, x1, y1 = _window(points_camera_mm, triangles, camera)
    center = (camera.center_px[0] - x0, camera.center_px[1] - y0)
    part = _rasterise(points_camera_mm, triangles, (x1 - x0, y1 - y0), camera.focal_px, center)
    if (x0, y0, x1, y1) == (0, 0, width, height):
        return part
    triangle = np.full((height, width), -1, np.int32)
    barycentrics = np.zeros((height, width, 3), np.float32)
    depth = np.full((height, width), np.inf, np.float32)
    triangle[y0:y1, x0:x1] = part.triangle
    barycentrics[y0:y1, x0:x1] = part.barycentrics
    depth[y0:y1, x0:x1] = part.depth
    return Raster(triangle=triangle, barycentrics=barycentrics, depth=depth)


def rasterise_depth(points_camera_mm: Array, triangles: Array, camera: Camera) -> Array:
    """Depth of the nearest surface, (H, W) float32 mm, inf where there is none.

    A third of the time of `rasterise`; from OpenCV's z buffer, good to 1e-5 of the depth.
    """
    points, near, far = _for_opencv(
        points_camera_mm, triangles, camera.size_px, camera.focal_px, camera.center_px
    )
    width, height = camera.size_px
    depth = np.full((height, width), far, np.float32)
    if len(triangles) and far > 0:
        cv2.triangleRasterizeDepth(
            points.reshape(-1, 1, 3),
            np.ascontiguousarray(triangles, np.int32).reshape(-1, 1, 3),
            depth,
            np.eye(4, dtype=np.float32),
            2.0 * np.arctan(height / 2 / camera.focal_px),
            near,
            far,
            _settings(),
        )
    depth[depth >= far] = np.inf
    return depth


def rasterise_uv(uv: Array, triangles: Array, size_px: int) -> Raster:
    """Which triangle covers the centre of each texel; row 0 is v = 1.

    uv         (V, 2) in 0..1, v up
    triangles  (T, 3) of one part: islands must not overlap
    """
    # A flat sheet at depth `size_px` before a camera of that focal length: scale 1.
    sheet = np.empty((len(uv), 3))
    sheet[:, 0] = uv[:, 0] * size_px
    sheet[:, 1] = (1.0 - uv[:, 1]) * size_px
    sheet[:, 2] = size_px
    return _rasterise(sheet, triangles, (size_px, size_px), float(size_px), (0.0, 0.0))


def _rasterise(
    points: Array,
    triangles: Array,
    size_px: tuple[int, int],
    focal_px: float,
    center_px: tuple[float, float],
) -> Raster:
    width, height = size_px
    triangle = np.full((height, width), -1, np.int32)
    barycentrics = np.zeros((height, width, 3), np.float32)
    depth = np.full((height, width), np.inf, np.float32)
    turned, near, far = _for_opencv(points, triangles, size_px, focal_px, center_px)
    if len(triangles) == 0 or far <= 0:
        return Raster(triangle=triangle, barycentrics=barycentrics, depth=depth)
    number = np.repeat(np.arange(1, len(triangles) + 1, dtype=np.float32), 9)
    colour = np.zeros((height, width, 3), np.float32)
    cv2.triangleRasterize(
        turned[triangles].reshape(-1, 1, 3),
        np.arange(len(triangles) * 3, dtype=np.int32).reshape(-1, 1, 3),
        number.reshape(-1, 1, 3),
        colour,
        np.full((height, width), far, np.float32),
        np.eye(4, dtype=np.float32),
        2.0 * np.arctan(height / 2 / focal_px),
        near,
        far,
        _settings(),
    )
    # Numbers below 2^24 are exact in float32.
    triangle = colour[..., 0].astype(np.int32) - 1

    planes = _planes(points, triangles, focal_px, center_px)
    columns = np.arange(width, dtype=np.float32) + 0.5
    band = max(1, BAND_PX // width)
    for top in range(0, height, band):
        inside = triangle[top : top + band] >= 0
        plane = planes[triangle[top : top + band][inside]]
        row, column = np.nonzero(inside)
        x = columns[column] - plane[:, 0]
        y = (row.astype(np.float32) + (top + 0.5)) - plane[:, 1]
        weight = np.empty((len(x), 3), np.float32)
        for k in range(3):
            weight[:, k] = plane[:, 2 + 2 * k] * x + plane[:, 3 + 2 * k] * y
        weight[:, 0] += plane[:, 8]
        total = weight[:, 0] + weight[:, 1] + weight[:, 2]
        # A triangle seen edge on has no area; its pixel takes its first corner.
        flat = np.abs(total) < 1e-20
        weight[flat] = (1.0, 0.0, 0.0)
        total[flat] = 1.0
        weight /= total[:, None]
        # Rounding leaves pixels on an edge outside by less than 1e-4.
        np.clip(weight, 0.0, 1.0, out=weight)
        weight /= (weight[:, 0] + weight[:, 1] + weight[:, 2])[:, None]
        barycentrics[top : top + band][inside] = weight
        depth[top : top + band][inside] = np.einsum("nc,nc->n", weight, plane[:, 9:])
    return Raster(triangle=triangle, barycentrics=barycentrics, depth=depth)


def _window(points: Array, triangles: Array, camera: Camera) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1: the part of the picture that the triangles can touch, 1 px at least."""
    width, height = camera.size_px
    if len(triangles) == 0:
        return 0, 0, 1, 1
    used = np.zeros(len(points), bool)
    used[triangles] = True
    corner = points[used]
    if corner[:, 2].min() <= 0:
        return 0, 0, width, height
    pixel = corner[:, :2] / corner[:, 2:] * camera.focal_px + np.asarray(camera.center_px)
    low, high = np.floor(pixel.min(0)), np.ceil(pixel.max(0))
    x0, y0 = (int(np.clip(v, 0, n - 1)) for v, n in zip(low, camera.size_px, strict=True))
    x1, y1 = (int(np.clip(v, 1, n)) for v, n in zip(high, camera.size_px, strict=True))
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def _settings() -> cv2.TriangleRasterizeSettings:
    settings = cv2.TriangleRasterizeSettings()
    settings.setShadingType(cv2.RASTERIZE_SHADING_FLAT)
    settings.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
    return settings


def _for_opencv(
    points: Array,
    triangles: Array,
    size_px: tuple[int, int],
    focal_px: float,
    center_px: tuple[float, float],
) -> tuple[Array, float, float]:
    """Points in OpenCV's frame, near and far plane (0 where nothing is to be drawn).

    That camera looks along -z with y up and has its axis in the middle of the picture; a principal
    point elsewhere is a shear. The planes are tight: the z buffer spends its precision there.
    """
    width, height = size_px
    turned = np.array(points, np.float64)
    turned[:, 0] += points[:, 2] * ((center_px[0] - width / 2) / focal_px)
    turned[:, 1] += points[:, 2] * ((center_px[1] - height / 2) / focal_px)
    turned[:, 1:] *= -1.0
    depth = points[triangles, 2]
    far = float(depth.max(initial=-1.0)) * 1.01 + 1.0
    near = max(float(depth.min(initial=far)) * 0.99 - 1.0, far * 1e-3)
    # As float32, so that an untouched pixel of the z buffer is `far` exactly.
    return turned.astype(np.float32), near, float(np.float32(far)) if far > 1.0 else 0.0


def _planes(
    points: Array, triangles: Array, focal_px: float, center_px: tuple[float, float]
) -> Array:
    """What a pixel needs of its triangle (a, b, c): (T, 12) float32.

    The ray d through a pixel meets the triangle with weights proportional to d.(b x c),
    d.(c x a), d.(a x b). Measured from the pixel of `a`, where only the first is not 0, this is
    exact enough in float32. Columns: the pixel of `a` (2), slope in x and y of each weight (6),
    the first weight at `a` (1), the depths of the corners (3).
    """
    a, b, c = (points[triangles[:, k]] for k in range(3))
    depth = np.maximum(a[:, 2], 1e-9)
    planes = np.empty((len(triangles), 12))
    planes[:, 0] = a[:, 0] / depth * focal_px + center_px[0]
    planes[:, 1] = a[:, 1] / depth * focal_px + center_px[1]
    for k, (first, second) in enumerate(((b, c), (c, a), (a, b))):
        edge = np.cross(first, second)
        planes[:, 2 + 2 * k : 4 + 2 * k] = edge[:, :2] / focal_px
        if k == 0:
            planes[:, 8] = np.einsum("tx,tx->t", a, edge) / depth
    # The common factor cancels; without it tiny triangles would vanish in float32.
    planes[:, 2:9] /= np.maximum(np.abs(planes[:, 2:8]).max(1), 1e-30)[:, None]
    planes[:, 9:] = points[triangles, 2]
    return planes.astype(np.float32)
