"""The guide: the head model laid on the points of the face network by one linear map.

It tells the volumetric network where the head is and roughly what it is like, as the landmark maps
of Jackson et al. 2017 ("guided") do; what the picture knows better is the network's part. The map
is that of `faceborn.model.expected`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from faceborn.model import load_head_model
from faceborn.model.expected import NEAR_STEP_PER_MM, features_of, load_map, modes_of
from faceborn.model.face_points import FacePoints, load_face_points
from faceborn.model.perspective import UPSIDE_DOWN, lay_mean, nearness
from faceborn.types import Array, HeadModel, Record
from faceborn.volume.solid import closed_triangles


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Guide(Record):
    """The closed head of a model, with what lays it on points."""

    triangles: Array  # (T, 3) closed, into the V vertices
    vertices: Array  # (V,) which vertices of the model these are
    mean_mm: Array  # (V, 3)
    modes_mm: Array  # (M, V * 3) identity, expression, pose
    points_mm: Array  # (L, 3) of the mean head
    map: Array  # (F + 1, M + 1) features and a 1 to the modes' weights and a share of perspective


def make_guide(model: HeadModel, points: FacePoints, linear: Array) -> Guide:
    """Everything that depends on the model alone, and the map."""
    closed = closed_triangles(model)
    vertices, triangles = np.unique(closed, return_inverse=True)
    return Guide(
        triangles=triangles.reshape(-1, 3).astype(np.int32),
        vertices=vertices,
        mean_mm=model.mean_mm[vertices],
        modes_mm=modes_of(model, vertices).reshape(-1, 3 * len(vertices)).astype(np.float32),
        points_mm=points.of(model.mean_mm).astype(np.float64),
        map=linear,
    )


@cache
def load_guide() -> Guide:
    """The one that ships with the package, on its head model."""
    return make_guide(load_head_model(), load_face_points(), load_map())


def lay(guide: Guide, found: Array) -> Array:
    """(V, 3) the guide where points (L, 3) were found, x right, y down, z towards the viewer."""
    laid = lay_mean(guide.points_mm, found)
    answer = np.append(features_of(laid), 1.0).astype(np.float32) @ guide.map
    near = laid.near_per_mm + NEAR_STEP_PER_MM * float(answer[-1])
    shaped = guide.mean_mm + (answer[:-1] @ guide.modes_mm).reshape(-1, 3)
    vertices = shaped.astype(np.float64)
    vertices += near * nearness(vertices, guide.points_mm.mean(0), laid.rotation)
    return np.asarray((vertices @ laid.rotation.T * laid.scale + laid.shift) * UPSIDE_DOWN)
