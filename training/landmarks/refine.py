"""Move the points over the surface until photos of many people agree with them on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from head.source import Source

from faceborn.fit import FitSettings, fit_face
from faceborn.fit.points import LIDS, LIPS, OUTLINE, SKIN_COUNT
from faceborn.fit.rows import projection_jacobian
from faceborn.fit.tables import normals_at, tables_of
from faceborn.geometry.rotations import rotation_from_vector
from faceborn.types import Array, Camera, Fit, HeadModel, Landmarks
from landmarks.canonical import Canonical
from landmarks.closest import SurfaceWalker
from landmarks.detect import Detected
from landmarks.source_model import source_model
from landmarks.start import landmarks_at, skin_triangles

SCHEME = "mediapipe_478"
EYE_REACH_MM = 7.0  # points this near to a lid rim stay where renders put them
# Where the closed lips touch is known on the head; photos would part them (FIT_TRIAL, pitfall A).
MOUTH_LINE = np.unique(np.concatenate([LIPS.ravel(), [78, 308]]))
BROWS = np.array(
    [70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285]
)
# Points at features of the geometry: lids, sides and base of the nose, border of the lips.
FEATURES = np.array(
    [33, 133, 263, 362, 159, 145, 386, 374, 4, 2, 98, 327, 168, 61, 291, 0, 17, 37, 267, 84, 314]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefineSettings:
    """How the points are moved."""

    rounds: int = 8
    # Neutral photos: an expression that all of them seem to make is a misplaced point.
    expression_weight: float = 10.0
    identity_weight: float = 25.0
    smoothing: float = 0.3  # share of a move that is replaced by the neighbours' mean
    largest_step_mm: float = 2.0
    facing: float = 0.35  # cosine; points that turn further away say nothing


def refine(
    source: Source,
    canonical: Canonical,
    start: Landmarks,
    chosen: Array,
    detected: Detected,
    settings: RefineSettings,
) -> Landmarks:
    """Landmarks moved by mean residuals, mirrored, smoothed, `rounds` times.

    start     where the canonical face puts the points; its sigma is kept
    chosen    (468,) face triangle of each
    detected  neutral photos

    The mean identity of the fits is taken out of every head before its residuals are read: the
    people's mean face is taken to be the model's, else points and mean face chase each other.
    """
    triangles = skin_triangles(source)
    walker = SurfaceWalker(source.points_mm, triangles)
    neighbours = neighbour_mean(canonical)
    eyes = around_eyes(canonical.points_mm)
    landmarks = start
    origin = start.of(source.points_mm)[:SKIN_COUNT]
    fit_settings = FitSettings(
        identity_weight=settings.identity_weight,
        expression_weight=settings.expression_weight,
        most_residual_percent=np.inf,  # of places that are still being looked for
    )
    for number in range(settings.rounds):
        model = source_model(source, landmarks)
        fits = {
            name: fit_face(photo, detected.faces[name], model, settings=fit_settings)
            for name, photo in detected.photos.items()
        }
        step = _mean_step(model, fits, settings)
        step = (step + step[canonical.mirror] * (-1, 1, 1)) / 2
        here = landmarks.of(source.points_mm)[:SKIN_COUNT]
        step -= common_motion(here, step)
        step[OUTLINE] = (origin - here)[OUTLINE]  # photos see them edge on
        step += settings.smoothing * (neighbours @ step - step)
        length = np.linalg.norm(step, axis=1, keepdims=True)
        step[MOUTH_LINE] = 0.0
        step[eyes] = 0.0
        step *= np.minimum(1, settings.largest_step_mm / np.maximum(length, 1e-9))
        residual = np.mean(
            [100 * np.nanmean(f.residual_px) / _eye(model, f) for f in fits.values()]
        )
        common = np.mean([f.identity for f in fits.values()], 0)
        print(
            f"round {number}: residual {residual:.2f} % of the eye distance, "
            f"|mean identity| {np.linalg.norm(common):.2f}, "
            f"mean move {length.mean():.2f} mm, largest {length.max():.2f}"
        )
        places = [
            walker.walk(point, triangle)
            for point, triangle in zip(here + step, chosen, strict=True)
        ]
        chosen = np.array([triangle for triangle, _ in places])
        shares = np.array([share for _, share in places])
        moved = landmarks_at(source, triangles, chosen, shares)
        landmarks = start.replace(vertices=moved.vertices, barycentrics=moved.barycentrics)
    return landmarks


def around_eyes(canonical_mm: Array) -> Array:
    """Points within EYE_REACH_MM of the lid rims: held where renders of the head put them."""
    rims = np.concatenate([LIDS.ravel(), [33, 133, 263, 362]])
    apart = np.linalg.norm(canonical_mm[:, None] - canonical_mm[rims], axis=2).min(1)
    return np.flatnonzero(apart < EYE_REACH_MM)


def near_features(canonical_mm: Array) -> Array:
    """Points around eyes, nose and mouth: within 14 mm of one of FEATURES, brows left out."""
    apart = np.linalg.norm(canonical_mm[:, None] - canonical_mm[FEATURES], axis=2).min(1)
    return np.flatnonzero((apart < 14.0) & ~np.isin(np.arange(len(canonical_mm)), BROWS))


def common_motion(points_mm: Array, step: Array) -> Array:
    """(468, 3) the turn and shift that the features' steps have in common.

    If all points slid up over the head and all heads looked down a little more, no photo would
    object; only the features of the head's own geometry say where they belong.
    """
    chosen = points_mm[FEATURES]
    middle = chosen.mean(0)

    def motion(points: Array) -> Array:
        """(3 N, 6) of small rotations about `middle` and translations."""
        local = points - middle
        turns = np.stack([np.cross(axis, local) for axis in np.eye(3)], 2)
        shifts = np.tile(np.eye(3), (len(points), 1, 1))
        return np.concatenate([turns, shifts], 2).reshape(-1, 6)

    shared = np.linalg.lstsq(motion(chosen), step[FEATURES].ravel(), rcond=None)[0]
    return np.asarray((motion(points_mm) @ shared).reshape(-1, 3))


def neighbour_mean(canonical: Canonical) -> Array:
    """(468, 468) row-stochastic: the mean over neighbours in the mesh, not across the lips."""
    linked = np.zeros((SKIN_COUNT, SKIN_COUNT), bool)
    for a, b, c in canonical.triangles:
        linked[[a, b, c, b, c, a], [b, c, a, a, b, c]] = True
    for upper, lower in np.concatenate([LIPS, LIDS]):
        linked[upper, lower] = linked[lower, upper] = False
    return np.asarray(linked / np.maximum(linked.sum(1, keepdims=True), 1))


def _eye(model: HeadModel, fit: Fit) -> float:
    """Outer-eye-corner distance of the fit in pixels, as from the front."""
    tables = tables_of(model, SCHEME)
    depth = fit.camera.translation_mm[2] / fit.scale
    return float(fit.camera.focal_px / depth * tables.eye_distance_mm)


def landmark_sigma(model: HeadModel) -> Array:
    """(468,) percent"""
    return np.asarray(model.landmarks[SCHEME].sigma_percent[:SKIN_COUNT])


def settle(camera: Camera, points_mm: Array, measured_px: Array, weight: Array) -> Camera:
    """The pose of a rigid head that fits best, from a camera near it."""
    root = np.sqrt(weight)[:, None]
    for _ in range(3):
        offset = (measured_px - camera.project(points_mm)) * root
        nothing = np.zeros((len(points_mm), 3, 0), np.float32)
        rows = projection_jacobian(camera, points_mm, nothing) * root[:, :, None]
        step = np.linalg.lstsq(rows.reshape(-1, 6).astype(float), offset.ravel(), rcond=None)[0]
        camera = camera.replace(
            camera_from_head=rotation_from_vector(step[:3]) @ camera.camera_from_head,
            translation_mm=camera.translation_mm + step[3:],
        )
    return camera


def tangents(normals: Array) -> Array:
    """(N, 3, 2) two unit directions in the plane of each normal (N, 3)."""
    helper = np.where(np.abs(normals[:, 1:2]) < 0.9, [[0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])
    first = np.cross(helper, normals)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.stack([first, np.cross(normals, first)], 2)


def _mean_step(model: HeadModel, fits: dict[str, Fit], settings: RefineSettings) -> Array:
    """(468, 3) the move in the tangent plane that removes the mean residual of all photos."""
    tables = tables_of(model, SCHEME)
    identities = np.array([fit.identity for fit in fits.values()])
    mean = np.zeros(tables.points.modes_mm.shape[2])
    mean[: identities.shape[1]] = identities.mean(0)
    rest_normals = normals_at(tables, np.zeros(len(mean)))
    plane = tangents(rest_normals)
    fit_frontal_deg = FitSettings().frontal_deg
    hessian = np.tile(np.eye(2) * 1e-3, (SKIN_COUNT, 1, 1))
    gradient = np.zeros((SKIN_COUNT, 2))
    for fit in fits.values():
        camera = fit.camera.replace(translation_mm=fit.camera.translation_mm / fit.scale)
        unknowns = np.zeros(len(mean))
        unknowns[: identities.shape[1]] = fit.identity - identities.mean(0)
        unknowns[identities.shape[1] :] = np.linalg.lstsq(
            tables.expression.weights, fit.expression, rcond=None
        )[0]
        points = tables.points.at(unknowns)
        normals = normals_at(tables, unknowns) @ camera.camera_from_head.T
        facing = -normals[:, 2]
        weight = np.clip((facing - settings.facing) / (1 - settings.facing), 0, 1)
        eye_px = _eye(model, fit)
        measured = fit.landmarks_px[:SKIN_COUNT]
        if abs(fit.yaw_deg) < fit_frontal_deg:
            weight[OUTLINE] = 0.0  # drawn on the outline there, at no fixed place of the skin
        camera = settle(camera, points, measured, weight / landmark_sigma(model) ** 2)
        residual = measured - camera.project(points)
        limit = 0.06 * eye_px
        weight = weight / (1 + (residual**2).sum(1) / limit**2) ** 2 / eye_px**2 * 1e4
        jacobian = projection_jacobian(camera, points, plane.astype(np.float32))[:, :, :2]
        hessian += weight[:, None, None] * np.einsum("npi,npj->nij", jacobian, jacobian)
        gradient += weight[:, None] * np.einsum("npi,np->ni", jacobian, residual)
    step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
    return np.asarray(np.einsum("nxi,ni->nx", plane, step))
