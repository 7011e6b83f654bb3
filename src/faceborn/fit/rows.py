"""Residuals of projected points and how every unknown moves them."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array, Camera

POSE_COUNT = 6  # rotation vector and translation, both in camera space


def projection_jacobian(camera: Camera, points_mm: Array, modes_mm: Array) -> Array:
    """(N, 2, K + 6) float32: pixels per unit of every unknown.

    points_mm  (N, 3) where the points are, head space
    modes_mm   (N, 3, K) float32 how the K unknowns of the shape move them

    The last six are a small rotation (radians, about the camera's axes, before the translation)
    and the translation in mm.
    """
    turned = points_mm @ camera.camera_from_head.T
    seen = turned + camera.translation_mm
    count, _, width = modes_mm.shape
    by_camera = np.zeros((count, 2, 3))
    by_camera[:, 0, 0] = by_camera[:, 1, 1] = camera.focal_px / seen[:, 2]
    by_camera[:, :, 2] = -camera.focal_px * seen[:, :2] / seen[:, 2:] ** 2
    by_head = (by_camera @ camera.camera_from_head).astype(np.float32)
    jacobian = np.empty((count, 2, width + POSE_COUNT), np.float32)
    np.matmul(by_head, modes_mm, out=jacobian[:, :, :width])
    # d(turned) = rotation x turned, so each row r becomes turned x r.
    jacobian[:, :, width : width + 3] = np.cross(turned[:, None], by_camera)
    jacobian[:, :, width + 3 :] = by_camera
    return jacobian


def geman_mcclure(squared: Array, limit: float) -> Array:
    """Weights of squared, normalised residuals: 1 near zero, falling beyond `limit` deviations.

    Source: Geman & McClure 1987, by way of iteratively reweighted least squares.
    """
    return np.asarray(1 / (1 + squared / limit**2) ** 2)
