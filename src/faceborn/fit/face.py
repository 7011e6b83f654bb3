"""Bring the head model onto one face of one photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faceborn.errors import FaceTurnedAway, FitError
from faceborn.fit.camera_start import start_camera
from faceborn.fit.gaze import gaze_weights
from faceborn.fit.outline import Rows, outline_rows, profile_rows
from faceborn.fit.points import ROLES, PointRoles
from faceborn.fit.rows import geman_mcclure, projection_jacobian
from faceborn.fit.scale import scale_from_iris
from faceborn.fit.solve import solve_bounded
from faceborn.fit.tables import Tables, normals_at, tables_of
from faceborn.geometry.rotations import FLIP, angles_from_rotation, rotation_from_vector
from faceborn.types import Array, Camera, Face, Fit, HeadModel, Landmarks, Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """Chosen by training/calibrate_fit.py on the London training people; see docs/fit.md."""

    focal_over_long_side: float = 1.7  # where EXIF is silent; typical of portraits
    identity_weight: float = 25.0  # the points' errors are shared, so 1 would be far too little
    expression_weight: float = 5.0
    robust_limit: float = 3.0  # standard deviations
    rounds: int = 9
    outline_sigma_percent: float = 2.0  # of the eye distance, as all percents here
    pair_sigma_percent: float = 0.25  # of the gap between facing lips or lids
    pair_limit_percent: float = 8.0
    frontal_deg: float = 18.0  # up to this yaw the network draws the jaw on the visible outline
    most_yaw_deg: float = 62.0  # beyond, its points fold; its own reading saturates near 50
    behind_deg: float = 120.0  # beyond, no network sees a face
    profile_deg: float = 60.0  # from here on the line of the profile is an outline of the face
    profile_sigma_percent: float = 1.0  # of its edge in the photo
    profile_reach_percent: tuple[float, float] = (10.0, 4.0)  # in the first and the last round


# For the points of our own network: they tell their noise, and the line of a profile adds to them.
# 16 London training people, both profiles: line of the fitted head 0.88 mm from the photo's (mean
# head 1.45, without the line 1.38), from the other side's photo the same; more identity brings it
# closer, but views of one person further apart.
# The network is not sure of closed lips: with the mesh's weights they stood 5.3 mm apart on neutral
# profiles and 5.7 on smiling ones, with these 2.5 and 4.8.
OF_NETWORK = FitSettings(identity_weight=12.0, expression_weight=10.0, pair_sigma_percent=3.0)

POSE_ROUNDS = 2  # rounds in which only the camera moves
GAZE_ROUND = 4  # first round in which gaze (and the lids that go with it) is known


@dataclass(slots=True)
class _State:
    """What the rounds improve."""

    camera: Camera
    shape: Array  # (K + E,) identity, the mouth's own, expression
    look: Array  # (52,) eyeLook* weights


def fit_face(
    photo: Photo, face: Face, model: HeadModel, *, settings: FitSettings | None = None
) -> Fit:
    """Camera, identity, expression, gaze and size of the head behind `face`.

    Gauss-Newton on the reprojection of the landmarks: perspective, Gaussian identity prior,
    expressions within 0..1, Geman-McClure against outliers, outline points against the model's
    occluding contour, gaps of lips and lids weighted apart. The points' depth is not used.

    Raises FaceTurnedAway for faces that are seen too much from the side for the landmarks, and
    FitError where the landmarks make no face.
    Source: after Blanz & Vetter 1999 and Bas & Smith 2019.
    """
    settings = settings or (FitSettings() if face.landmarks_sigma_px is None else OF_NETWORK)
    points = np.asarray(face.landmarks_px, np.float64)
    roles = ROLES.get(face.scheme)
    if roles is None or len(points) < roles.skin_count:
        raise FaceTurnedAway(
            f"the face is turned {abs(face.yaw_deg):.0f} degrees away",
            hint="use a photo that shows both eyes",
            source=photo.source,
            yaw_deg=face.yaw_deg,
        )
    if not np.isfinite(points).all():
        raise FitError("a landmark has no position", hint="look at face.landmarks_px")
    if face.iris_px is not None and not np.isfinite(face.iris_px).all():
        face = face.replace(iris_px=None)
    tables = tables_of(model, face.scheme)
    focal = photo.focal_px or settings.focal_over_long_side * max(photo.size_px)
    skin, steady = points[: roles.skin_count], roles.steady
    camera = start_camera(tables.points.mean_mm[steady], skin[steady], photo.size_px, focal)
    width = tables.points.modes_mm.shape[2]
    state = _State(camera=camera, shape=np.zeros(width), look=np.zeros(len(model.expression_names)))
    openness = _iris_trust(points, roles)
    sigma_px = face.landmarks_sigma_px
    for number in range(settings.rounds):
        if number >= GAZE_ROUND:
            state.look = _gaze(tables, state, face.iris_px, openness)
        line = sigma_px is not None and number > POSE_ROUNDS
        extra = _profile_rows(photo, tables, state, number, settings) if line else []
        moved = _improve(tables, state, skin, sigma_px, number, settings, extra)
        if moved < 1e-4 and number > GAZE_ROUND:
            break
    state.look = _gaze(tables, state, face.iris_px, openness)
    return _result(photo, face, model, tables, state, skin, openness, settings)


def _eye_px(tables: Tables, camera: Camera) -> float:
    """Outer-eye-corner distance of the mean head at the fitted depth, as if seen from the front."""
    return float(camera.focal_px / camera.translation_mm[2] * tables.eye_distance_mm)


def bias_px(landmarks: Landmarks, camera: Camera, eye_px: float) -> Array:
    """(L, 2) what the network adds to the points on average at this pose, pixels."""
    if not len(landmarks.bias_yaw_deg):
        return np.zeros((len(landmarks.vertices), 2))
    yaw, _, roll = angles_from_rotation(FLIP @ camera.camera_from_head)
    yaws = landmarks.bias_yaw_deg
    place = float(np.interp(yaw, yaws, np.arange(len(yaws))))
    low = min(int(place), len(yaws) - 2)
    upright = landmarks.bias_percent[low] * (low + 1 - place) + landmarks.bias_percent[low + 1] * (
        place - low
    )
    # roll > 0 turns the head anticlockwise as the viewer sees it.
    c, s = np.cos(np.deg2rad(roll)), np.sin(np.deg2rad(roll))
    turn = np.array([[c, s], [-s, c]])
    return np.asarray(upright @ turn.T * eye_px / 100)


def _seen(normals: Array, points_mm: Array, camera: Camera, rims: Array) -> Array:
    """(L,) 0..1 how much the skin at each point faces the camera."""
    sight = camera.to_camera(points_mm)
    sight /= np.linalg.norm(sight, axis=1, keepdims=True)
    facing = -np.einsum("lx,lx->l", normals @ camera.camera_from_head.T, sight)
    seen = np.clip(2.2 * facing, 0.0, 1.0) ** 2
    seen[rims] = np.maximum(seen[rims], 0.6)
    return np.asarray(seen)


def _point_weights(
    tables: Tables,
    state: _State,
    points_mm: Array,
    sigma_px: Array | None,
    eye_px: float,
    settings: FitSettings,
) -> tuple[Array, Array]:
    """(L,) inverse variances per pixel^2 of the points, and indices of those to match as outline.

    A network that tells its noise (sigma_px) also tells where hidden points lie, less surely.

    The mesh on turned faces: it draws the far cheek across the face and the near one at a fixed
    place of the skin, so the far one is left out and only the chin stays an outline.
    """
    roles = tables.roles
    if sigma_px is not None:
        return 1 / np.square(sigma_px), roles.outline
    normals = normals_at(tables, state.shape)
    seen = _seen(normals, points_mm, state.camera, roles.rims)
    yaw = angles_from_rotation(FLIP @ state.camera.camera_from_head)[0]
    sigma = tables.landmarks.sigma_percent[: roles.skin_count] * eye_px / 100
    weights = seen / sigma**2
    if abs(yaw) < settings.frontal_deg:
        outline = roles.outline
    else:
        outline = roles.chin
        weights[roles.outline] *= 0.25
        towards = -(normals @ state.camera.camera_from_head.T)[:, 2]
        weights[(towards < 0.25) & (np.abs(tables.points.mean_mm[:, 0]) > 20)] = 0.0
    weights[outline] = 0.0
    return weights, outline


def _improve(
    tables: Tables,
    state: _State,
    measured: Array,
    sigma_px: Array | None,
    number: int,
    settings: FitSettings,
    extra: Sequence[Rows] = (),
) -> float:
    """One Gauss-Newton step. Returns how far the shape moved, in standard deviations.

    extra  more rows of the Jacobian and their residuals
    """
    eye_px = _eye_px(tables, state.camera)
    points_mm = tables.points.at(state.shape, state.look)
    target = (
        measured - bias_px(tables.landmarks, state.camera, eye_px)[: len(tables.points.mean_mm)]
    )
    weights, outline = _point_weights(tables, state, points_mm, sigma_px, eye_px, settings)
    if number < POSE_ROUNDS:
        outline = outline[:0]
    residual = (state.camera.project(points_mm) - target).astype(np.float32)
    jacobian = projection_jacobian(state.camera, points_mm, tables.points.modes_mm)
    size = jacobian.shape[2]
    if number:
        squared = (residual**2).sum(1) * weights
        weights = weights * geman_mcclure(squared, settings.robust_limit)
    root = np.sqrt(weights).astype(np.float32)
    blocks = [(jacobian * root[:, None, None]).reshape(-1, size)]
    values = [(residual * root[:, None]).ravel()]
    blocks_pairs = _pair_rows(tables.roles.facing, jacobian, residual, eye_px, settings)
    blocks.append(blocks_pairs[0])
    values.append(blocks_pairs[1])
    if len(outline):
        # Not the target: the bias of a point of the outline is that of a place on the skin.
        rows, offsets = outline_rows(
            tables.band,
            tables.band.points.at(state.shape, state.look),
            state.camera,
            measured[outline],
            reach_px=0.25 * eye_px,
            sigma_px=settings.outline_sigma_percent / 100 * eye_px,
            robust_limit=settings.robust_limit,
        )
        blocks.append(rows)
        values.append(offsets)
    for rows, offsets in extra:
        blocks.append(rows)
        values.append(offsets)
    stacked, value = np.concatenate(blocks), np.concatenate(values)
    hessian = (stacked.T @ stacked).astype(np.float64)
    gradient = (stacked.T @ value).astype(np.float64)
    step = _solve(tables, state, hessian, gradient, number, settings)
    return _move(state, step)


def _pair_rows(
    facing: Array, jacobian: Array, residual: Array, eye_px: float, settings: FitSettings
) -> tuple[Array, Array]:
    """Rows that ask for the measured gap between facing lips and lids."""
    upper, lower = facing.T
    gap = residual[upper] - residual[lower]
    limit = settings.pair_limit_percent / 100 * eye_px
    weight = 100 / settings.pair_sigma_percent / eye_px / (1 + (gap**2).sum(1) / limit**2)
    weight = weight.astype(np.float32)
    rows = (jacobian[upper] - jacobian[lower]) * weight[:, None, None]
    return rows.reshape(-1, jacobian.shape[2]), (gap * weight[:, None]).ravel()


def _profile_rows(
    photo: Photo, tables: Tables, state: _State, number: int, settings: FitSettings
) -> list[Rows]:
    """Rows that pull the line of a profile onto its edge in the photo; none on other views."""
    yaw = angles_from_rotation(FLIP @ state.camera.camera_from_head)[0]
    if abs(yaw) < settings.profile_deg:
        return []
    reach = np.interp(number, (POSE_ROUNDS, settings.rounds - 1), settings.profile_reach_percent)
    eye_px, band = _eye_px(tables, state.camera), tables.front
    return [
        profile_rows(
            photo,
            band,
            band.points.at(state.shape, state.look),
            state.camera,
            eye_px=eye_px,
            reach_percent=float(reach),
            sigma_px=settings.profile_sigma_percent / 100 * eye_px,
            robust_limit=settings.robust_limit,
        )
    ]


def _solve(
    tables: Tables,
    state: _State,
    hessian: Array,
    gradient: Array,
    number: int,
    settings: FitSettings,
) -> Array:
    """The step (K + E + 6,) with priors and bounds."""
    count = len(state.shape)
    if number < POSE_ROUNDS:
        step = np.zeros(len(gradient))
        step[count:] = np.linalg.solve(hessian[count:, count:], -gradient[count:])
        return step
    prior = tables.expression
    expressions = len(prior.pull)
    identities = count - expressions
    diagonal = np.arange(identities)
    hessian[diagonal, diagonal] += settings.identity_weight
    gradient[:identities] += settings.identity_weight * state.shape[:identities]
    chosen = slice(identities, count)
    now = state.shape[chosen]
    hessian[chosen, chosen] += settings.expression_weight * prior.precision
    gradient[chosen] += settings.expression_weight * (prior.precision @ now + prior.pull)
    lower, upper = np.full(len(gradient), -np.inf), np.full(len(gradient), np.inf)
    lower[chosen], upper[chosen] = -now, 1 - now
    return solve_bounded(hessian, gradient, lower, upper)


def _move(state: _State, step: Array) -> float:
    """Apply a step; the largest change of the shape."""
    count = len(state.shape)
    state.shape = state.shape + step[:count]
    translation = state.camera.translation_mm + step[count + 3 :]
    translation[2] = max(translation[2], 120.0)  # nobody is photographed from inside
    state.camera = state.camera.replace(
        camera_from_head=rotation_from_vector(step[count : count + 3])
        @ state.camera.camera_from_head,
        translation_mm=translation,
    )
    return float(np.abs(step[:count]).max())


def _iris_trust(points: Array, roles: PointRoles) -> Array:
    """(2,) left then right, 0..1: an iris between half-closed lids says little about gaze."""
    upper, lower, outer, inner = points[roles.eye_opening.T]
    opening = np.linalg.norm(upper - lower, axis=1) / np.linalg.norm(outer - inner, axis=1)
    # A relaxed eye opens a third of its width; below a tenth nothing of the iris is seen.
    return np.asarray(np.clip((opening - 0.10) / 0.15, 0.01, 1.0))


def _gaze(tables: Tables, state: _State, iris_px: Array | None, trust: Array) -> Array:
    """(52,) eyeLook* weights of the present state; zeros where nothing tells."""
    if iris_px is None or not (tables.eyeballs and tables.pupils and tables.eye_centers):
        return np.zeros_like(state.look)
    return gaze_weights(
        tables.eyeballs,
        tables.pupils.at(state.shape),
        tables.eye_centers.at(state.shape),
        state.camera,
        iris_px[:, :2],
        trust,
        eye_px=_eye_px(tables, state.camera),
        count=len(state.look),
    )


def _result(
    photo: Photo,
    face: Face,
    model: HeadModel,
    tables: Tables,
    state: _State,
    skin: Array,
    trust: Array,
    settings: FitSettings,
) -> Fit:
    """Pack up."""
    camera = state.camera
    yaw, pitch, roll = angles_from_rotation(FLIP @ camera.camera_from_head)
    most_deg = settings.most_yaw_deg if face.landmarks_sigma_px is None else settings.behind_deg
    if abs(yaw) > most_deg:
        raise FaceTurnedAway(
            f"the face is turned {abs(yaw):.0f} degrees away",
            hint="use a photo that shows both eyes",
            source=photo.source,
            yaw_deg=yaw,
        )
    if not np.isfinite(state.shape).all():
        raise FitError(
            "the fit did not settle", hint="use a photo where the whole face is seen well"
        )
    eye_px = _eye_px(tables, camera)
    points_mm = tables.points.at(state.shape, state.look)
    target = skin - bias_px(tables.landmarks, camera, eye_px)[: len(tables.points.mean_mm)]
    weights, _ = _point_weights(tables, state, points_mm, face.landmarks_sigma_px, eye_px, settings)
    residual = np.linalg.norm(camera.project(points_mm) - target, axis=1)
    residual[weights == 0] = np.nan
    scale, scale_sd = 1.0, 0.035
    # The face network's radii are not calibrated: they say nothing about size.
    if face.iris_px is not None and tables.pupils and face.landmarks_sigma_px is None:
        depths = camera.to_camera(tables.pupils.at(state.shape))[:, 2]
        scale, scale_sd = scale_from_iris(face.iris_px[:, 2], depths, trust, camera.focal_px)
    identities = len(state.shape) - len(tables.expression.pull)
    expression = tables.expression.to_weights(state.shape[identities:])
    return Fit(
        identity=state.shape[:identities],
        expression=np.clip(expression + state.look, 0.0, 1.0),
        scale=scale,
        scale_sd=scale_sd,
        camera=camera.replace(translation_mm=camera.translation_mm * scale),
        landmarks_px=target,
        residual_px=residual,
        scheme=face.scheme,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
    )
