"""The report: what was found in a photo, as plain data for JSON. Schema: docs/conventions.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import faceborn
from faceborn.types import Array, Face, Fit, Photo, Shape

# In this order; docs/conventions.md says what each is.
REPORT_KEYS = ("faceborn", "photo", "faces", "seconds")
FACE_KEYS = (
    *("box_px", "score", "yaw_deg", "pitch_deg", "roll_deg", "landmarks_px", "expression"),
    *("focal_px", "reprojection_px", "seen_fraction", "scale_sd", "camera", "output"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """One face of the photo and as much as is known of it."""

    face: Face
    fit: Fit | None = None  # None: the face could not be fitted
    shape: Shape | None = None  # comes with the fit
    seen_fraction: float | None = None  # None: no head was made of it
    output: tuple[str, ...] = ()


def write_report(
    photo: Photo, findings: Sequence[Finding], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """The report of one photo."""
    width, height = photo.size_px
    return {
        "faceborn": faceborn.__version__,
        "photo": {"path": photo.source, "width": width, "height": height},
        "faces": [_describe(finding) for finding in findings],
        "seconds": {stage: round(float(value), 4) for stage, value in seconds.items()},
    }


def _describe(finding: Finding) -> dict[str, Any]:
    face, fit, shape = finding.face, finding.fit, finding.shape
    x0, y0, x1, y1 = (float(value) for value in face.box_px)
    pose = fit if fit is not None else face
    entry: dict[str, Any] = dict.fromkeys(FACE_KEYS)
    entry |= {
        "box_px": [round(value, 2) for value in (x0, y0, x1 - x0, y1 - y0)],
        "score": round(float(face.score), 4),
        "yaw_deg": round(float(pose.yaw_deg), 2),
        "pitch_deg": round(float(pose.pitch_deg), 2),
        "roll_deg": round(float(pose.roll_deg), 2),
        "output": list(finding.output),
    }
    if fit is not None and shape is not None:
        names = shape.model.expression_names
        entry["landmarks_px"] = np.round(landmarks_68_px(fit, shape), 2).tolist()
        entry["expression"] = {
            name: round(float(weight), 4)
            for name, weight in zip(names, fit.expression, strict=True)
        }
        entry["focal_px"] = round(float(fit.camera.focal_px), 2)
        entry["reprojection_px"] = round(float(np.nanmean(fit.residual_px)), 3)
        entry["scale_sd"] = round(float(fit.scale_sd), 4)
        entry["camera"] = fit.camera.to_plain()
    if finding.seen_fraction is not None:
        entry["seen_fraction"] = round(float(finding.seen_fraction), 4)
    return entry


def landmarks_68_px(fit: Fit, shape: Shape) -> Array:
    """(68, 3) iBUG's points of a fitted head: x, y in pixels, z towards the viewer, same scale.

    shape  the head at rest, made with fit.identity and fit.scale

    Points of the hidden side are given where the head has them.
    """
    posed_mm = shape.with_expression(fit.expression)
    return fit.camera.to_picture(shape.model.landmarks["ibug_68"].of(posed_mm))
