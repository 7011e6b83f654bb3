"""One round of the fit: rows of the least squares, priors, a step."""

from __future__ import annotations

import numpy as np

from faceborn.fit.outline import Rows, outline_rows, profile_rows
from faceborn.fit.problem import Estimate, Problem
from faceborn.fit.rows import geman_mcclure, projection_jacobian
from faceborn.fit.solid import Sheets, solid_rows
from faceborn.fit.solve import solve_bounded
from faceborn.fit.weights import point_weights, unbiased_px
from faceborn.geometry.rotations import rotation_from_vector
from faceborn.types import Array

POSE_ROUNDS = 2  # rounds in which only the camera moves
NEAREST_MM = 120.0  # nobody is photographed from inside


def improve(problem: Problem, now: Estimate, number: int) -> tuple[Estimate, float]:
    """Round `number` of Gauss-Newton; also how far the shape moved, in standard deviations."""
    stacked, value = (
        np.concatenate(part) for part in zip(*_rows(problem, now, number), strict=True)
    )
    hessian = (stacked.T @ stacked).astype(np.float64)
    gradient = (stacked.T @ value).astype(np.float64)
    if number < POSE_ROUNDS:
        pose = slice(len(now.shape), None)
        step = np.zeros(len(gradient))
        step[pose] = np.linalg.solve(hessian[pose, pose], -gradient[pose])
    else:
        step = _shape_step(problem, now, hessian, gradient)
    return _moved(problem, now, step)


def _rows(problem: Problem, now: Estimate, number: int) -> list[Rows]:
    """What the photo says: points, gaps, outline, the line of a profile."""
    tables, settings = problem.tables, problem.settings
    points_mm = tables.points.at(now.shape, now.look)
    residual = (now.camera.project(points_mm) - unbiased_px(problem, now)).astype(np.float32)
    jacobian = projection_jacobian(now.camera, points_mm, tables.points.modes_mm)
    weights, outline = point_weights(problem, now, points_mm)
    if number:
        squared = (residual**2).sum(1) * weights
        weights = weights * geman_mcclure(squared, settings.robust_limit)
    root = np.sqrt(weights).astype(np.float32)
    rows = [
        _flat(jacobian * root[:, None, None], residual * root[:, None]),
        _gap_rows(problem, now, jacobian, residual),
    ]
    if number >= POSE_ROUNDS and len(outline):
        rows.append(_outline(problem, now, outline))
    turned = abs(now.angles_deg[0]) >= settings.profile_deg
    if number > POSE_ROUNDS and problem.sigma_px is not None and turned:
        rows.append(_profile(problem, now, number))
    if number > POSE_ROUNDS and problem.sheets is not None:
        rows.append(_surface(problem, now, problem.sheets, points_mm))
    return rows


def _flat(jacobian: Array, residual: Array) -> Rows:
    """(N, 2, U) and (N, 2) with a row for x and one for y."""
    return jacobian.reshape(-1, jacobian.shape[2]), residual.ravel()


def _gap_rows(problem: Problem, now: Estimate, jacobian: Array, residual: Array) -> Rows:
    """Rows that ask for the measured gap between facing lips and lids.

    Along the head's up alone: across, the places of a pair lie up to 2 mm apart on the mean head,
    and asked to meet there too they draw the corners of the mouth inwards: on fronts of 14 London
    training people by 2.7 % of the eye distance each, on smiling ones by 3.9; so by 0.6 and 1.4.
    """
    settings, eye_px = problem.settings, now.eye_px(problem.tables)
    up = now.camera.camera_from_head[:2, 1]
    up = up / np.linalg.norm(up)
    upper, lower = problem.tables.roles.facing.T
    gap = (residual[upper] - residual[lower]) @ up
    limit = settings.pair_limit_percent / 100 * eye_px
    weight = 100 / settings.pair_sigma_percent / eye_px / (1 + gap**2 / limit**2)
    rows = np.einsum("npk,p->nk", jacobian[upper] - jacobian[lower], up) * weight[:, None]
    return rows.astype(np.float32), (gap * weight).astype(np.float32)


def _outline(problem: Problem, now: Estimate, outline: Array) -> Rows:
    """Rows that pull the jaw onto its measured outline, points of number `outline`."""
    settings, band = problem.settings, problem.tables.band
    eye_px = now.eye_px(problem.tables)
    # Not less the bias: that of a point of the outline is that of a place on the skin.
    return outline_rows(
        band,
        band.points.at(now.shape, now.look),
        now.camera,
        problem.points_px[outline],
        reach_px=0.25 * eye_px,
        sigma_px=settings.outline_sigma_percent / 100 * eye_px,
        robust_limit=settings.robust_limit,
    )


def _profile(problem: Problem, now: Estimate, number: int) -> Rows:
    """Rows that pull the line of a profile onto its edge in the photo."""
    settings, band = problem.settings, problem.tables.front
    eye_px = now.eye_px(problem.tables)
    reach = np.interp(number, (POSE_ROUNDS, settings.rounds - 1), settings.profile_reach_percent)
    return profile_rows(
        problem.photo,
        problem.hints.parts,
        band,
        band.points.at(now.shape, now.look),
        now.camera,
        eye_px=eye_px,
        reach_percent=float(reach),
        sigma_px=settings.profile_sigma_percent / 100 * eye_px,
        robust_limit=settings.robust_limit,
    )


def _surface(problem: Problem, now: Estimate, sheets: Sheets, points_mm: Array) -> Rows:
    """Rows that pull the skin onto the surface of the volumetric network's solid."""
    settings, band = problem.settings, problem.tables.skin
    return solid_rows(
        sheets,
        band,
        band.points.at(now.shape, now.look),
        now.camera,
        float(now.camera.to_camera(points_mm)[:, 2].mean()),
        sigma_mm=settings.solid_sigma_mm,
    )


def _shape_step(problem: Problem, now: Estimate, hessian: Array, gradient: Array) -> Array:
    """The step of shape and pose, with priors and bounds; changes `hessian` and `gradient`."""
    settings, prior, packing = problem.settings, problem.tables.expression, problem.tables.packing
    modes, chosen = packing.identity, packing.expression
    diagonal = np.arange(modes.stop)
    hessian[diagonal, diagonal] += settings.identity_weight
    away = now.shape[modes] - problem.prior_middle
    gradient[modes] += settings.identity_weight * away
    weights = now.shape[chosen]
    hessian[chosen, chosen] += settings.expression_weight * prior.precision
    gradient[chosen] += settings.expression_weight * (prior.precision @ weights + prior.pull)
    lower, upper = np.full(len(gradient), -np.inf), np.full(len(gradient), np.inf)
    lower[chosen], upper[chosen] = -weights, 1 - weights
    return solve_bounded(hessian, gradient, lower, upper)


def _moved(problem: Problem, now: Estimate, step: Array) -> tuple[Estimate, float]:
    """Apply a step; the largest change of the shape."""
    packing, camera = problem.tables.packing, now.camera
    translation = camera.translation_mm + step[packing.translation]
    translation[2] = max(translation[2], NEAREST_MM)
    turn = rotation_from_vector(step[packing.rotation])
    moved = now.replace(
        shape=now.shape + step[packing.shape],
        camera=camera.replace(
            camera_from_head=turn @ camera.camera_from_head, translation_mm=translation
        ),
    )
    return moved, float(np.abs(step[packing.shape]).max())
