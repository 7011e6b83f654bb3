"""How much of the surroundings each point of the head sees.

The head is drawn as a depth map from many sides; what lies behind the nearest surface is dark
from there. One head serves every camera and every light: only the weights of the directions
change. Source of the idea: Zhukov et al. 1998, ambient obscurance; Sloan et al. 2002, transfer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.raster import rasterise_depth
from faceborn.types import Array, Camera, HeadModel, Record

DIRECTIONS = 60
MAP_PX = 320
DISTANCE_MM = 4000.0  # far: nearly parallel rays
LIFT_MM = 1.2  # a point starts this far above its surface
SLACK_MM = 1.5  # what the depth map's pixels cannot tell
CASTERS = ("face", "scalp")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Visibility(Record):
    """Which directions each vertex sees, and its normal."""

    directions: Array  # (D, 3) head space, pointing away from the head
    seen: Array  # (V, D) float32 0 or 1
    normals: Array  # (V, 3) head space

    def irradiance(self, radiance: Array) -> Array:
        """(V, 3) light that arrives, of `radiance` (D, 3); 1 where all directions shine with 1."""
        cosine = np.clip(self.normals @ self.directions.T, 0.0, None) * (4 / len(self.directions))
        return np.asarray((self.seen * cosine) @ radiance, np.float32)

    def openness(self) -> Array:
        """(V, 1) 0..1: the part of an even sky that is left."""
        sky = self.irradiance(np.ones((len(self.directions), 1)))
        return np.asarray(np.clip(sky, 0.0, 1.0))


def see_directions(
    vertices_mm: Array, model: HeadModel, directions: Array | None = None
) -> Visibility:
    """Draw the head from every direction and ask which vertices are in front.

    vertices_mm  (V, 3) head space
    directions   (D, 3) unit length; without them an even, left-right symmetric set
    """
    directions = even_directions(DIRECTIONS) if directions is None else directions
    casting = [model.part_names.index(part) for part in CASTERS if part in model.part_names]
    triangles = model.triangles[np.isin(model.triangle_part, casting)]
    normals = vertex_normals(vertices_mm, model.triangles, model.weld)
    lifted = vertices_mm + LIFT_MM * normals
    # What lies outside the frame (the shoulders' rim) counts as seen.
    face = vertices_mm[np.unique(model.triangles[model.triangle_part == casting[0]])]
    middle = (face.max(0) + face.min(0)) / 2
    reach = float(np.linalg.norm(face - middle, axis=1).max()) * 1.02
    seen = np.empty((len(vertices_mm), len(directions)), np.float32)
    for number, direction in enumerate(directions):
        camera = _camera_from(direction, middle, reach)
        depth = rasterise_depth(camera.to_camera(vertices_mm), triangles, camera)
        point = camera.to_camera(lifted)
        pixel = point[:, :2] / point[:, 2:] * camera.focal_px + MAP_PX / 2
        inside = ((pixel >= 0) & (pixel < MAP_PX)).all(1)
        column, row = np.clip(pixel.astype(np.int32), 0, MAP_PX - 1).T
        seen[:, number] = (point[:, 2] < depth[row, column] + SLACK_MM) | ~inside
    return Visibility(directions=directions, seen=seen, normals=normals)


def even_directions(count: int) -> Array:
    """(count, 3) unit vectors spread evenly, each with its mirror image in x; count is even."""
    half = count // 2
    # A spiral over the sphere, folded onto its left half, keeps its evenness.
    step = np.arange(half) + 0.5
    height = 1 - 2 * step / half
    around = np.pi * (step * 0.618033988749895 % 1.0) - np.pi / 2
    ring = np.sqrt(1 - height**2)
    left = np.stack([ring * np.cos(around), height, ring * np.sin(around)], 1)
    return np.concatenate([left, left * [-1.0, 1.0, 1.0]])


def cone_directions(axis: Array, radius_deg: float, count: int = 7) -> Array:
    """(count, 3): `axis` and a ring around it; the area of a light."""
    helper = np.array([0.0, 1.0, 0.0]) if abs(axis[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    side = np.cross(helper, axis)
    side /= np.linalg.norm(side)
    up = np.cross(axis, side)
    around = np.arange(count - 1) * (2 * np.pi / (count - 1))
    offset = np.tan(np.deg2rad(radius_deg))
    ring = axis + offset * (np.cos(around)[:, None] * side + np.sin(around)[:, None] * up)
    cone = np.concatenate([axis[None], ring])
    return np.asarray(cone / np.linalg.norm(cone, axis=1, keepdims=True))


def _camera_from(direction: Array, middle: Array, reach: float) -> Camera:
    helper = np.array([0.0, 1.0, 0.0]) if abs(direction[1]) < 0.95 else np.array([0.0, 0.0, 1.0])
    right = np.cross(helper, direction)
    right /= np.linalg.norm(right)
    up = np.cross(direction, right)
    turn = np.stack([right, -up, -direction])
    return Camera(
        size_px=(MAP_PX, MAP_PX),
        focal_px=MAP_PX / 2 * (DISTANCE_MM - reach) / reach,
        center_px=(MAP_PX / 2, MAP_PX / 2),
        camera_from_head=turn,
        translation_mm=np.array([0.0, 0.0, DISTANCE_MM]) - turn @ middle,
    )


def soften(values: Array, model: HeadModel) -> Array:
    """(V, C) blended with the neighbours: the maps' pixels would show as speckles."""
    point = model.weld[model.triangles]
    count = np.maximum(np.bincount(point.ravel(), minlength=len(values)), 1)
    means = values[point].mean(1)
    blended = np.empty(values.shape, np.float32)
    for channel in range(values.shape[1]):
        total = np.bincount(point.ravel(), np.repeat(means[:, channel], 3), minlength=len(values))
        blended[:, channel] = total / count
    return np.asarray(blended[model.weld])
