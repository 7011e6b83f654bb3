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
from faceborn.types import Array

FILE = "guide.npz"
POINT_MM, NEAR_PER_MM = 5.0, 1e-3  # what the map's features are told in


@cache
def load_map() -> Array:
    """(F + 1, M + 1) features and a 1 to the weights of modes and a share of perspective.

    The modes are identity's, expression's and pose's: `faceborn.volume.guide.modes_of`.
    """
    with np.load(asset_path(FILE)) as stored:
        return np.asarray(stored["map"], np.float32)


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
