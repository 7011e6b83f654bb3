"""Distances between shapes and between outlines."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from faceborn.fit import FitSettings
from faceborn.fit.settings import usual_settings
from faceborn.types import Array, Face, HeadModel

REACH_MM = 12.0


def narrow_face(model: HeadModel) -> Array:
    """(N,) vertices of the face proper: no ears, no neck, nothing inside.

    Those within 12 mm of a point of the dense mesh, which covers forehead to chin, ear to ear; each
    point of the surface once.
    """
    face = model.part_names.index("face")
    vertices = np.unique(model.weld[model.triangles[model.triangle_part == face]])
    mesh = model.landmarks["mediapipe_478"].of(model.mean_mm)
    near = np.zeros(len(vertices), bool)
    for point in mesh:
        near |= ((model.mean_mm[vertices] - point) ** 2).sum(1) < REACH_MM**2
    return np.asarray(vertices[near])


def aligned(moving: Array, fixed: Array, *, scaled: bool) -> Array:
    """`moving` (N, D) brought onto `fixed` (N, D) by the best rotation and shift, and size."""
    a, b = moving - moving.mean(0), fixed - fixed.mean(0)
    u, strength, v = np.linalg.svd(a.T @ b)
    turn = np.ones(len(strength))
    turn[-1] = np.sign(np.linalg.det(u @ v))
    size = (strength * turn).sum() / (a**2).sum() if scaled else 1.0
    return np.asarray(a @ (u * turn) @ v * size + fixed.mean(0))


def distance_mm(a: Array, b: Array, *, scaled: bool) -> float:
    """Mean distance of corresponding points after alignment."""
    return float(np.linalg.norm(aligned(a, b, scaled=scaled) - b, axis=1).mean())


def pairwise_mm(shapes: list[Array], *, scaled: bool) -> list[float]:
    return [distance_mm(a, b, scaled=scaled) for a, b in combinations(shapes, 2)]


def rank_one(gallery: list[Array], probes: list[Array]) -> float:
    """How often the nearest shape of the gallery is the same person's; chance is 1 / N.

    gallery, probes  N shapes (V, 3), mutually aligned, the same people in the same order; each set
    is centred on its own mean, because a view's error is common to all people.
    """
    g = np.array(gallery) - np.mean(gallery, axis=0)
    p = np.array(probes) - np.mean(probes, axis=0)
    distance = np.sqrt(((p[:, None] - g[None]) ** 2).sum(3)).mean(2)
    return float((distance.argmin(1) == np.arange(len(g))).mean())


def camera_alone(face: Face) -> FitSettings:
    """A fit of the mean head: nothing but the camera can move under such a prior."""
    return replace(
        usual_settings(face),
        identity_weight=1e9,
        expression_weight=1e9,
        most_residual_percent=np.inf,
    )
