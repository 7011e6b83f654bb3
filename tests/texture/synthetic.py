"""A head of known skin under known light, photographed: what a baked texture must give back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.raster import rasterise
from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.light.harmonics import harmonics
from faceborn.light.srgb import srgb_from_linear
from faceborn.model import load_head_model, make_shape, raise_hair
from faceborn.texture.growth import grow_on_tile, grow_on_vertices
from faceborn.texture.prior import load_prior
from faceborn.texture.regions import regions_of
from faceborn.types import Array, Camera, Face, Fit, Photo, Shape

SIDE_PX = 600


@dataclass(frozen=True)
class Portrayed:
    """A synthetic photo and all that went into it."""

    photo: Photo
    face: Face
    fit: Fit
    shape: Shape
    log_albedo: Array  # (512, 512, 3) of the face tile, the truth


def portray(
    *,
    skin: float = 0.0,
    yaw_deg: float = 0.0,
    side_light: float = 0.0,
    mole: bool = False,
    hair: tuple[float, float, float] | None = None,
    receded_mm: float = 0.0,
    bald_top: bool = False,
    volume_mm: float = 0.0,
    background: tuple[float, float, float] = (0.3, 0.3, 0.3),
) -> Portrayed:
    """Photograph the mean head.

    skin        weight of the prior's first mode: from the palest (-2) to the darkest (2)
    side_light  first-order light from the picture's right over the frontal light
    mole        put a dark spot on the left cheek
    hair        linear colour of hair down to the hairline; without, the head is bald
    receded_mm  how far that hairline lies above the typical one
    bald_top    with hair at the sides and behind only
    volume_mm   how high that hair stands on top
    background  linear colour
    """
    model = load_head_model()
    shape = make_shape(model, np.zeros(len(model.identity_mm)))
    height_mm = volume_mm * np.clip(grow_on_vertices(model).hair_mm / 30.0, 0.0, 1.0)
    standing = raise_hair(shape, height_mm * (model.masks["ears"] < 0.1)).vertices_mm
    weights = np.zeros(len(load_prior().modes_log))
    weights[0] = skin
    log_albedo = np.array(load_prior().log_albedo(weights, 512))
    if mole:
        spot = np.zeros((512, 512), np.float32)
        cv2.circle(spot, MOLE_TEXEL, 3, 1.0, -1)
        log_albedo -= 1.0 * cv2.GaussianBlur(spot, (0, 0), 1.0)[..., None]

    # The skin where the face tile ends: it goes on across the border.
    tone = np.median(log_albedo[regions_of(model, "face", 512).hair_mm > 8.0], 0)
    if hair is not None:
        grown = grow_on_tile(model, "face", 512)
        log_albedo[_is_hairy(grown.hair_mm, grown.rim_mm, receded_mm, bald_top)] = np.log(hair)

    rotation = FLIP @ rotation_from_angles(yaw_deg, 0.0, 0.0)
    focal = 2.4 * SIDE_PX
    camera = Camera(
        size_px=(SIDE_PX, SIDE_PX),
        focal_px=focal,
        center_px=(SIDE_PX / 2, SIDE_PX / 2),
        camera_from_head=rotation,
        translation_mm=np.array([0.0, 0.0, 900.0]),
    )
    outer = np.isin(model.triangle_part, [model.part_names.index(p) for p in ("face", "scalp")])
    triangles = model.triangles[outer]
    in_camera = camera.to_camera(standing)
    raster = rasterise(in_camera, triangles, camera)
    normals = vertex_normals(shape.vertices_mm, triangles, model.weld) @ (FLIP @ rotation).T
    uv = raster.interpolate(model.uv, triangles)
    normal = raster.interpolate(normals, triangles)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    light = np.array([0.7, side_light, 0.1, 0.3, 0, 0, 0, 0, 0.0])
    shading = np.maximum(harmonics(normal) @ light, 0.05)
    x = (uv[:, 0] * 512 - 0.5).astype(np.float32)
    y = ((1 - uv[:, 1]) * 512 - 0.5).astype(np.float32)
    rows = [cv2.remap(log_albedo, x[None, i : i + 8192], y[None, i : i + 8192], cv2.INTER_LINEAR)[0]
            for i in range(0, len(x), 8192)]  # fmt: skip
    shown = np.concatenate(rows)
    part = model.triangle_part[outer][raster.triangle[raster.covered]]
    on_scalp = part == model.part_names.index("scalp")
    shown[on_scalp] = tone
    if hair is not None:
        of = grow_on_vertices(model)
        hair_mm, rim_mm = raster.interpolate(np.stack([of.hair_mm, of.rim_mm], 1), triangles).T
        hairy = _is_hairy(hair_mm, rim_mm, receded_mm, bald_top)
        shown[on_scalp & hairy] = np.log(hair)
        # Strands: rough, as hair is and skin is not.
        shown[hairy] += np.random.default_rng(5).normal(0, 0.25, (int(hairy.sum()), 1))
    picture = np.empty((SIDE_PX, SIDE_PX, 3), np.float32)
    picture[:] = background
    picture[raster.covered] = np.exp(shown) * shading[:, None]
    photo = Photo(pixels=srgb_from_linear(picture), focal_px=None, source="<array>", sha256="")

    scheme = "mediapipe_478"
    points = camera.project(model.landmarks[scheme].of(shape.vertices_mm))
    low, high = points.min(0), points.max(0)
    face = Face(
        box_px=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        score=1.0, yaw_deg=yaw_deg, pitch_deg=0.0, roll_deg=0.0,
        scheme=scheme, landmarks_px=points, landmarks_score=1.0, iris_px=None,
    )  # fmt: skip
    fit = Fit(
        identity=np.zeros(len(model.identity_mm)),
        expression=np.zeros(len(model.expression_names)),
        scale=1.0, scale_sd=0.04, camera=camera, landmarks_px=points,
        residual_px=np.zeros(len(points)), scheme=scheme,
        yaw_deg=yaw_deg, pitch_deg=0.0, roll_deg=0.0,
    )  # fmt: skip
    return Portrayed(photo=photo, face=face, fit=fit, shape=shape, log_albedo=log_albedo)


def _is_hairy(hair_mm: Array, rim_mm: Array, receded_mm: float, bald_top: bool) -> Array:
    return np.asarray((hair_mm > receded_mm) & ((rim_mm < 0) | (not bald_top)))


MOLE_TEXEL = (330, 250)  # (column, row) in the 512 px face tile: the left cheek
