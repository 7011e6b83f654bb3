"""Rows of the least squares that pull the head's skin onto the surface of a solid.

The solid is what the volumetric network says; each of its columns stands behind a pixel of the
photo, so a vertex is compared with the surface that its own pixel shows: the first one for skin
that faces the camera, the last one for skin on the side that nobody sees.
Source: point to plane, Chen & Medioni 1991.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.fit.contour import ContourBand
from faceborn.fit.outline import Rows
from faceborn.fit.rows import POSE_COUNT, geman_mcclure
from faceborn.geometry.meshes import vertex_normals
from faceborn.types import Array, Camera, HeadModel, Record, Solid

LEVEL = 0.5  # of a cube's share, on the surface
STEEP = 0.35  # cosine between ray and normal below which a surface says little about depth
FACING = 0.25  # the same of the head's own normal
REACH_MM = 8.0  # a surface further away belongs to something else
DOUBT_MM = 3.0  # a gap at which that is as likely as not
EACH = 4  # every so manieth vertex: neighbours say the same
NEVER = -1e3  # depth where there is no surface


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet(Record):
    """One surface of a solid as a map over its square."""

    depth: Array  # (N, N) float32 towards the viewer, in sides of the square; NEVER: none
    normal: Array  # (N, N, 3) float32, x right, y down, z towards the viewer, out of the solid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheets(Record):
    """Both surfaces of a solid."""

    solid: Solid
    first: Sheet  # what the camera sees
    last: Sheet  # what a camera from behind would see


def solid_skin(model: HeadModel) -> Array:
    """(V,) bool: the skin that is laid on a solid, without what its cubes are too large for."""
    face = (model.masks["face"] > 0.5) & (model.masks["ears"] < 0.1)
    return np.asarray(face & (model.masks["lips"] < 0.5))


def sheets_of(solid: Solid) -> Sheets:
    """The first and the last surface along every ray."""
    inside = solid.inside
    forwards, backwards = _crossing(inside), _crossing(inside[::-1])
    size = inside.shape[1]
    count = len(inside)
    first = np.where(np.isfinite(forwards), solid.near - forwards / size, NEVER)
    last = np.where(np.isfinite(backwards), solid.near - (count - backwards) / size, NEVER)
    return Sheets(solid=solid, first=_sheet(first, 1.0), last=_sheet(last, -1.0))


def solid_rows(
    sheets: Sheets,
    band: ContourBand,
    band_mm: Array,
    camera: Camera,
    depth_mm: float,
    *,
    sigma_mm: float,
) -> Rows:
    """The band's vertices onto the sheets, along their normals.

    band_mm   (V, 3) the band's vertices in head space
    depth_mm  of the face from the camera, where the solid's depth is 0
    """
    seen = camera.to_camera(band_mm)
    normals = vertex_normals(band_mm, band.triangles) @ camera.camera_from_head.T
    ray = seen / np.linalg.norm(seen, axis=1, keepdims=True)
    facing = -(normals * ray).sum(1)
    mm_per_side = sheets.solid.side_px * depth_mm / camera.focal_px
    pixels = camera.project(band_mm)
    place = _in_square(sheets.solid, pixels)
    depth = (depth_mm - seen[:, 2]) / mm_per_side
    chosen, gaps, planes = [], [], []
    turn = sheets.solid.photo_from_square[:, :2] / sheets.solid.side_px
    for sheet, side in ((sheets.first, facing > FACING), (sheets.last, facing < -FACING)):
        surface, normal = _look_up(sheet, place)
        gap = (depth - surface) * mm_per_side
        near = side & (surface > NEVER / 2) & (np.abs(normal[:, 2]) > STEEP)
        if not near.any():
            continue
        gap = gap - np.median(gap[near])  # where depth is 0 is a convention of the network
        near &= (np.abs(gap) < REACH_MM) & (np.arange(len(near)) % EACH == 0)
        chosen.append(np.flatnonzero(near))
        flat = normal[near, :2] @ turn.T
        plane = np.column_stack([flat, -normal[near, 2]])  # the camera's z points away
        gaps.append(gap[near] * normal[near, 2])
        planes.append(plane)
    if not chosen:
        width = band.points.modes_mm.shape[2] + POSE_COUNT
        return np.zeros((0, width), np.float32), np.zeros(0, np.float32)
    vertices, value, plane = map(np.concatenate, (chosen, gaps, planes))
    weight = np.sqrt(geman_mcclure(value**2, DOUBT_MM)) / sigma_mm
    rows = _jacobian(band, band_mm, camera, vertices, plane * weight[:, None])
    return rows, (value * weight).astype(np.float32)


def _jacobian(
    band: ContourBand, band_mm: Array, camera: Camera, vertices: Array, plane: Array
) -> Array:
    """(N, K + E + 6) how the unknowns move vertices along `plane` (N, 3), camera space."""
    by_head = (plane @ camera.camera_from_head).astype(np.float32)
    shape = np.einsum("nx,nxk->nk", by_head, band.points.modes_mm[vertices])
    turned = band_mm[vertices] @ camera.camera_from_head.T
    return np.concatenate([shape, np.cross(turned, plane), plane], 1).astype(np.float32)


def _crossing(inside: Array) -> Array:
    """(N, N) slices from the front to where each ray enters, between slices; nan where it never."""
    first = (inside > LEVEL).argmax(0)
    hit = (inside > LEVEL).any(0)
    rows, columns = np.indices(first.shape)
    at = inside[first, rows, columns]
    before = np.where(first > 0, inside[np.maximum(first - 1, 0), rows, columns], 0.0)
    part = (LEVEL - before) / np.maximum(at - before, 1e-6)
    return np.where(hit, first - 0.5 + part, np.nan)


def _sheet(depth: Array, outwards: float) -> Sheet:
    """A map of depths with its normals; `outwards` 1 if the viewer is outside of it."""
    size = depth.shape[0]
    slope_y, slope_x = np.gradient(depth * size)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(depth)], 2) * outwards
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    return Sheet(depth=depth.astype(np.float32), normal=normal.astype(np.float32))


def _in_square(solid: Solid, pixels: Array) -> Array:
    """(N, 2) pixels of the photo in sides of the square."""
    back = cv2.invertAffineTransform(solid.photo_from_square)
    return np.asarray(pixels @ back[:, :2].T + back[:, 2])


def _look_up(sheet: Sheet, place: Array) -> tuple[Array, Array]:
    """Depth (N,) and normal (N, 3) of a sheet at places (N, 2); NEVER outside and at its rim."""
    size = sheet.depth.shape[0]
    x, y = (place * size - 0.5).astype(np.float32).T
    depth = cv2.remap(
        sheet.depth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=NEVER
    )
    normal = cv2.remap(sheet.normal, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    depth, normal = depth.ravel(), (normal / np.maximum(length, 1e-6)).reshape(-1, 3)
    return np.where(depth > NEVER * 1e-3, depth, NEVER), normal
