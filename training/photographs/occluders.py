"""What comes between face and camera: hands, phones, microphones, cups, the edge of something."""

from __future__ import annotations

import numpy as np

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.types import Array
from photographs.hues import draw_colour
from photographs.meshes import box, capsule, ellipsoid, merge
from photographs.scene import Kind, Part

HAND_OFTEN, OBJECT_OFTEN = 0.09, 0.09
OBJECTS = ("none", "phone", "microphone", "cup", "ball")
FINGERS_MM = ((-27, 66), (-9, 76), (9, 72), (26, 58))  # where they begin across, how long


def draw_hand(
    rng: np.random.Generator, touched_mm: Array, towards: Array, rotation: Array, tone: Array
) -> Part:
    """A hand of this skin at a point of the face, between it and the camera.

    touched_mm  (3,) head space; towards (3,) unit, to the camera
    rotation    (3, 3) head to viewer
    """
    curl = rng.uniform(0, 0.9)
    spread = rng.uniform(0.6, 1.5)
    meshes = [ellipsoid(np.zeros(3), np.array([42.0, 46.0, 15.0]), around=18)]
    for at, length in FINGERS_MM:
        lean = at / 27 * 0.12 * spread
        bends = np.cumsum([0, *(curl * rng.uniform(0.6, 1.2, 3))])
        steps = length * np.array([0.0, 0.46, 0.3, 0.24])
        point = np.array([at * 1.15, 36.0, 0.0])
        path = [point]
        for step, bend in zip(steps[1:], bends[1:], strict=True):
            point = point + step * np.array([lean, np.cos(bend), -np.sin(bend)])
            path.append(point)
        meshes.append(capsule(np.array(path), 8.2))
    thumb = np.array([[30.0, -22, 0], [52, 4, -6], [60, 30, -12]]) * rng.uniform(0.9, 1.1)
    meshes.append(capsule(thumb, 10.0))
    meshes.append(capsule(np.array([[0.0, -40, 0], [0, -110, 0], [0, -220, 10]]), 27.0, around=14))
    vertices, triangles = merge(meshes)
    if rng.random() < 0.5:
        vertices = vertices * [-1, 1, 1]
    size = rng.uniform(0.85, 1.1)
    turn = rotation_from_angles(rng.normal(0, 35), rng.normal(0, 25), rng.normal(0, 55))
    if rng.random() < 0.3:
        turn = turn @ rotation_from_angles(180, 0, 0)
    # Upright in the picture, so that most arms come from below.
    frame = rotation.T @ turn
    tips = np.array([0, rng.uniform(20, 100), 0])
    placed = (vertices - tips) @ frame.T * size
    lowest = (placed @ towards).min()
    placed = placed + touched_mm + towards * (rng.uniform(-4, 12) - lowest)
    return Part(
        vertices_mm=placed,
        triangles=triangles,
        kind=Kind.HAND,
        colour=tone * rng.uniform(0.8, 1.05),
    )


def draw_object(
    rng: np.random.Generator, touched_mm: Array, towards: Array, rotation: Array
) -> tuple[int, Part]:
    """A thing in front of a point of the face."""
    kind = int(rng.integers(1, len(OBJECTS)))
    turn = rotation.T @ rotation_from_angles(
        rng.normal(0, 30), rng.normal(0, 30), rng.normal(0, 50)
    )
    if kind == 1:
        half = np.array([36.0, 74.0, 4.5]) * rng.uniform(0.8, 1.3)
        vertices, triangles = box(np.zeros(3), np.diag(half))
    elif kind == 2:
        ball = ellipsoid(np.zeros(3), np.full(3, rng.uniform(18, 28)))
        stick = capsule(np.array([[0.0, -22, 0], [0, -100, 0], [0, -200, 0]]), rng.uniform(9, 15))
        vertices, triangles = merge([ball, stick])
    elif kind == 3:
        vertices, triangles = capsule(
            np.array([[0.0, -45, 0], [0, 0, 0], [0, 45, 0]]), rng.uniform(30, 42), around=18
        )
    else:
        vertices, triangles = ellipsoid(np.zeros(3), rng.uniform(10, 60, 3))
    placed = vertices @ turn.T
    lowest = (placed @ towards).min()
    placed = placed + touched_mm + towards * (rng.uniform(2, 60) - lowest)
    return kind, Part(
        vertices_mm=placed, triangles=triangles, kind=Kind.OBJECT, colour=draw_colour(rng)
    )
