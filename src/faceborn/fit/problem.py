"""What one fit is given, and what its rounds improve."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from faceborn.fit.settings import FitSettings
from faceborn.fit.solid import Sheets
from faceborn.fit.tables import Tables
from faceborn.geometry.rotations import FLIP, angles_from_rotation
from faceborn.types import Array, Camera, Hints, Perspective, Photo, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem(Record):
    """One face to be fitted."""

    photo: Photo
    tables: Tables  # of the head model and the scheme of the points
    settings: FitSettings
    points_px: Array  # (L, 2) of the skin, as measured
    sigma_px: Array | None  # (L,) their noise where the network tells it
    iris_px: Array | None  # (2, 3) left then right: x, y, radius
    iris_trust: Array  # (2,) left then right, 0..1
    sheets: Sheets | None = None  # the surface of the volumetric network's solid
    perspective: Perspective | None = None  # how near the camera was
    hints: Hints = field(default_factory=Hints)

    @property
    def prior_middle(self) -> Array:
        """(I,) of the identity's unknowns: the mean head, or what is expected."""
        middle = np.zeros(self.tables.packing.identities)
        expected = self.hints.identity
        if expected is not None:
            middle[: len(expected)] = expected
        return middle


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimate(Record):
    """The head so far."""

    camera: Camera
    shape: Array  # (K + E,) in the order of Tables.packing
    look: Array  # (52,) eyeLook* weights

    @property
    def angles_deg(self) -> tuple[float, float, float]:
        """(yaw, pitch, roll) of the head."""
        return angles_from_rotation(FLIP @ self.camera.camera_from_head)

    def eye_px(self, tables: Tables) -> float:
        """Outer-eye-corner distance of the mean head at this depth, as if seen from the front."""
        camera = self.camera
        return float(camera.focal_px / camera.translation_mm[2] * tables.eye_distance_mm)
