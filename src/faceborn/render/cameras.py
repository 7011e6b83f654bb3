"""Where a head is looked at from."""

from __future__ import annotations

import numpy as np

from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.types import Array, Camera, HeadModel

# The head's own yaw before the camera: positive looks to the own left, so "left" shows its right.
VIEWS_DEG: dict[str, float] = {
    "front": 0.0,
    "three_quarter_left": 40.0,
    "three_quarter_right": -40.0,
    "profile_left": 90.0,
    "profile_right": -90.0,
    "back": 180.0,
}
CHIN = 8  # of the 68 iBUG points
NECK = 0.22  # how much of the head's height is shown below the chin
LENS = 3.2  # focal length over the side of the picture: a portrait lens


def view_camera(
    vertices_mm: Array,
    model: HeadModel,
    view: str | float = "front",
    *,
    size_px: tuple[int, int] = (512, 512),
    pitch_deg: float = 0.0,
    fill: float = 0.92,
) -> Camera:
    """A camera that shows the whole head and the top of the neck, upright.

    vertices_mm  (V, 3) the head, at rest: the framing should not jump with the expression
    view         a key of VIEWS_DEG, or the head's yaw in degrees
    pitch_deg    > 0: the head looks down, so the camera is above it
    fill         part of the picture's height that head and neck take
    """
    yaw_deg = VIEWS_DEG[view] if isinstance(view, str) else view
    turn = FLIP @ rotation_from_angles(yaw_deg, pitch_deg, 0.0)
    face = vertices_mm[_vertices_of(model, "face")]
    skull = vertices_mm[_vertices_of(model, "scalp")]
    front = float(face[:, 2].max())
    top = float(skull[:, 1].max())
    chin = float(model.landmarks["ibug_68"].of(vertices_mm)[CHIN, 1])
    bottom = chin - NECK * (top - chin)
    # The back of the skull, not of the shoulders.
    back = float(skull[skull[:, 1] > chin, 2].min())
    middle = np.array([0.0, (top + bottom) / 2, (front + back) / 2])
    width, height = size_px
    span = max((top - bottom) / height, (front - back) / width) * height / fill
    focal = LENS * height
    return Camera(
        size_px=size_px,
        focal_px=focal,
        center_px=(width / 2, height / 2),
        camera_from_head=turn,
        translation_mm=np.array([0.0, 0.0, focal / height * span]) - turn @ middle,
    )


def crop_camera(camera: Camera, box_px: tuple[float, float, float, float], width_px: int) -> Camera:
    """The same camera, seeing only `box_px` (x0, y0, x1, y1), `width_px` wide."""
    x0, y0, x1, y1 = box_px
    scale = width_px / (x1 - x0)
    return camera.replace(
        size_px=(width_px, max(1, round((y1 - y0) * scale))),
        focal_px=camera.focal_px * scale,
        center_px=((camera.center_px[0] - x0) * scale, (camera.center_px[1] - y0) * scale),
    )


def _vertices_of(model: HeadModel, part: str) -> Array:
    number = model.part_names.index(part)
    return np.unique(model.triangles[model.triangle_part == number])
