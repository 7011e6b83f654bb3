"""How the photo sees the head: where each texel lies in it, and whether it can be trusted there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.raster import rasterise_depth
from faceborn.geometry.rotations import FLIP
from faceborn.texture.atlas import covered, to_texels
from faceborn.texture.colour import smoothstep
from faceborn.texture.warp import warp_pixels
from faceborn.types import Array, Fit, HeadModel, Photo, Record, Shape

DEPTH_MAP_SIDE_PX = 1000
OCCLUSION_MM = 3.0  # a surface this far behind the front one is hidden
BEHIND_MM = 9.0  # this far behind its neighbour in the photo it gets the neighbour's colour
RIM = 0.02  # nearer to the outline than this the background bleeds in, of the eye distance
LARGEST_SIDE_PX = 32_000
SOLID = ("face", "scalp", "mouth", "teeth", "gums", "tongue", "eye_left", "eye_right")
OUTER_EYE_CORNERS = (36, 45)  # of the 68 iBUG points


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeadView(Record):
    """The posed head in the photo, per vertex."""

    pixels: Array  # (V, 2) in the photo, moved onto the measured landmarks
    depth_mm: Array  # (V,)
    normals: Array  # (V, 3) camera space with y up and z towards the camera
    facing: Array  # (V,) cosine between normal and direction to the camera
    front_mm: Array  # (h, w) depth of the nearest surface, inf outside the head
    front_scale: float  # pixels of `front_mm` per pixel of the photo
    eye_px: float  # outer-eye-corner distance as if seen from the front


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartView(Record):
    """The posed head in the photo, per texel of one part."""

    pixels: Array  # (S, S, 2), smooth beyond the islands too
    normals: Array  # (S, S, 3) unit length inside the islands
    trust: Array  # (S, S) 0..1: seen by the camera, from a good angle, off the outline


def view_head(photo: Photo, fit: Fit, shape: Shape) -> HeadView:
    """Project the head as it was in the photo."""
    model, camera = shape.model, fit.camera
    vertices = shape.with_expression(fit.expression.astype(np.float32))
    in_camera = camera.to_camera(vertices)
    pixels = camera.project(vertices)
    solid = np.isin(model.triangle_part, [model.part_names.index(part) for part in SOLID])
    triangles = model.triangles[solid]
    normals = vertex_normals(vertices, triangles, model.weld) @ (FLIP @ camera.camera_from_head).T
    towards = -in_camera @ FLIP
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    facing = np.einsum("vx,vx->v", normals, towards)

    corners = camera.to_camera(model.landmarks["ibug_68"].of(vertices))[list(OUTER_EYE_CORNERS)]
    eye_mm = float(np.linalg.norm(corners[0] - corners[1]))
    eye_px = eye_mm * camera.focal_px / float(corners[:, 2].mean())

    scheme = model.landmarks[fit.scheme]
    landmarks = camera.project(scheme.of(vertices))
    used = np.einsum("lc,lc->l", facing[scheme.vertices], scheme.barycentrics) > 0.2
    count = min(len(landmarks), len(fit.landmarks_px))
    used = used[:count] & np.isfinite(fit.residual_px[:count])
    pixels = warp_pixels(
        pixels.astype(np.float32), landmarks[:count][used], fit.landmarks_px[:count][used], eye_px
    )

    scale = min(1.0, DEPTH_MAP_SIDE_PX / max(camera.size_px))
    small = camera.replace(
        size_px=(
            max(1, round(camera.size_px[0] * scale)),
            max(1, round(camera.size_px[1] * scale)),
        ),
        focal_px=camera.focal_px * scale,
        center_px=(camera.center_px[0] * scale, camera.center_px[1] * scale),
    )
    return HeadView(
        pixels=pixels,
        depth_mm=in_camera[:, 2].astype(np.float32),
        normals=normals.astype(np.float32),
        facing=facing.astype(np.float32),
        front_mm=rasterise_depth(in_camera, triangles, small),
        front_scale=scale,
        eye_px=eye_px,
    )


def view_part(photo: Photo, model: HeadModel, head: HeadView, part: str, size_px: int) -> PartView:
    """The head's view, per texel of `part`."""
    stacked = np.concatenate(
        [head.pixels, head.depth_mm[:, None], head.facing[:, None], head.normals], 1
    )
    texels = to_texels(model, part, size_px, stacked, beyond=True)
    pixels, depth, facing = texels[..., :2], texels[..., 2], texels[..., 3]
    normals = texels[..., 4:]
    normals = normals / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-6)

    width, height = photo.size_px
    inside = (pixels[..., 0] > 1) & (pixels[..., 0] < width - 2)
    inside &= (pixels[..., 1] > 1) & (pixels[..., 1] < height - 2)
    x = pixels[..., 0] * head.front_scale - 0.5
    y = pixels[..., 1] * head.front_scale - 0.5
    # The farthest front surface around: a texel is hidden only if all of its neighbourhood is.
    front = np.where(np.isfinite(head.front_mm), head.front_mm, 0.0)
    front = cv2.dilate(front, np.ones((3, 3)))
    front_here = cv2.remap(front, x, y, cv2.INTER_NEAREST)
    visible = covered(model, part, size_px) & inside & (depth < front_here + OCCLUSION_MM)

    rim = max(1, round(RIM * head.eye_px * head.front_scale))
    core = cv2.erode(
        np.isfinite(head.front_mm).astype(np.uint8), np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)
    )
    off_outline = (cv2.remap(core, x, y, cv2.INTER_NEAREST) > 0) | (facing > 0.5)
    nearest = cv2.erode(head.front_mm, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8))
    free = depth < cv2.remap(nearest, x, y, cv2.INTER_NEAREST) + BEHIND_MM
    trust = smoothstep(0.15, 0.6, facing) * (visible & off_outline & free)
    return PartView(pixels=pixels, normals=normals, trust=trust)


def sample_photo(photo: Photo, pixels: Array, size_px: int) -> Array:
    """(size, size, 3) uint8 sRGB: the photo at each texel.

    pixels  (S, S, 2) may be coarser than `size_px`
    """
    if pixels.shape[0] != size_px:
        pixels = cv2.resize(pixels, (size_px, size_px), interpolation=cv2.INTER_LINEAR)
    # Only the part around the head: OpenCV resamples no picture of more than 32,767 px a side.
    width, height = photo.size_px
    left, top = (
        int(np.clip(pixels[..., k].min() - 4, 0, s - 1)) for k, s in ((0, width), (1, height))
    )
    right, bottom = (
        int(np.clip(pixels[..., k].max() + 4, 1, s)) for k, s in ((0, width), (1, height))
    )
    right, bottom = min(right, left + LARGEST_SIDE_PX), min(bottom, top + LARGEST_SIDE_PX)
    return np.asarray(
        cv2.remap(
            np.ascontiguousarray(
                photo.pixels[top : max(bottom, top + 1), left : max(right, left + 1)]
            ),
            np.ascontiguousarray(pixels[..., 0]) - (0.5 + left),
            np.ascontiguousarray(pixels[..., 1]) - (0.5 + top),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )
