"""From identity coefficients to one person's head."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array, HeadModel, Shape


def make_shape(model: HeadModel, identity: Array, *, scale: float = 1.0) -> Shape:
    """The neutral head of `identity` (K,), in standard deviations, times `scale`."""
    used = len(identity)
    vertices = model.mean_mm + np.tensordot(
        identity.astype(np.float32), model.identity_mm[:used], 1
    )
    joints = model.joints_mm + np.tensordot(identity, model.joints_identity_mm[:used], 1)
    return Shape(
        vertices_mm=(vertices * scale).astype(np.float32),
        blendshapes_mm=(model.blendshapes_mm * np.float32(scale)),
        joints_mm=(joints * scale).astype(np.float32),
        model=model,
    )
