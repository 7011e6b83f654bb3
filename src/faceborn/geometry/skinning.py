"""Linear blend skinning."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array


def skin(
    vertices_mm: Array,
    skin_weights: Array,
    joints_mm: Array,
    joint_parents: Array,
    rotations: Array,
) -> Array:
    """Turn joints and carry the vertices along, as glTF viewers do.

    vertices_mm    (V, 3) at rest, expression included
    skin_weights   (V, J) rows sum to 1
    joints_mm      (J, 3) at rest
    joint_parents  (J,) index of the parent, -1 at the root; parents come before children
    rotations      (J, 3, 3) of each joint relative to its parent; identity at rest

    Returns (V, 3) float32 in mm.
    """
    turn = np.empty((len(joints_mm), 3, 3))
    move = np.empty((len(joints_mm), 3))
    for joint, parent in enumerate(joint_parents):
        # x -> R (x - joint) + joint, inside of what the parent does
        shift = joints_mm[joint] - rotations[joint] @ joints_mm[joint]
        if parent < 0:
            turn[joint], move[joint] = rotations[joint], shift
        else:
            turn[joint] = turn[parent] @ rotations[joint]
            move[joint] = turn[parent] @ shift + move[parent]
    per_joint = np.einsum("jab,vb->vja", turn, vertices_mm) + move
    return np.einsum("vj,vja->va", skin_weights, per_joint).astype(np.float32)
