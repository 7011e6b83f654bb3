"""Six joints, how identity moves them, and smooth skin weights.

root -> neck -> head -> jaw, eye_left, eye_right. At rest every joint is unrotated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.types import Array
from head.eyes import Eyeball
from head.source import Source
from head.surface import points_of

JOINT_NAMES = ("root", "neck", "head", "jaw", "eye_left", "eye_right")
JOINT_PARENTS = (-1, 0, 1, 2, 2, 2)
# The lower teeth turn rigidly under jawOpen (residual 0.18 mm): this hinge and this angle.
JAW_MM = (0.0, -5.47, 18.19)
JAW_OPEN_DEG = 25.33
NECK_MM = (0.0, -118.0, -18.0)  # between the lowest neck vertebrae
HEAD_MM = (0.0, -22.0, -8.0)  # where skull and spine meet, a little below the ear canals
ROOT_MM = (0.0, -185.0, -20.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rig:
    """The skeleton on the mean head."""

    joints_mm: Array  # (J, 3)
    identity_mm: Array  # (K, J, 3)
    weights: Array  # (P, J), rows sum to 1


def make_rig(
    source: Source, eyes: tuple[Eyeball, Eyeball], eye_centers: Array, jaw_open_mm: Array
) -> Rig:
    """The rig.

    eye_centers  (K, 2, 3) how identity moves the eyeballs
    jaw_open_mm  (P, 3) the blendshape that the jaw joint has to agree with
    """
    joints = np.array(
        [ROOT_MM, NECK_MM, HEAD_MM, JAW_MM, eyes[0].center_mm, eyes[1].center_mm], np.float64
    )
    x, y, z = source.points_mm.T
    skin = np.zeros(len(x), bool)
    skin[points_of(source, "face", "scalp")] = True
    # A joint inside the head goes along with the ring of skin around it.
    rings = [
        skin & (y < -170),
        skin & (np.abs(y + 118) < 14) & (np.abs(x) < 66),
        skin & (np.abs(y + 22) < 14) & (z < 30),
        skin & (np.abs(y + 5) < 14) & (np.abs(z - 18) < 14) & (np.abs(x) > 55),
    ]
    identity = np.stack([source.identity_mm[:, ring].mean(1) for ring in rings], 1)
    identity[:, :, 0] = 0  # they stay in the middle
    identity = np.concatenate([identity, eye_centers], 1)
    return Rig(
        joints_mm=joints,
        identity_mm=identity.astype(np.float32),
        weights=skin_weights(source, eyes, jaw_weight(source, jaw_open_mm)),
    )


def skin_weights(source: Source, eyes: tuple[Eyeball, Eyeball], jaw: Array) -> Array:
    """(P, J) float32."""
    x, y, z = source.points_mm.T
    # Head above a plane that rises from the throat to the nape, shoulders below and aside.
    head = smoothstep((y + 75.0 + 0.35 * z + 38.0) / 56.0)
    down, aside = np.maximum(-y - 102.0, 0) / 74.0, np.maximum(np.abs(x) - 44.0, 0) / 62.0
    root = smoothstep(np.hypot(down, aside))
    root = root * (1 - head)
    inner = np.zeros(len(x), bool)
    inner[points_of(source, "mouth", "sockets", "gums", "tongue", "teeth", "eye_left", "eye_right",
                    "eye_shade", "tearline", "lashes")] = True  # fmt: skip
    head[inner], root[inner] = 1.0, 0.0
    weights = np.zeros((len(x), len(JOINT_NAMES)))
    weights[:, 0] = root
    weights[:, 1] = 1 - head - root
    weights[:, 2] = head
    weights *= (1 - jaw)[:, None]
    weights[:, 3] = jaw
    for column, eye in zip((4, 5), eyes, strict=True):
        weights[eye.points] = 0
        weights[eye.points, column] = 1
    weights[weights < 0.004] = 0
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def jaw_weight(source: Source, jaw_open_mm: Array) -> Array:
    """(P,) how much of the rigid jaw's turn jawOpen gives to each point."""
    turn = rotation_from_angles(0, JAW_OPEN_DEG, 0)
    arm = source.points_mm - np.array(JAW_MM)
    rigid = arm @ turn.T - arm
    length2 = (rigid**2).sum(1)
    share = (jaw_open_mm * rigid).sum(1) / np.maximum(length2, 1e-9)
    # Near the hinge the ratio says nothing: there nothing moves anyway.
    share = np.clip(share, 0, 1) * length2 / (length2 + 3.0**2)
    share[share < 0.02] = 0
    rigid_points = points_of(source, "teeth")
    share[rigid_points] = np.round(share[rigid_points])
    still = points_of(source, "eye_left", "eye_right", "eye_shade", "tearline", "lashes", "sockets")
    share[still] = 0
    return np.asarray(share)


def smoothstep(t: Array) -> Array:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
