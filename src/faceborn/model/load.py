"""Read assets/head.npz into a HeadModel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from faceborn.assets import asset_path
from faceborn.model.face_points import SCHEME, load_face_points
from faceborn.types import Array, Closing, HeadModel, Landmarks


@cache
def load_head_model(path: Path | None = None) -> HeadModel:
    """The head model that ships with the package, or the one in `path`.

    The file keeps the surface's points once (`point_of` tells each vertex which is its own) and
    the modes as int16 times a scale per mode.
    """
    with np.load(path or asset_path("head.npz")) as stored:
        point_of = stored["point_of"]
        weld = np.full(len(stored["mean_mm"]), -1, np.int32)
        first = np.unique(point_of, return_index=True)
        weld[first[0]] = first[1]

        def modes(name: str) -> Array:
            scale = stored[f"{name}_scale"].astype(np.float32)[:, None, None]
            return stored[name][:, point_of].astype(np.float32) * scale

        return HeadModel(
            mean_mm=stored["mean_mm"][point_of],
            identity_mm=modes("identity"),
            expression_names=tuple(str(name) for name in stored["expression_names"]),
            blendshapes_mm=modes("blendshapes"),
            triangles=stored["triangles"],
            triangle_part=stored["triangle_part"],
            quads=stored["quads"],
            quad_part=stored["quad_part"],
            part_names=tuple(str(name) for name in stored["part_names"]),
            uv=stored["uv"],
            weld=weld[point_of],
            mirror=stored["mirror"],
            joint_names=tuple(str(name) for name in stored["joint_names"]),
            joint_parents=stored["joint_parents"],
            joints_mm=stored["joints_mm"],
            joints_identity_mm=stored["joints_identity_mm"],
            skin_weights=stored["skin_weights"][point_of],
            eye_look_deg={
                str(name): (float(yaw), float(pitch))
                for name, (yaw, pitch) in zip(
                    stored["eye_look_names"], stored["eye_look_deg"], strict=True
                )
            },
            closings={
                name: Closing(
                    upper=stored[f"closing.{name}.upper"],
                    lower=stored[f"closing.{name}.lower"],
                    moved=stored[f"closing.{name}.moved"],
                    weight=stored[f"closing.{name}.weight"],
                )
                for name in stored["closings"].tolist()
            },
            landmarks={
                scheme: Landmarks(
                    vertices=stored[f"landmarks.{scheme}.vertices"],
                    barycentrics=stored[f"landmarks.{scheme}.barycentrics"],
                    sigma_percent=stored[f"landmarks.{scheme}.sigma_percent"],
                    bias_yaw_deg=stored[f"landmarks.{scheme}.bias_yaw_deg"],
                    bias_percent=stored[f"landmarks.{scheme}.bias_percent"],
                )
                for scheme in stored["schemes"].tolist()
            }
            | {SCHEME: _network_landmarks()},
            masks={
                name: stored[f"mask.{name}"][point_of].astype(np.float32)
                for name in stored["masks"].tolist()
            },
            contour_vertices=stored["contour_vertices"],
        )


def _network_landmarks() -> Landmarks:
    """The face network's points; it tells its noise with every face, and has no known bias."""
    points = load_face_points()
    return Landmarks(
        vertices=points.vertices,
        barycentrics=points.barycentrics,
        sigma_percent=np.full(len(points.vertices), np.nan),
        bias_yaw_deg=np.zeros(0),
        bias_percent=np.zeros((0, len(points.vertices), 2)),
    )
