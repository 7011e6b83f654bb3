"""Points of the head as linear functions of identity, the mouth's own too, and expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.model.mouth import mouth_count, mouth_weight
from faceborn.types import Array, HeadModel, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearPoints(Record):
    """N points, `mean_mm + modes_mm @ unknowns`."""

    mean_mm: Array  # (N, 3)
    modes_mm: Array  # (N, 3, K + E) float32: identity, the mouth's own, expression
    looks_mm: Array  # (52, N, 3) float32, the blendshapes themselves, for gaze

    def at(self, unknowns: Array, expression: Array | None = None) -> Array:
        """(N, 3) where the points are, mm.

        unknowns    (K + E,)
        expression  (52,) weights to add that are not among the unknowns; None: none
        """
        count, width = len(self.mean_mm), self.modes_mm.shape[2]
        moved = self.modes_mm.reshape(count * 3, width) @ unknowns.astype(np.float32)
        points = self.mean_mm + moved.reshape(count, 3)
        if expression is not None:
            used = np.flatnonzero(expression)
            points = points + np.tensordot(expression[used], self.looks_mm[used], 1)
        return np.asarray(points, np.float64)


def linear_points(
    model: HeadModel, vertices: Array, barycentrics: Array, expression_weights: Array
) -> LinearPoints:
    """`LinearPoints` on the surface.

    vertices      (N, C) corners of each point's polygon
    barycentrics  (N, C) their shares
    expression_weights  (52, E) of ExpressionUnknowns
    """
    shares = barycentrics.astype(np.float32)

    def mixed(modes: Array, shares: Array = shares) -> Array:
        return np.asarray(np.einsum("kncx,nc->knx", modes[:, vertices], shares))

    looks = mixed(model.blendshapes_mm)
    identity = mixed(model.identity_mm)
    mouth = mixed(model.identity_mm[: mouth_count(model)], shares * mouth_weight(model)[vertices])
    expression = np.tensordot(expression_weights.T.astype(np.float32), looks, 1)
    modes = np.concatenate([identity, mouth, expression]).transpose(1, 2, 0)
    return LinearPoints(
        mean_mm=np.einsum("ncx,nc->nx", model.mean_mm[vertices], shares).astype(np.float64),
        modes_mm=np.ascontiguousarray(modes, np.float32),
        looks_mm=np.ascontiguousarray(looks, np.float32),
    )


def vertex_points(model: HeadModel, vertices: Array, expression_weights: Array) -> LinearPoints:
    """`LinearPoints` at vertices (N,)."""
    return linear_points(model, vertices[:, None], np.ones((len(vertices), 1)), expression_weights)


def joint_points(model: HeadModel, joints: Array, expression_count: int) -> LinearPoints:
    """`LinearPoints` at joints (N,), which neither mouth nor expressions move."""
    identity = model.joints_identity_mm[:, joints].transpose(1, 2, 0)
    still = np.zeros((*identity.shape[:2], mouth_count(model) + expression_count))
    return LinearPoints(
        mean_mm=model.joints_mm[joints].astype(np.float64),
        modes_mm=np.concatenate([identity, still], 2).astype(np.float32),
        looks_mm=np.zeros((len(model.blendshapes_mm), len(joints), 3), np.float32),
    )
