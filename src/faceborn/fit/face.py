"""Bring the head model onto one face of one photo."""

from __future__ import annotations

import numpy as np

from faceborn.errors import FaceTurnedAway, FitError
from faceborn.fit.camera_start import expected_focal, start_camera
from faceborn.fit.gaze import gaze_weights
from faceborn.fit.points import ROLES, PointRoles
from faceborn.fit.problem import Estimate, Problem
from faceborn.fit.rounds import improve
from faceborn.fit.scale import HEAD_SIZE_SD, scale_from_iris
from faceborn.fit.settings import FitSettings, usual_settings
from faceborn.fit.solid import sheets_of
from faceborn.fit.tables import tables_of
from faceborn.fit.weights import point_weights, unbiased_px
from faceborn.model.face_points import SCHEME, load_face_points
from faceborn.types import Array, Face, Fit, HeadModel, Hints, Photo, Solid

GAZE_ROUND = 4  # first round in which gaze (and the lids that go with it) is known
SETTLED = 1e-4  # standard deviations; a round that moves the shape less is the last


def fit_face(
    photo: Photo,
    face: Face,
    model: HeadModel,
    *,
    hints: Hints | None = None,
    solid: Solid | None = None,
    settings: FitSettings | None = None,
) -> Fit:
    """Camera, identity, expression, gaze and size of the head behind `face`.

    Gauss-Newton on the reprojection of the landmarks: perspective, Gaussian identity prior,
    expressions within 0..1, Geman-McClure against outliers, outline points against the model's
    occluding contour, gaps of lips and lids weighted apart. The points' depth is not used; that of
    a `solid`, if there is one, is: the skin is pulled onto its surface. Of the `hints` the expected
    identity is the middle of the prior, in place of the mean head, and the map of parts tells the
    line of a profile from other edges.

    Raises FaceTurnedAway for faces that are seen too much from the side for the landmarks, and
    FitError where the landmarks make no face.
    Source: after Blanz & Vetter 1999 and Bas & Smith 2019.
    """
    problem = _problem(photo, face, model, settings or usual_settings(face)).replace(
        sheets=sheets_of(solid) if solid is not None else None,
        # The mesh tells none: its points were registered with the usual focal length.
        perspective=solid.perspective if solid is not None else face.perspective,
        hints=hints or Hints(),
    )
    now = _start(problem)
    for number in range(problem.settings.rounds):
        if number >= GAZE_ROUND:
            now = now.replace(look=_gaze(problem, now))
        now, moved = improve(problem, now, number)
        if moved < SETTLED and number > GAZE_ROUND:
            break
    now = now.replace(look=_gaze(problem, now))
    residual = _residual_px(problem, now)
    _check(problem, now, residual)
    return _result(problem, now, residual, face.scheme)


def _problem(photo: Photo, face: Face, model: HeadModel, settings: FitSettings) -> Problem:
    """Raises FaceTurnedAway and FitError where the points cannot be used."""
    roles = ROLES.get(face.scheme)
    if roles is None or len(face.landmarks_px) < roles.skin_count:
        raise _turned_away(photo, face.yaw_deg)
    points = np.asarray(face.landmarks_px, np.float64)
    if not np.isfinite(points).all():
        raise FitError("a landmark has no position", hint="look at face.landmarks_px")
    iris = face.iris_px
    return Problem(
        photo=photo,
        tables=tables_of(model, face.scheme),
        settings=settings,
        points_px=points[: roles.skin_count],
        sigma_px=_sigma_px(face, settings),
        iris_px=iris if iris is not None and np.isfinite(iris).all() else None,
        iris_trust=_iris_trust(points, roles),
    )


def _sigma_px(face: Face, settings: FitSettings) -> Array | None:
    """(L,) noise of the points where a network tells it, more beyond hairline and jaw."""
    told = face.landmarks_sigma_px
    if told is None or face.scheme != SCHEME:
        return told
    return np.asarray(told * np.where(load_face_points().core, 1.0, settings.off_face_sigma))


def _start(problem: Problem) -> Estimate:
    """The mean head where the steady points are."""
    photo, tables = problem.photo, problem.tables
    focal = photo.focal_px or expected_focal(
        max(photo.size_px), problem.perspective, problem.settings
    )
    steady = tables.roles.steady
    return Estimate(
        camera=start_camera(
            tables.points.mean_mm[steady], problem.points_px[steady], photo.size_px, focal
        ),
        shape=np.zeros(tables.packing.shape.stop),
        look=np.zeros(len(tables.expression.weights)),
    )


def _iris_trust(points: Array, roles: PointRoles) -> Array:
    """(2,) left then right, 0..1: an iris between half-closed lids says little about gaze."""
    upper, lower, outer, inner = points[roles.eye_opening.T]
    opening = np.linalg.norm(upper - lower, axis=1) / np.linalg.norm(outer - inner, axis=1)
    # A relaxed eye opens a third of its width; below a tenth nothing of the iris is seen.
    return np.asarray(np.clip((opening - 0.10) / 0.15, 0.01, 1.0))


def _gaze(problem: Problem, now: Estimate) -> Array:
    """(52,) eyeLook* weights of the head so far; zeros where nothing tells."""
    tables, iris = problem.tables, problem.iris_px
    if iris is None or not (tables.eyeballs and tables.pupils and tables.eye_centers):
        return np.zeros_like(now.look)
    return gaze_weights(
        tables.eyeballs,
        tables.pupils.at(now.shape),
        tables.eye_centers.at(now.shape),
        now.camera,
        iris[:, :2],
        problem.iris_trust,
        eye_px=now.eye_px(tables),
        count=len(now.look),
    )


def _residual_px(problem: Problem, now: Estimate) -> Array:
    """(L,) distance of the head's points to the measured ones; nan where those do not count."""
    points_mm = problem.tables.points.at(now.shape, now.look)
    residual = np.linalg.norm(now.camera.project(points_mm) - unbiased_px(problem, now), axis=1)
    residual[point_weights(problem, now, points_mm)[0] == 0] = np.nan
    return np.asarray(residual)


def _check(problem: Problem, now: Estimate, residual_px: Array) -> None:
    """Raises FaceTurnedAway and FitError where the result is none."""
    settings, yaw = problem.settings, now.angles_deg[0]
    most_deg = settings.most_yaw_deg if problem.sigma_px is None else settings.behind_deg
    if abs(yaw) > most_deg:
        raise _turned_away(problem.photo, yaw)
    if not np.isfinite(now.shape).all():
        raise FitError(
            "the fit did not settle", hint="use a photo where the whole face is seen well"
        )
    most_px = settings.most_residual_percent / 100 * now.eye_px(problem.tables)
    if not np.nanmedian(residual_px) < most_px:
        raise FitError(
            "what was found does not have the shape of a face",
            hint="use a photo where the whole face is seen well",
        )


def _turned_away(photo: Photo, yaw_deg: float) -> FaceTurnedAway:
    return FaceTurnedAway(
        f"the face is turned {abs(yaw_deg):.0f} degrees away",
        hint="use a photo that shows both eyes",
        source=photo.source,
        yaw_deg=yaw_deg,
    )


def _result(problem: Problem, now: Estimate, residual_px: Array, scheme: str) -> Fit:
    """Pack up."""
    tables, camera = problem.tables, now.camera
    scale, scale_sd = _scale(problem, now)
    yaw, pitch, roll = now.angles_deg
    expression = tables.expression.to_weights(now.shape[tables.packing.expression])
    return Fit(
        identity=now.shape[tables.packing.identity],
        expression=np.clip(expression + now.look, 0.0, 1.0),
        scale=scale,
        scale_sd=scale_sd,
        camera=camera.replace(translation_mm=camera.translation_mm * scale),
        landmarks_px=unbiased_px(problem, now),
        residual_px=residual_px,
        scheme=scheme,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
    )


def _scale(problem: Problem, now: Estimate) -> tuple[float, float]:
    """Size of this head over the model's, and its relative standard deviation."""
    pupils, iris = problem.tables.pupils, problem.iris_px
    # Of a profile one iris is hidden, the other seen as a line.
    if iris is None or pupils is None or abs(now.angles_deg[0]) > problem.settings.irises_deg:
        return 1.0, HEAD_SIZE_SD
    depths = now.camera.to_camera(pupils.at(now.shape))[:, 2]
    return scale_from_iris(iris[:, 2], depths, problem.iris_trust, now.camera.focal_px)
