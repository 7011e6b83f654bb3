"""Everything the fit reads off a head model, made once per model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceborn.fit.contour import ContourBand, contour_band, skin_band
from faceborn.fit.gaze import Eyeballs, eyeballs
from faceborn.fit.points import ROLES, PointRoles
from faceborn.fit.silhouette import profile_skin
from faceborn.fit.solid import solid_skin
from faceborn.fit.surface import LinearPoints, joint_points, linear_points, vertex_points
from faceborn.fit.unknowns import ExpressionUnknowns, Packing, expression_unknowns
from faceborn.types import Array, HeadModel, Landmarks, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables(Record):
    """See `tables_of`."""

    landmarks: Landmarks  # the scheme's
    roles: PointRoles
    expression: ExpressionUnknowns
    packing: Packing
    points: LinearPoints  # the scheme's points on the skin
    corners: tuple[LinearPoints, LinearPoints, LinearPoints]  # of the triangles they lie in
    band: ContourBand  # of the jaw
    front: ContourBand  # on which the line of a profile runs
    skin: ContourBand  # that is laid on the surface of a solid
    eyeballs: Eyeballs | None
    pupils: LinearPoints | None  # (2) left then right
    eye_centers: LinearPoints | None  # (2)
    eye_distance_mm: float  # between the outer eye corners of the mean head


@lru_cache(maxsize=4)
def tables_of(model: HeadModel, scheme: str) -> Tables:
    """The tables for one dense landmark scheme of a model."""
    landmarks = model.landmarks[scheme]
    expression = expression_unknowns(model.expression_names)
    roles = ROLES[scheme]
    vertices = landmarks.vertices[: roles.skin_count]
    balls = eyeballs(model)
    unknowns = expression.weights.shape[1]
    points = linear_points(
        model, vertices, landmarks.barycentrics[: roles.skin_count], expression.weights
    )
    right, left = points.mean_mm[list(roles.outer_eye_corners)]

    def corner(which: int) -> LinearPoints:
        return vertex_points(model, vertices[:, which], expression.weights)

    return Tables(
        landmarks=landmarks,
        roles=roles,
        expression=expression,
        packing=Packing(identities=points.modes_mm.shape[2] - unknowns, expressions=unknowns),
        points=points,
        corners=(corner(0), corner(1), corner(2)),
        band=contour_band(model, points.mean_mm[roles.outline], expression.weights),
        front=skin_band(model, profile_skin(model), expression.weights),
        skin=skin_band(model, solid_skin(model), expression.weights),
        eyeballs=balls,
        pupils=vertex_points(model, balls.pupil_vertices, expression.weights) if balls else None,
        eye_centers=joint_points(model, balls.joints, unknowns) if balls else None,
        eye_distance_mm=float(np.linalg.norm(left - right)),
    )


def normals_at(tables: Tables, unknowns: Array) -> Array:
    """(L, 3) unit normals of the skin at the scheme's points."""
    a, b, c = (corner.at(unknowns) for corner in tables.corners)
    normals = np.cross(b - a, c - a)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))
