"""Where the measured points should be, and how much each of them counts."""

from __future__ import annotations

import numpy as np

from faceborn.fit.problem import Estimate, Problem
from faceborn.fit.tables import normals_at
from faceborn.geometry.rotations import FLIP, angles_from_rotation
from faceborn.types import Array, Camera, Landmarks


def bias_px(landmarks: Landmarks, camera: Camera, eye_px: float) -> Array:
    """(L, 2) what the mesh adds to the points on average at this pose, pixels; none for ours."""
    if not len(landmarks.bias_yaw_deg):
        return np.zeros((len(landmarks.vertices), 2))
    yaw, _, roll = angles_from_rotation(FLIP @ camera.camera_from_head)
    yaws = landmarks.bias_yaw_deg
    place = float(np.interp(yaw, yaws, np.arange(len(yaws))))
    low = min(int(place), len(yaws) - 2)
    upright = landmarks.bias_percent[low] * (low + 1 - place) + landmarks.bias_percent[low + 1] * (
        place - low
    )
    # roll > 0 turns the head anticlockwise as the viewer sees it.
    c, s = np.cos(np.deg2rad(roll)), np.sin(np.deg2rad(roll))
    turn = np.array([[c, s], [-s, c]])
    return np.asarray(upright @ turn.T * eye_px / 100)


def unbiased_px(problem: Problem, now: Estimate) -> Array:
    """(L, 2) the measured points less their bias."""
    tables = problem.tables
    bias = bias_px(tables.landmarks, now.camera, now.eye_px(tables))
    return np.asarray(problem.points_px - bias[: tables.roles.skin_count])


def point_weights(problem: Problem, now: Estimate, points_mm: Array) -> tuple[Array, Array]:
    """(L,) inverse variances per pixel^2 of the points, and indices of those to match as outline.

    points_mm  (L, 3) where they are on the head so far

    A network that tells its noise also tells where hidden points lie, less surely.

    The mesh on turned faces: it draws the far cheek across the face and the near one at a fixed
    place of the skin, so the far one is left out and only the chin stays an outline.
    """
    tables, camera = problem.tables, now.camera
    roles = tables.roles
    if problem.sigma_px is not None:
        return 1 / np.square(problem.sigma_px), roles.outline
    normals = normals_at(tables, now.shape)
    sigma = tables.landmarks.sigma_percent[: roles.skin_count] * now.eye_px(tables) / 100
    weights = _facing(normals, points_mm, camera, roles.rims) / sigma**2
    if abs(now.angles_deg[0]) < problem.settings.frontal_deg:
        outline = roles.outline
    else:
        outline = roles.chin
        weights[roles.outline] *= 0.25
        towards = -(normals @ camera.camera_from_head.T)[:, 2]
        weights[(towards < 0.25) & (np.abs(tables.points.mean_mm[:, 0]) > 20)] = 0.0
    weights[outline] = 0.0
    return weights, outline


def _facing(normals: Array, points_mm: Array, camera: Camera, rims: Array) -> Array:
    """(L,) 0..1 how much the skin at each point faces the camera."""
    sight = camera.to_camera(points_mm)
    sight /= np.linalg.norm(sight, axis=1, keepdims=True)
    facing = -np.einsum("lx,lx->l", normals @ camera.camera_from_head.T, sight)
    seen = np.clip(2.2 * facing, 0.0, 1.0) ** 2
    seen[rims] = np.maximum(seen[rims], 0.6)
    return np.asarray(seen)
