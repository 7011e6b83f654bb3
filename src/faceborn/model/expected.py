"""The head that the face network's points let one expect, before anything is fitted.

A linear map from 365 points to identity, expression and small changes of pose: the ridge regression
of heads on points, learnt by `training/train_volume.py guide` on photographs whose heads are known,
real ones among them. So it knows how the errors of the points hang together, which no assumed noise
would, and what real heads have in common that the head model's mean has not.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from faceborn.assets import asset_path
from faceborn.geometry.upright import lean_rad
from faceborn.model.face_points import load_face_points
from faceborn.model.load import load_head_model
from faceborn.model.perspective import Laid, lay_mean
from faceborn.types import Array, HeadModel

FILE = "guide.npz"
EXPRESSION_SD = 0.2  # of a blendshape's weight
POSES = 7  # the last modes: three small turns, three shifts, growth; each moves the head by mm
TURN_MM = 100.0  # arm at which a turn's mode moves 1 mm, and growth's
POINT_MM, NEAR_PER_MM = 5.0, 1e-3  # what the map's features are told in
NEAR_STEP_PER_MM = 1e-4  # in which it answers a share of perspective


@cache
def load_map() -> Array:
    """(F + 1, M + 1) features and a 1 to the weights of modes and a share of perspective.

    The modes are those of `modes_of`, identity's first.
    """
    with np.load(asset_path(FILE)) as stored:
        return np.asarray(stored["map"], np.float32)


def modes_of(model: HeadModel, vertices: Array) -> Array:
    """(M, V, 3) how a weight of 1 moves vertices of the head, mm."""
    mean = model.mean_mm[vertices].astype(np.float64)
    arm = (mean - model.mean_mm.mean(0)) / TURN_MM
    pose = [np.cross(axis, arm) for axis in np.eye(3)]
    pose += [np.broadcast_to(axis, mean.shape) for axis in np.eye(3)]
    shape = [model.identity_mm[:, vertices], EXPRESSION_SD * model.blendshapes_mm[:, vertices]]
    return np.concatenate([*shape, np.stack([*pose, arm])])


def features_of(laid: Laid) -> Array:
    """(F,) what the map is told of the mean head on points."""
    told = [laid.rest_mm.ravel() / POINT_MM, [laid.near_per_mm / NEAR_PER_MM]]
    return np.concatenate([*told, laid.rotation[:2].ravel()])


def expected_identity(points_px: Array, rotation: Array) -> Array:
    """(K,) standard deviations of the head model.

    points_px  (365, 3) the face network's: x, y down, depth towards the viewer at the same scale
    rotation   (3, 3) R of docs/conventions.md, as the photo shows it
    """
    turn = lean_rad(rotation)
    c, s = np.cos(turn), np.sin(turn)
    upright = np.column_stack([points_px[:, :2] @ np.array([[c, -s], [s, c]]), points_px[:, 2]])
    model = load_head_model()
    mean_mm = load_face_points().of(model.mean_mm).astype(np.float64)
    told = np.append(features_of(lay_mean(mean_mm, upright)), 1.0)
    return np.asarray(told @ load_map()[:, : len(model.identity_mm)])
