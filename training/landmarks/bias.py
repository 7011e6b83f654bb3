"""What the network adds to each point on average at each yaw, and how much it scatters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.errors import FacebornError
from faceborn.fit import FitSettings, fit_face
from faceborn.fit.points import FACING_PAIRS, SKIN_COUNT
from faceborn.fit.tables import tables_of
from faceborn.fit.weights import bias_px
from faceborn.types import Array, Fit, HeadModel, Landmarks
from landmarks.canonical import Canonical
from landmarks.detect import Detected
from landmarks.refine import SCHEME, near_features, neighbour_mean
from landmarks.start import IRIS_COUNT

SIDES = {"02": -1, "03": 0, "04": 1, "07": -1, "08": 0, "09": 1}
FROZEN = 1e6  # identity weight that lets nothing move
FLOOR_PERCENT, CEILING_PERCENT = 0.5, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasSettings:
    """How the table is made."""

    rounds: int = 2
    smoothing: float = 0.3


def learn_bias(
    model: HeadModel, canonical: Canonical, detected: Detected, settings: BiasSettings
) -> Landmarks:
    """Landmarks of `model` with sigma and a bias table at three yaws.

    detected  the views 02 03 04 07 08 09 of a number of people, "london/NNN_VV"

    Each person's views are fitted, their identities averaged, and the points predicted from that
    one head; what the points of all people have against the prediction in common is the bias.
    From the front, eyes, nose and mouth get none: hand-placed points of the same people say that
    the network is right there (to 2 % of the eye distance), so what the heads have against it is
    how these people's mean face differs from the model's, and the identity has to follow it.
    Gaps between facing lips and lids get none (FIT_TRIAL, pitfall A: the fit's own open mouths).
    """
    landmarks = model.landmarks[SCHEME]
    neighbours = neighbour_mean(canonical)
    features = near_features(canonical.points_mm)
    for number in range(settings.rounds):
        model = model.replace(landmarks={**model.landmarks, SCHEME: landmarks})
        heads = consensus(model, detected)
        residuals, yaws = residuals_percent(model, detected, heads)
        front = _both_sides(residuals[0], residuals[0], canonical.mirror)
        right = _both_sides(residuals[-1], residuals[1], canonical.mirror)
        tables, spread = zip(*(_mean_and_spread(r) for r in (right, front)), strict=True)
        turned, straight = (_tidy(t, neighbours, settings.smoothing) for t in tables)
        straight[features] = 0.0
        yaw = float(np.mean(np.abs(yaws[1] + [-y for y in yaws[-1]])))
        sigma = np.sqrt((spread[0] ** 2 + spread[1] ** 2) / 2)
        irises = np.zeros((3, IRIS_COUNT, 2))
        table = np.stack([turned, straight, turned[canonical.mirror] * (-1, 1)])
        print(
            f"bias round {number}: rms {np.sqrt((table**2).sum(2).mean(1)).round(2)} % at yaw "
            f"-{yaw:.0f} 0 {yaw:.0f}, scatter {np.sqrt((spread[1] ** 2).mean()):.2f} front, "
            f"{np.sqrt((spread[0] ** 2).mean()):.2f} turned"
        )
        landmarks = landmarks.replace(
            sigma_percent=np.concatenate(
                [np.clip(sigma, FLOOR_PERCENT, CEILING_PERCENT), np.full(IRIS_COUNT, 1.0)]
            ),
            bias_yaw_deg=np.array([-yaw, 0.0, yaw]),
            bias_percent=np.concatenate([table, irises], 1),
        )
    return landmarks


def consensus(model: HeadModel, detected: Detected) -> dict[str, Array]:
    """Person -> mean identity of the views."""
    found: dict[str, list[Array]] = {}
    for name, photo in detected.photos.items():
        fit = _fit(photo, detected.faces[name], model, FitSettings())
        if fit is not None:
            found.setdefault(name.split("/")[1][:3], []).append(fit.identity)
    return {person: np.mean(views, 0) for person, views in found.items()}


def _fit(photo: object, face: object, model: HeadModel, settings: FitSettings) -> Fit | None:
    try:
        return fit_face(photo, face, model, settings=settings)  # type: ignore[arg-type]
    except FacebornError:
        return None


def residuals_percent(
    model: HeadModel, detected: Detected, heads: dict[str, Array]
) -> tuple[dict[int, Array], dict[int, list[float]]]:
    """Side (-1, 0, 1) -> (photos, 468, 2) measured minus predicted, upright; and the yaws."""
    residuals: dict[int, list[Array]] = {-1: [], 0: [], 1: []}
    yaws: dict[int, list[float]] = {-1: [], 0: [], 1: []}
    for person, identity in heads.items():
        mean = model.mean_mm + np.tensordot(identity.astype(np.float32), model.identity_mm, 1)
        own = model.replace(mean_mm=mean)
        tables = tables_of(own, SCHEME)
        for view, side in SIDES.items():
            name = f"london/{person}_{view}"
            if name not in detected.faces:
                continue
            strict = view in ("02", "03", "04")
            settings = FitSettings(
                identity_weight=FROZEN,
                expression_weight=50 if strict else 10,
                most_residual_percent=np.inf,
            )
            fit = _fit(detected.photos[name], detected.faces[name], own, settings)
            if fit is None:
                continue
            camera = fit.camera.replace(translation_mm=fit.camera.translation_mm / fit.scale)
            eye_px = camera.focal_px / camera.translation_mm[2] * tables.eye_distance_mm
            posed = mean + np.tensordot(fit.expression.astype(np.float32), model.blendshapes_mm, 1)
            predicted = camera.project(tables.landmarks.of(posed))[:SKIN_COUNT]
            seen = fit.landmarks_px + bias_px(tables.landmarks, camera, eye_px)[:SKIN_COUNT]
            roll = np.deg2rad(fit.roll_deg)
            c, s = np.cos(roll), np.sin(roll)
            residuals[side].append((seen - predicted) @ np.array([[c, s], [-s, c]]) / eye_px * 100)
            yaws[side].append(fit.yaw_deg)
    return {side: np.array(rows) for side, rows in residuals.items()}, yaws


def _both_sides(one: Array, other: Array, mirror: Array) -> Array:
    """Residuals of one side and the mirrored ones of the other."""
    return np.concatenate([one, other[:, mirror] * (-1, 1)])


def _mean_and_spread(residuals: Array) -> tuple[Array, Array]:
    """(468, 2) median and (468,) standard deviation per axis, robust."""
    middle = np.median(residuals, 0)
    deviation = np.median(np.abs(residuals - middle), 0) * 1.4826
    return middle, np.sqrt((deviation**2).mean(1))


def _tidy(table: Array, neighbours: Array, smoothing: float) -> Array:
    """Smooth a little; pairs of facing points share their bias."""
    table = (1 - smoothing) * table + smoothing * (neighbours @ table)
    for upper, lower in FACING_PAIRS:
        table[[upper, lower]] = table[[upper, lower]].mean(0)
    return np.asarray(table)
