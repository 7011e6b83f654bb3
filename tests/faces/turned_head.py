"""Photographs of a head of ours, seen from any side."""

from __future__ import annotations

from functools import cache

import faceborn
from faceborn.render import render_head, view_camera
from faceborn.types import Array, Camera, Result


@cache
def _head() -> Result:
    return faceborn.from_photo(faceborn.asset_path("astronaut.jpg"), texture_size=512).result


def draw_turned_head(yaw_deg: float) -> tuple[Array, Camera, Array]:
    """(480, 480, 3) uint8, the camera, and the head's vertices in mm: the astronaut's, neutral."""
    result = _head()
    vertices_mm = result.shape.vertices_mm
    camera = view_camera(vertices_mm, result.shape.model, yaw_deg, size_px=(480, 480), fill=0.7)
    picture = render_head(vertices_mm, result.shape, result.texture, camera, supersample=1)
    return picture, camera, vertices_mm
