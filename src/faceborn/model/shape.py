"""From identity coefficients to one person's head."""

from __future__ import annotations

import numpy as np

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model.closing import close_slit
from faceborn.model.lids import fit_lids
from faceborn.model.mouth import mouth_weight
from faceborn.types import Array, HeadModel, Shape

LIP_OVERLAP_MM = 0.15  # closed lips press on each other


def make_shape(model: HeadModel, identity: Array, *, scale: float = 1.0) -> Shape:
    """The neutral head of `identity`, in standard deviations, times `scale`.

    identity  coefficients of the model's K modes, or of fewer; behind all K may stand those of the
              mouth alone (model/mouth.py)

    Blendshapes are the model's, save around the eyes: each eyeball turns about its own centre under
    eyeLook*, exactly as its joint would turn it, and the lids are fitted to the eyes
    (model/lids.py). That, and lips that are kept closed, moves the neutral by up to a millimetre.
    """
    used = min(len(identity), len(model.identity_mm))
    vertices = place_vertices(model, identity)
    joints = model.joints_mm + np.tensordot(identity[:used], model.joints_identity_mm[:used], 1)
    blendshapes = model.blendshapes_mm.copy()
    for name, (yaw_deg, pitch_deg) in model.eye_look_deg.items():
        joint = model.joint_names.index("eye_left" if name.endswith("Left") else "eye_right")
        ball = np.flatnonzero(model.skin_weights[:, joint] == 1)
        arm = vertices[ball] - joints[joint]
        turn = rotation_from_angles(yaw_deg, pitch_deg, 0.0)
        blendshapes[model.expression_names.index(name), ball] = arm @ turn.T - arm
    if used:
        lips = model.closings["lips"]
        vertices[lips.moved] += close_slit(vertices, lips, LIP_OVERLAP_MM)
        vertices, blendshapes = fit_lids(model, vertices, joints, blendshapes)
    return Shape(
        vertices_mm=(vertices * scale).astype(np.float32),
        blendshapes_mm=blendshapes * np.float32(scale),
        joints_mm=(joints * scale).astype(np.float32),
        model=model,
    )


def place_vertices(model: HeadModel, identity: Array) -> Array:
    """(V, 3) mm, where `identity` puts the vertices; `identity` as in `make_shape`.

    Lips and lids are as they come: `make_shape` closes them.
    """
    own, mouth = np.split(identity.astype(np.float32), [len(model.identity_mm)])
    vertices = model.mean_mm + np.tensordot(own, model.identity_mm[: len(own)], 1)
    if len(mouth):
        weight = mouth_weight(model)
        near = np.flatnonzero(weight)
        modes = model.identity_mm[: len(mouth), near] * weight[near, None]
        vertices[near] += np.tensordot(mouth, modes, 1)
    return np.asarray(vertices)
