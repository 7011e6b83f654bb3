"""The guide: the head model laid on the points of the face network by one linear map.

It tells the volumetric network where the head is and roughly what it is like, as the landmark maps
of Jackson et al. 2017 ("guided") do; what the picture knows better is the network's part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.model.face_points import FacePoints
from faceborn.types import Array, HeadModel, Record
from faceborn.volume.solid import closed_triangles

NOISE_MM = 2.5  # of the network's points
EXPRESSION_SD = 0.2  # of a blendshape's weight


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Guide(Record):
    """The closed head of a model, with what lays it on points."""

    triangles: Array  # (T, 3) closed, into the V vertices
    vertices: Array  # (V,) which vertices of the model these are
    mean_mm: Array  # (V, 3)
    modes_mm: Array  # (M, V * 3) identity and expression, times their standard deviations
    points_mm: Array  # (L, 3) of the mean head
    solve: Array  # (M, L * 3) from residuals in mm to the modes' weights


def make_guide(model: HeadModel, points: FacePoints) -> Guide:
    """Everything that depends on the model alone."""
    closed = closed_triangles(model)
    vertices, triangles = np.unique(closed, return_inverse=True)
    moves = np.concatenate([model.identity_mm, EXPRESSION_SD * model.blendshapes_mm])
    at = np.stack([points.of(move).ravel() for move in moves]).astype(np.float64)  # (M, 3 L)
    solve = np.linalg.solve(at @ at.T + NOISE_MM**2 * np.eye(len(at)), at)
    return Guide(
        triangles=triangles.reshape(-1, 3).astype(np.int32),
        vertices=vertices,
        mean_mm=model.mean_mm[vertices],
        modes_mm=moves[:, vertices].reshape(len(moves), -1),
        points_mm=points.of(model.mean_mm).astype(np.float64),
        solve=solve.astype(np.float32),
    )


def lay(guide: Guide, found: Array) -> Array:
    """(V, 3) the guide's vertices where points (L, 3) were found.

    Both x right, y down, z towards the viewer, at one scale.
    """
    flip = np.array([1.0, -1.0, 1.0])
    seen = found * flip
    scale, rotation, shift = align(guide.points_mm, seen)
    unposed = (seen - shift) @ rotation / scale
    towards = guide.points_mm @ rotation[2]
    towards = towards - towards.mean()
    # A near camera shows what is nearer larger: a share of perspective, by least squares.
    spread = guide.points_mm - guide.points_mm.mean(0)
    spread = (spread - np.outer(spread @ rotation[2], rotation[2])) * towards[:, None]
    rest = unposed - guide.points_mm
    near = float((rest * spread).sum() / (spread**2).sum())
    weights = guide.solve @ (rest - near * spread).ravel().astype(np.float32)
    vertices = guide.mean_mm + (weights @ guide.modes_mm).reshape(-1, 3)
    middle = guide.points_mm.mean(0)
    arm = vertices - middle
    depth = arm @ rotation[2]
    flat = arm - np.outer(depth, rotation[2])
    vertices = vertices + near * flat * depth[:, None]
    return np.asarray((vertices @ rotation.T * scale + shift) * flip)


def align(source: Array, target: Array) -> tuple[float, Array, Array]:
    """Scale, rotation (3, 3) and shift (3,) that lay `source` (N, 3) on `target`: Umeyama 1991."""
    middle, goal = source.mean(0), target.mean(0)
    a, b = source - middle, target - goal
    u, stretch, vt = np.linalg.svd(b.T @ a)
    sign = np.ones(3)
    sign[2] = np.sign(np.linalg.det(u @ vt))
    rotation = (u * sign) @ vt
    scale = float((stretch * sign).sum() / (a**2).sum())
    return scale, rotation, goal - scale * rotation @ middle
