"""A head without a photo: random identity, painted textures."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.model import load_head_model, make_shape
from faceborn.model.parts import MATERIALS
from faceborn.types import Array, Camera, Face, Fit, Photo, Result, Source, Texture

SKIN = (205, 150, 122)
COLORS = {
    "face": SKIN,
    "scalp": (70, 95, 140),  # no hair has this colour: told from skin by its hue
    "gums": (186, 92, 96),
    "tongue": (190, 98, 102),
    "teeth": (232, 226, 208),
    "eye_left": (235, 232, 228),
    "eye_right": (235, 232, 228),
    "eye_shade": (60, 30, 25, 90),
    "tearline": (255, 255, 255, 60),
    "lashes": (25, 18, 15, 200),
}
YAW_DEG, PITCH_DEG, ROLL_DEG = 30.0, 5.0, -4.0
JAW_OPEN = 0.4


@cache
def painted_head(size_px: int = 64, *, skin_noise: float = 0.0) -> Result:
    """A random person who looks 30 degrees to the own left with the mouth open.

    skin_noise  standard deviation of grain like that of pores and hair, in levels
    """
    model = load_head_model()
    identity = np.random.default_rng(5).normal(0, 0.8, len(model.identity_mm))
    expression = np.zeros(52)
    expression[model.expression_names.index("jawOpen")] = JAW_OPEN
    turn = rotation_from_angles(YAW_DEG, PITCH_DEG, ROLL_DEG)
    camera = Camera(
        size_px=(640, 480),
        focal_px=1000.0,
        center_px=(320.0, 240.0),
        camera_from_head=FLIP @ turn,
        translation_mm=np.array([5.0, -3.0, 600.0]),
    )
    fit = Fit(
        identity=identity,
        expression=expression,
        scale=1.02,
        scale_sd=0.03,
        camera=camera,
        landmarks_px=np.zeros((68, 2)),
        residual_px=np.zeros(68),
        scheme="ibug_68",
        yaw_deg=YAW_DEG,
        pitch_deg=PITCH_DEG,
        roll_deg=ROLL_DEG,
    )
    face = Face(
        box_px=(220.0, 140.0, 420.0, 340.0),
        score=0.98,
        yaw_deg=YAW_DEG,
        pitch_deg=PITCH_DEG,
        roll_deg=ROLL_DEG,
        scheme="ibug_68",
        landmarks_px=np.zeros((68, 2)),
        landmarks_score=0.99,
        iris_px=None,
    )
    photo = Photo(
        pixels=np.zeros((480, 640, 3), np.uint8),
        focal_px=None,
        source="painted.png",
        sha256="0" * 64,
    )
    return Result(
        photo=photo,
        face=face,
        fit=fit,
        shape=make_shape(model, identity, scale=fit.scale),
        texture=_paint(size_px, skin_noise),
        seconds={"fit": 0.1},
    )


def _paint(size_px: int, skin_noise: float) -> Texture:
    """A plain colour per part, with grain; the iris in the middle of the eyes."""
    images = {}
    for material in MATERIALS:
        if material.image is None:
            continue
        side = size_px if material.part == "face" else size_px // 2
        color = COLORS[material.image]
        image = np.empty((side, side, len(color)), np.float32)
        image[:] = color
        if skin_noise and len(color) == 3:
            image += _grain(side, skin_noise)
        images[material.image] = np.clip(image, 0, 255).astype(np.uint8)
        if material.roughness_image is not None:
            images[material.roughness_image] = np.full((side // 2, side // 2), 140, np.uint8)
    for eye in ("eye_left", "eye_right"):
        side = len(images[eye])
        middle = (side // 2, side // 2)
        cv2.circle(images[eye], middle, side // 7, (70, 100, 120), -1, cv2.LINE_AA)
        cv2.circle(images[eye], middle, side // 16, (10, 10, 10), -1, cv2.LINE_AA)
    source = {}
    for part in ("face", "scalp"):
        side = len(images[part])
        source[part] = np.full((side, side), Source.INFERRED, np.uint8)
        source[part][:, : side // 2] = Source.SEEN
        source[part][: side // 4] = Source.MIRRORED
    return Texture(images=images, source=source, seen_fraction=0.5)


def _grain(side: int, deviation: float) -> Array:
    """Grain as in photographed skin: as much at each octave, from pixels to cheeks."""
    rng = np.random.default_rng(1)
    total = np.zeros((side, side, 1), np.float32)
    step = 1
    while side // step >= 4:
        noise = rng.normal(0, 1, (side // step, side // step, 1)).astype(np.float32)
        total += cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)[..., None]
        step *= 2
    return total * np.float32(deviation / total.std())
