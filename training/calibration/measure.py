"""All measures of one model and one choice of settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from calibration.agreement import distance_mm, rank_one, within_between
from calibration.hand_points import errors_percent, read_template
from calibration.outline import head_profile_mm, photo_outline_px, profile_distance_mm
from faceborn.errors import FacebornError
from faceborn.fit import FitSettings, fit_face, landmarks_68_px
from faceborn.fit.points import LIPS
from faceborn.fit.tables import tables_of
from faceborn.model import make_shape
from faceborn.types import Array, Fit, HeadModel
from landmarks.detect import Detected, detect

SCHEME = "mediapipe_478"
NEUTRAL, SMILING = ("02", "03", "04"), ("07", "08", "09")
ZOOM = ("zoom/15cm", "zoom/30cm", "zoom/45cm", "zoom/60cm")
FACE_FROM_MM = 45.0  # skin in front of this is "the face" of the distances
PROFILE_HEIGHT_MM = 190.0  # of the detector's box, only to start the profile's alignment
NASION, NOSE_TIP, CHIN = 27, 30, 8  # iBUG


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Detections and profile outlines of a group of London people, and the zoom pictures."""

    data: Path
    people: list[str]
    detected: Detected
    outlines: dict[str, Array]  # person -> (N, 2)


def gather(data: Path, people: Sequence[str], cache: Path) -> Material:
    """Detect or read from the cache."""
    views = ("01", *NEUTRAL, *SMILING)
    names = [f"london/{person}_{view}" for person in people for view in views]
    outlines = {}
    for person in people:
        stored = cache / f"outline-{person}.npy"
        if not stored.exists():
            np.save(stored, photo_outline_px(data / "london" / f"{person}_01.jpg"))
        outlines[person] = np.load(stored)
    return Material(
        data=data,
        people=list(people),
        detected=detect(data, [*names, *ZOOM], cache),
        outlines=outlines,
    )


def face_vertices(model: HeadModel) -> Array:
    """About a thousand vertices over the front of the face."""
    skin = np.unique(model.weld[model.triangles[model.triangle_part == 0]])
    front = skin[model.mean_mm[skin, 2] > FACE_FROM_MM]
    return np.asarray(front[:: max(1, len(front) // 1000)])


def fit_all(model: HeadModel, material: Material, settings: FitSettings) -> dict[str, Fit]:
    """Every photo but the profiles."""
    fits = {}
    for name, photo in material.detected.photos.items():
        if name.endswith("_01"):
            continue
        try:
            fits[name] = fit_face(photo, material.detected.faces[name], model, settings=settings)
        except FacebornError:
            continue
    return fits


def measure(model: HeadModel, material: Material, settings: FitSettings) -> dict[str, float]:
    """Name of the measure -> value; lower is better but for `ratio` and the rank-1."""
    fits = fit_all(model, material, settings)
    vertices = face_vertices(model)

    def shape(fit: Fit) -> Array:
        moved = np.tensordot(fit.identity, model.identity_mm[:, vertices], 1)
        return np.asarray(model.mean_mm[vertices] + moved)

    shapes = {tuple(name[-6:].split("_")): shape(fit) for name, fit in fits.items() if "/" in name}
    london = {key: value for key, value in shapes.items() if key[0] in material.people}
    neutral = {key: value for key, value in london.items() if key[1] in NEUTRAL}
    within, between = within_between(neutral)
    zoom = [shape(fits[name]) for name in ZOOM if name in fits]
    result = {
        "residual front %": residual_percent(model, fits, "_03"),
        "residual 3/4 %": residual_percent(model, fits, "_02"),
        "|identity|": float(np.mean([np.linalg.norm(f.identity) for f in fits.values()])),
        "|mean identity|": mean_identity(fits, "_03"),
        "within mm": within,
        "between mm": between,
        "ratio": between / within,
        "rank-1 front to 3/4": (rank_one(london, "03", "02") + rank_one(london, "03", "04")) / 2,
        "front to smile mm": float(
            np.mean(
                [
                    distance_mm(london[p, "03"], london[p, "08"])
                    for p in material.people
                    if (p, "03") in london and (p, "08") in london
                ]
            )
        ),
        "profile mm": float(np.mean(profile_errors(model, fits, material))),
        "zoom mm": float(np.mean([distance_mm(a, b) for a, b in combinations(zoom, 2)])),
        "lip gap error %": lip_gap_error(model, fits, material, SMILING[1]),
        "neutral expression": neutral_expression(model, fits),
    }
    return result | hand_point_errors(model, fits, material)


def residual_percent(model: HeadModel, fits: dict[str, Fit], view: str) -> float:
    """Mean distance of fitted and measured points, percent of the eye distance."""
    eye_mm = tables_of(model, SCHEME).eye_distance_mm
    values = [
        np.nanmean(fit.residual_px)
        / (fit.camera.focal_px / fit.camera.translation_mm[2] * fit.scale * eye_mm)
        for name, fit in fits.items()
        if name.endswith(view)
    ]
    return 100 * float(np.mean(values))


def mean_identity(fits: dict[str, Fit], view: str) -> float:
    """Length of the mean identity: not far from 0 if the points lie where they should."""
    return float(
        np.linalg.norm(np.mean([f.identity for n, f in fits.items() if n.endswith(view)], 0))
    )


def neutral_expression(model: HeadModel, fits: dict[str, Fit]) -> float:
    """Mean of all weights but gaze over neutral fronts: what the fit reads into still faces."""
    used = [k for k, name in enumerate(model.expression_names) if not name.startswith("eyeLook")]
    return float(np.mean([f.expression[used] for n, f in fits.items() if n.endswith("_03")]))


def lip_gap_error(
    model: HeadModel, fits: dict[str, Fit], material: Material, smiling: str
) -> float:
    """Mean difference of fitted and measured gap in the middle of the lips, percent of the eyes."""
    tables = tables_of(model, SCHEME)
    upper, lower = LIPS[4]
    errors = []
    for name, fit in fits.items():
        if not name.endswith(("_03", f"_{smiling}")):
            continue
        face = make_shape(model, fit.identity, scale=fit.scale).with_expression(fit.expression)
        fitted = fit.camera.project(tables.landmarks.of(face))
        seen = material.detected.faces[name].landmarks_px
        eye = np.linalg.norm(seen[33] - seen[263])
        errors.append(
            abs(
                np.linalg.norm(fitted[upper] - fitted[lower])
                - np.linalg.norm(seen[upper] - seen[lower])
            )
            / eye
        )
    return 100 * float(np.mean(errors))


def profile_errors(
    model: HeadModel, fits: dict[str, Fit], material: Material, *, shift: int = 0
) -> list[float]:
    """Distance of each person's profile photo to the head of their front photo, mm.

    shift  take the head of the person so many places further on: what a stranger's head would do
    """
    skin = np.unique(model.weld[model.triangles[model.triangle_part == 0]])
    skin = skin[(np.abs(model.mean_mm[skin, 0]) < 8) & (model.mean_mm[skin, 2] > 60)]
    corners = model.landmarks["ibug_68"].vertices
    errors = []
    people = material.people
    for index, person in enumerate(people):
        donor = people[(index + shift) % len(people)]
        fit = fits.get(f"london/{donor}_03")
        face = material.detected.faces.get(f"london/{person}_01")
        if fit is None or face is None or len(material.outlines[person]) < 100:
            continue
        named = model.mean_mm[corners[:, 0]] + np.tensordot(
            fit.identity, model.identity_mm[:, corners[:, 0]], 1
        )
        moved = np.tensordot(fit.identity, model.identity_mm[:, skin], 1)
        profile = head_profile_mm(model.mean_mm[skin] + moved, named[NASION], named[CHIN])
        edge = material.outlines[person]
        left, top, right, bottom = face.box_px
        face_rows = edge[(edge[:, 1] > top) & (edge[:, 1] < bottom) & (edge[:, 0] < right)]
        nose = face_rows[face_rows[:, 0].argmin()]
        scale = (bottom - top) / PROFILE_HEIGHT_MM
        tip = np.array([-named[NOSE_TIP, 2], -named[NOSE_TIP, 1]])
        start = (np.array([tip, tip + (0, 100)]), np.array([nose, nose + (0, 100 * scale)]))
        near = edge[(edge[:, 0] < right) & (edge[:, 1] < bottom + 0.3 * (bottom - top))]
        errors.append(profile_distance_mm(profile, near, start))
    return errors


def hand_point_errors(
    model: HeadModel, fits: dict[str, Fit], material: Material
) -> dict[str, float]:
    """Mean error of each named point over neutral fronts, and their mean."""
    if "ibug_68" not in model.landmarks:
        return {}
    rows = []
    for name, fit in fits.items():
        path = material.data / f"{name}.tem"
        if name.startswith("london/") and path.exists():
            shape = make_shape(model, fit.identity, scale=fit.scale)
            rows.append(errors_percent(landmarks_68_px(fit, shape, model), read_template(path)))
    means = {f"hand {key} %": float(np.mean([row[key] for row in rows])) for key in rows[0]}
    return means | {"hand mean %": float(np.mean(list(means.values())))}
