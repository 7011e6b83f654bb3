"""Where the eyes look: from the iris centres to eyeLook* weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.types import Array, Camera, HeadModel, Record

# How far the two eyes' directions may differ, and how far eyes usually turn: standard deviations
# in degrees. Vertical: eyes hardly ever differ. Horizontal: they converge on near things.
DIFFERENCE_DEG = np.array([4.0, 1.5])  # right minus left eye: about the vertical, horizontal axis
USUAL_DEG = np.array([16.0, 12.0])
IRIS_SIGMA_PERCENT = 0.9  # noise of an iris centre, percent of the eye distance
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eyeballs(Record):
    """How eyeLook* turns both eyeballs of a model, left then right."""

    pupil_vertices: Array  # (2,) the middle of each pupil
    joints: Array  # (2,) the joint in the middle of each eyeball
    weights: Array  # (2, 4) index of the expressions out, in, up, down
    turns: Array  # (2, 4, 3, 3) rotation at weight 1
    full_turn_deg: Array  # (2, 4) its angle


def eyeballs(model: HeadModel) -> Eyeballs | None:
    """Find the eyeballs; None for a model whose eyes do not turn."""
    if not model.eye_look_deg:
        return None
    pupils, joints, indices, turns = [], [], [], []
    for part, side in (("eye_left", "Left"), ("eye_right", "Right")):
        chosen = model.triangle_part == model.part_names.index(part)
        vertices = np.unique(model.weld[model.triangles[chosen]])
        pupils.append(int(vertices[model.mean_mm[vertices, 2].argmax()]))
        joints.append(model.joint_names.index(part))
        names = [f"eyeLook{way}{side}" for way in ("Out", "In", "Up", "Down")]
        indices.append([model.expression_names.index(name) for name in names])
        turns.append([rotation_from_angles(*model.eye_look_deg[name], 0.0) for name in names])
    turned: Array = np.array(turns)
    cosine = (np.trace(turned, axis1=2, axis2=3) - 1) / 2
    return Eyeballs(
        pupil_vertices=np.array(pupils),
        joints=np.array(joints),
        weights=np.array(indices),
        turns=turned,
        full_turn_deg=np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))),
    )


def gaze_weights(
    balls: Eyeballs,
    pupils_mm: Array,
    centers_mm: Array,
    camera: Camera,
    iris_px: Array,
    trust: Array,
    *,
    eye_px: float,
    count: int,
) -> Array:
    """eyeLook* weights that bring the pupils to where the photo shows the irises.

    pupils_mm   (2, 3) the pupils' middles on the head at rest, left then right
    centers_mm  (2, 3) about which the eyeballs turn
    iris_px     (2, 2) iris centres in the photo
    trust       (2,) 0..1: little where lids cover the iris
    eye_px      outer-eye-corner distance in the photo
    count       of expressions

    Returns (count,), zero but for eyeLook*. Both eyes are solved together: horizontal turn by Out
    and In, vertical by Up and Down, with priors on their difference and size, so one covered iris
    follows the other. The pupils move as blendshapes move them, along chords.
    """
    turn_deg = np.zeros((2, 2))  # of each eye: towards the person's left, up
    precision = np.diag(np.tile(1 / USUAL_DEG**2, 2))
    for axis in range(2):
        unit = np.zeros(4)
        unit[axis], unit[2 + axis] = 1.0, -1.0
        precision += np.outer(unit, unit) / DIFFERENCE_DEG[axis] ** 2
    sigma_px = IRIS_SIGMA_PERCENT / 100 * eye_px
    arms = pupils_mm - centers_mm
    chords = np.einsum("ewxy,ey->ewx", balls.turns, arms) - arms[:, None]  # (2, 4, 3) at weight 1
    for _ in range(ROUNDS):
        hessian, gradient = precision.copy(), precision @ turn_deg.ravel()
        for eye in range(2):
            weights, slopes = _eye_weights(balls, eye, turn_deg[eye])
            place = pupils_mm[eye] + weights @ chords[eye]
            here = camera.project(place)
            jacobian = (camera.project(place + slopes @ chords[eye]) - here).T  # px per degree
            rows = slice(2 * eye, 2 * eye + 2)
            strength = trust[eye] / sigma_px**2
            hessian[rows, rows] += strength * jacobian.T @ jacobian
            gradient[rows] += strength * jacobian.T @ (here - iris_px[eye])
        turn_deg -= np.linalg.solve(hessian, gradient).reshape(2, 2)
    result = np.zeros(count)
    for eye in range(2):
        result[balls.weights[eye]] = _eye_weights(balls, eye, turn_deg[eye])[0]
    return result


def _eye_weights(balls: Eyeballs, eye: int, turn_deg: Array) -> tuple[Array, Array]:
    """Weights (4,) of out, in, up, down for a turn (to the left, up); slopes (2, 4) per degree."""
    out, inward, up, down = range(4)
    leftwards = (out, inward) if eye == 0 else (inward, out)
    weights, slopes = np.zeros(4), np.zeros((2, 4))
    for axis, (positive, negative) in enumerate((leftwards, (up, down))):
        way, sign = (positive, 1.0) if turn_deg[axis] >= 0 else (negative, -1.0)
        full = balls.full_turn_deg[eye, way]
        weights[way] = min(abs(turn_deg[axis]) / full, 1.0)
        slopes[axis, way] = sign / full
    return weights, slopes
