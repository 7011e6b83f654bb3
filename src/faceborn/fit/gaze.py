"""Where the eyes look: from the iris centres to eyeLook* weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, Camera, HeadModel, Record

# How far the two eyes' directions may differ, and how far eyes usually turn: standard deviations
# in degrees. Vertical: eyes hardly ever differ. Horizontal: they converge on near things.
DIFFERENCE_DEG = np.array([4.0, 1.5])  # right minus left eye: about the vertical, horizontal axis
USUAL_DEG = np.array([16.0, 12.0])
IRIS_SIGMA_PERCENT = 0.9  # noise of an iris centre, percent of the eye distance (FRONTEND.md)
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eyeballs(Record):
    """Both eyeballs of a model, left then right."""

    pole_vertices: Array  # (2,) the middle of each pupil
    ball_vertices: Array  # (2, W) vertices of each eyeball
    full_turn_deg: Array  # (2, 4) degrees at weight 1 of out, in, up, down
    weights: Array  # (2, 4) index of those expressions


def eyeballs(model: HeadModel) -> Eyeballs:
    """Find the eyeballs, and how far eyeLook* = 1 turns them."""
    poles, balls, turns, indices = [], [], [], []
    for part, side in (("eye_left", "Left"), ("eye_right", "Right")):
        chosen = model.triangle_part == model.part_names.index(part)
        vertices = np.unique(model.weld[model.triangles[chosen]])
        rest = model.mean_mm[vertices]
        pole = int(vertices[rest[:, 2].argmax()])
        names = [f"eyeLook{way}{side}" for way in ("Out", "In", "Up", "Down")]
        index = [model.expression_names.index(name) for name in names]
        poles.append(pole)
        balls.append(vertices)
        indices.append(index)
        turns.append([_turn_deg(rest, rest + model.blendshapes_mm[i][vertices]) for i in index])
    width = min(len(b) for b in balls)
    return Eyeballs(
        pole_vertices=np.array(poles),
        ball_vertices=np.array([b[:width] for b in balls]),
        full_turn_deg=np.array(turns),
        weights=np.array(indices),
    )


def _turn_deg(rest: Array, turned: Array) -> float:
    """Angle of the rotation that carries (V, 3) points best onto others (Kabsch 1976)."""
    covariance = (turned - turned.mean(0)).T @ (rest - rest.mean(0))
    left, _, right = np.linalg.svd(covariance)
    cosine = (np.trace(left @ right) - 1) / 2
    return float(np.rad2deg(np.arccos(np.clip(cosine, -1.0, 1.0))))


def gaze_weights(
    balls: Eyeballs,
    vertices_mm: Array,
    blendshapes_mm: Array,
    camera: Camera,
    iris_px: Array,
    trust: Array,
    *,
    eye_px: float,
) -> Array:
    """eyeLook* weights that bring the pupils to where the photo shows the irises.

    vertices_mm     (2, 3) the pupils' middles on the head at rest, left then right
    blendshapes_mm  (52, 2, 3) how the expressions move them
    iris_px         (2, 2) iris centres in the photo, left then right
    trust           (2,) 0..1: little where lids cover the iris
    eye_px          outer-eye-corner distance in the photo

    Returns (52,), zero but for eyeLook*. Both eyes are solved together: horizontal turn by Out
    and In, vertical by Up and Down, with priors on their difference and size, so one covered iris
    follows the other.
    """
    result = np.zeros(len(blendshapes_mm))
    if (balls.full_turn_deg < 1.0).any():
        return result  # a model whose eyes do not turn
    # turn[eye] = (towards the person's left, up) in degrees; which weight serves which direction
    turn = np.zeros((2, 2))
    precision = np.diag(np.tile(1 / USUAL_DEG**2, 2))
    for axis in range(2):
        unit = np.zeros(4)
        unit[axis], unit[2 + axis] = 1.0, -1.0
        precision += np.outer(unit, unit) / DIFFERENCE_DEG[axis] ** 2
    sigma_px = IRIS_SIGMA_PERCENT / 100 * eye_px
    for _ in range(ROUNDS):
        hessian, gradient = precision.copy(), precision @ turn.ravel()
        for eye in range(2):
            weights, slopes = _eye_weights(balls, eye, turn[eye], len(result))
            place = vertices_mm[eye] + np.tensordot(weights, blendshapes_mm[:, eye], 1)
            moves_mm = np.tensordot(slopes, blendshapes_mm[:, eye], 1)  # (2, 3) per degree
            here = camera.project(place)
            jacobian = (camera.project(place + moves_mm) - here).T  # (2 px, 2 turns)
            rows = slice(2 * eye, 2 * eye + 2)
            strength = trust[eye] / sigma_px**2
            hessian[rows, rows] += strength * jacobian.T @ jacobian
            gradient[rows] += strength * jacobian.T @ (here - iris_px[eye])
        turn -= np.linalg.solve(hessian, gradient).reshape(2, 2)
    for eye in range(2):
        result += _eye_weights(balls, eye, turn[eye], len(result))[0]
    return np.clip(result, 0.0, 1.0)


def _eye_weights(balls: Eyeballs, eye: int, turn_deg: Array, count: int) -> tuple[Array, Array]:
    """Weights (count,) of a turn (to the person's left, up), and their slopes (2, count)."""
    out, inward, up, down = range(4)
    leftwards = (out, inward) if eye == 0 else (inward, out)
    weights, slopes = np.zeros(count), np.zeros((2, count))
    for axis, (positive, negative) in enumerate((leftwards, (up, down))):
        way, sign = (positive, 1.0) if turn_deg[axis] >= 0 else (negative, -1.0)
        index, full = balls.weights[eye, way], balls.full_turn_deg[eye, way]
        weights[index] = min(abs(turn_deg[axis]) / full, 1.0)
        slopes[axis, index] = sign / full
    return weights, slopes
