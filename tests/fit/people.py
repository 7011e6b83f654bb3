"""Faces of known heads: exact points, without a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from faceborn.fit.contour import match_contour
from faceborn.fit.points import OUTLINE, SKIN_COUNT
from faceborn.fit.tables import tables_of
from faceborn.fit.weights import bias_px
from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.model import make_shape
from faceborn.model.shape import place_vertices
from faceborn.types import Array, Camera, Face, HeadModel, Photo

SCHEME = "mediapipe_478"
DENSE_SCHEME = "dense_365"
SIZE_PX = (900, 1200)
FOCAL_PX = 1.7 * 1200
IRIS_MM = 11.7


@dataclass(frozen=True, kw_only=True)
class Known:
    """A face and the truth behind it."""

    photo: Photo
    face: Face
    camera: Camera
    identity: Array  # (100,), or with the mouth's own behind
    expression: Array  # (52,)
    landmarks_mm: Array  # (468, 3) in head space


def camera_at(
    yaw_deg: float = 0.0,
    pitch_deg: float = 0.0,
    roll_deg: float = 0.0,
    *,
    distance_mm: float = 700.0,
    shift_mm: tuple[float, float] = (10.0, -15.0),
) -> Camera:
    """A camera that sees the whole head."""
    rotation = FLIP @ rotation_from_angles(yaw_deg, pitch_deg, roll_deg)
    middle = rotation @ np.array([0.0, 0.0, 60.0])
    return Camera(
        size_px=SIZE_PX,
        focal_px=FOCAL_PX,
        center_px=(SIZE_PX[0] / 2, SIZE_PX[1] / 2),
        camera_from_head=rotation,
        translation_mm=np.array([*shift_mm, distance_mm]) - middle,
    )


def known_face(
    model: HeadModel,
    camera: Camera,
    *,
    identity: Array | None = None,
    weights: dict[str, float] | None = None,
    iris_scale: float = 1.0,
) -> Known:
    """What a perfect network would say about a head of `model`.

    Outline points lie on the head's outline in this picture, and the network's mean errors
    (bias) are on the others, as the fit expects.
    """
    identity = np.zeros(len(model.identity_mm)) if identity is None else identity
    expression = np.zeros(len(model.expression_names))
    for name, value in (weights or {}).items():
        expression[model.expression_names.index(name)] = value
    tables = tables_of(model, SCHEME)
    moved = np.tensordot(expression.astype(np.float32), model.blendshapes_mm, 1)
    posed = place_vertices(model, identity) + moved
    places = tables.landmarks.of(posed)[:SKIN_COUNT]
    points = camera.project(places)
    unknowns = np.zeros(tables.points.modes_mm.shape[2])
    unknowns[: len(identity)] = identity
    band_mm = tables.band.points.at(unknowns, expression)
    match = match_contour(tables.band, band_mm, camera, points[OUTLINE], reach_px=200.0)
    along = match.along[:, None]
    ends = band_mm[match.edges]
    points[OUTLINE[match.measured]] = camera.project(ends[:, 0] * (1 - along) + ends[:, 1] * along)
    eye_px = camera.focal_px / camera.translation_mm[2] * tables.eye_distance_mm
    points = points + bias_px(tables.landmarks, camera, eye_px)[:SKIN_COUNT]
    iris = irises_px(model, identity, expression, camera, iris_scale)
    return Known(
        photo=Photo(
            pixels=np.zeros((SIZE_PX[1], SIZE_PX[0], 3), np.uint8),
            focal_px=None,
            source="<test>",
            sha256="",
        ),
        face=face_of(points, iris),
        camera=camera,
        identity=identity,
        expression=expression,
        landmarks_mm=places,
    )


def known_dense_face(
    model: HeadModel, camera: Camera, *, identity: Array, sigma_px: float
) -> Known:
    """What a perfect network of our own would say: 365 places of the head, hidden ones too."""
    posed = place_vertices(model, identity)
    places = model.landmarks[DENSE_SCHEME].of(posed)
    still = np.zeros(len(model.expression_names))
    known = known_face(model, camera, identity=identity)
    face = face_of(
        camera.project(places), irises_px(model, identity, still, camera, 1.0), DENSE_SCHEME
    )
    return replace(
        known,
        face=face.replace(landmarks_sigma_px=np.full(len(places), sigma_px)),
        landmarks_mm=places,
    )


def irises_px(
    model: HeadModel, identity: Array, expression: Array, camera: Camera, iris_scale: float
) -> Array:
    """(2, 3) left then right: where the pupils are drawn, and the radius of an iris of 11.7 mm."""
    shape = make_shape(model, identity)
    pupils = shape.with_expression(expression)[pupil_vertices(model)]
    depth = camera.to_camera(pupils)[:, 2]
    radius = IRIS_MM / 2 * iris_scale * camera.focal_px / depth
    return np.column_stack([camera.project(pupils), radius])


def pupil_vertices(model: HeadModel) -> Array:
    """(2,) the foremost vertex of each eyeball, left then right."""
    found = []
    for part in ("eye_left", "eye_right"):
        triangles = model.triangles[model.triangle_part == model.part_names.index(part)]
        vertices = np.unique(model.weld[triangles])
        found.append(int(vertices[model.mean_mm[vertices, 2].argmax()]))
    return np.array(found)


def face_of(points_px: Array, iris_px: Array | None, scheme: str = SCHEME) -> Face:
    """A Face around points."""
    low, high = points_px.min(0), points_px.max(0)
    return Face(
        box_px=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        score=1.0,
        yaw_deg=70.0,
        pitch_deg=0.0,
        roll_deg=0.0,
        scheme=scheme,
        landmarks_px=points_px,
        landmarks_score=1.0,
        iris_px=iris_px,
    )


def distance_mm(one: Array, other: Array) -> float:
    """Mean distance of corresponding points after the best similarity (Umeyama 1991)."""
    a, b = one - one.mean(0), other - other.mean(0)
    left, stretch, right = np.linalg.svd(b.T @ a)
    rotation = left @ np.diag([1, 1, np.linalg.det(left @ right)]) @ right
    scale = stretch.sum() / (a**2).sum()
    return float(np.linalg.norm(scale * a @ rotation.T - b, axis=1).mean())
