"""One person's lids: they meet in a blink, and the eyeball never comes through them.

A blendshape that closes the mean head's lids leaves a slit where a person's stand wider apart, and
where a cornea stands farther forward than the mean's it comes through. So eyeBlink is lengthened
until the edges of the lids pass each other, and in every eye expression skin, shade and tear line
are pushed out of the eyeball.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model.closing import close_slit, mirrored
from faceborn.types import Array, HeadModel

REACH_MM = 30.0  # from the centre of the eye: what can touch it
CLEAR_MM = 0.3  # wanted between eyeball and what lies before it, or what the mean has if less
LID_OVERLAP_MM = 0.4  # how far closed lids pass each other, so that oblique views see no slit
BUMP_MM = 4.0  # a push fades over this distance, so that the skin stays smooth


def fit_lids(
    model: HeadModel, vertices_mm: Array, joints_mm: Array, blendshapes_mm: Array
) -> tuple[Array, Array]:
    """A person's neutral (V, 3) and blendshapes (52, V, 3) with lids that fit the eyes.

    `blendshapes_mm` already turn this person's eyeballs.
    """
    neutral, blendshapes = vertices_mm.copy(), blendshapes_mm.copy()
    for side in ("Left", "Right"):
        lids = model.closings["lids_left"]
        if side == "Right":
            lids = mirrored(lids, model.mirror)
        eye = find_eye(model, f"eye_{side.lower()}", vertices_mm, joints_mm)
        cover = eye.cover
        neutral[cover] += push_out(eye, neutral[cover], model.mean_mm[cover], np.eye(3))
        for index, name in enumerate(model.expression_names):
            if name.startswith("eye") and name.endswith(side):
                if name.startswith("eyeBlink"):
                    posed = neutral + blendshapes[index]
                    blendshapes[index, lids.moved] += close_slit(posed, lids, LID_OVERLAP_MM)
                turn = rotation_from_angles(*model.eye_look_deg.get(name, (0.0, 0.0)), 0.0)
                posed = neutral[cover] + blendshapes[index, cover]
                mean_posed = model.mean_mm[cover] + model.blendshapes_mm[index, cover]
                blendshapes[index, cover] += push_out(eye, posed, mean_posed, turn)
                if name.startswith("eyeBlink"):  # on its straight way it cuts through the cornea
                    halfway = neutral[cover] + blendshapes[index, cover] / 2
                    mean_halfway = model.mean_mm[cover] + model.blendshapes_mm[index, cover] / 2
                    blendshapes[index, cover] += 1.5 * push_out(eye, halfway, mean_halfway, turn)
    return neutral, blendshapes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eye:
    """One eyeball and what lies before it."""

    center_mm: Array  # (3,)
    mean_center_mm: Array  # (3,) of the mean head's
    size: float  # over the mean's
    axis: Array  # (3,) unit, through the pupil at rest
    profile_deg: Array  # (R,) angle from the axis, ascending
    profile_mm: Array  # (R,) distance of the mean eyeball's surface from its centre there
    cover: Array  # (N,) vertices that lie before it
    pushed: Array  # (N,) bool: may touch it; lashes only go along with the skin
    place_mm: Array  # (N, 3) of the cover on the mean head


def find_eye(model: HeadModel, part: str, vertices_mm: Array, joints_mm: Array) -> Eye:
    """The eye of one person."""
    joint = model.joint_names.index(part)
    ball = np.flatnonzero(model.skin_weights[:, joint] == 1)
    mean_arm = model.mean_mm[ball] - model.joints_mm[joint]
    length = np.linalg.norm(mean_arm, axis=1)
    pupil = np.abs(model.uv[ball] - 0.5).sum(1).argmin()
    axis = mean_arm[pupil] / length[pupil]
    angle = np.rad2deg(np.arccos(np.clip(mean_arm @ axis / length, -1, 1)))
    order = np.argsort(angle)

    arm = model.mean_mm - model.joints_mm[joint]
    near = (np.linalg.norm(arm, axis=1) < REACH_MM) & (arm[:, 2] > 4.0)

    def of_parts(*names: str) -> Array:
        ids = [model.part_names.index(name) for name in names]
        inside = np.zeros(len(near), bool)
        inside[model.weld[model.triangles[np.isin(model.triangle_part, ids)]]] = True
        return inside[model.weld]  # with the vertices of other parts at the same points

    lashes = of_parts("lashes")
    cover = np.flatnonzero(near & (of_parts("face", "eye_shade", "tearline") | lashes))
    return Eye(
        center_mm=joints_mm[joint],
        mean_center_mm=model.joints_mm[joint],
        size=float(
            np.linalg.norm(vertices_mm[ball] - joints_mm[joint], axis=1).mean() / length.mean()
        ),
        axis=axis,
        profile_deg=angle[order],
        profile_mm=length[order],
        cover=cover,
        pushed=~lashes[cover],
        place_mm=model.mean_mm[cover],
    )


def push_out(eye: Eye, posed_mm: Array, mean_posed_mm: Array, turn: Array) -> Array:
    """(N, 3) what to add to the person's cover (N, 3), so that it clears the eyeball as the mean's.

    turn  (3, 3) of the eyeball from rest
    """
    axis = turn @ eye.axis
    goal = clearance(eye, mean_posed_mm - eye.mean_center_mm, axis, 1.0)
    arm = posed_mm - eye.center_mm
    lack = np.minimum(goal, CLEAR_MM) - clearance(eye, arm, axis, eye.size)
    # Where the mean's skin dips into the ball, behind the edge of the lid, anyone's may.
    lack = np.where(eye.pushed & (goal > -0.1), np.maximum(lack, 0), 0)
    if not lack.any():
        return np.zeros_like(posed_mm)
    pushed = np.flatnonzero(lack)
    square = ((eye.place_mm[:, None] - eye.place_mm[pushed]) ** 2).sum(2)
    amount = (np.exp(-square / BUMP_MM**2) * lack[pushed]).max(1)
    return np.asarray(arm / np.linalg.norm(arm, axis=1, keepdims=True) * amount[:, None])


def clearance(eye: Eye, arm_mm: Array, axis: Array, size: float) -> Array:
    """(N,) how far points (N, 3), from the eye's centre, lie outside the eyeball."""
    length = np.linalg.norm(arm_mm, axis=1)
    angle = np.rad2deg(np.arccos(np.clip(arm_mm @ axis / length, -1, 1)))
    return np.asarray(length - size * np.interp(angle, eye.profile_deg, eye.profile_mm))
