"""A head of known skin under known light, photographed: what a baked texture must give back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.raster import rasterise
from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.model import load_head_model, make_shape
from faceborn.texture.colour import srgb_from_linear
from faceborn.texture.light import harmonics
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
    hair: bool = False,
) -> Portrayed:
    """Photograph the mean head.

    skin        weight of the prior's first mode: from the palest (-2) to the darkest (2)
    side_light  first-order light from the picture's right over the frontal light
    mole        put a dark spot on the left cheek
    hair        dark hair down to the typical hairline; without, the head is bald
    """
    model = load_head_model()
    shape = make_shape(model, np.zeros(len(model.identity_mm)))
    weights = np.zeros(len(load_prior().modes_log))
    weights[0] = skin
    log_albedo = np.array(load_prior().log_albedo(weights, 512))
    if mole:
        spot = np.zeros((512, 512), np.float32)
        cv2.circle(spot, MOLE_TEXEL, 3, 1.0, -1)
        log_albedo -= 1.0 * cv2.GaussianBlur(spot, (0, 0), 1.0)[..., None]

    if hair:
        scalp = regions_of(model, "face", 512).hair_mm > 0
        log_albedo[scalp] = np.log([0.03, 0.02, 0.015])

    rotation = FLIP @ rotation_from_angles(yaw_deg, 0.0, 0.0)
    focal = 2.4 * SIDE_PX
    camera = Camera(
        size_px=(SIDE_PX, SIDE_PX),
        focal_px=focal,
        center_px=(SIDE_PX / 2, SIDE_PX / 2),
        camera_from_head=rotation,
        translation_mm=np.array([0.0, 0.0, 900.0]),
    )
    triangles = model.triangles[model.triangle_part == model.part_names.index("face")]
    in_camera = camera.to_camera(shape.vertices_mm)
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
    picture = np.full((SIDE_PX, SIDE_PX, 3), 0.3, np.float32)
    picture[raster.covered] = np.exp(np.concatenate(rows)) * shading[:, None]
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


MOLE_TEXEL = (330, 250)  # (column, row) in the 512 px face tile: the left cheek
