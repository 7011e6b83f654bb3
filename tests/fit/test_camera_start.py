"""The first camera is near enough for the rounds that follow."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.errors import FitError
from faceborn.fit.camera_start import expected_focal, start_camera
from faceborn.fit.points import MESH
from faceborn.fit.settings import FitSettings
from faceborn.geometry.rotations import FLIP, angles_from_rotation
from faceborn.model import load_head_model
from faceborn.types import Perspective
from tests.fit.people import FOCAL_PX, SCHEME, SIZE_PX, camera_at


@pytest.mark.parametrize("distance_mm", [350.0, 1500.0])
@pytest.mark.parametrize("pose", [(0, 0, 0), (40, 10, -20), (-30, -15, 60)])
def test_exact_points_give_the_camera_back(
    pose: tuple[float, float, float], distance_mm: float
) -> None:
    """Angles to a degree, distance to two percent, also close up where perspective is strong."""
    camera = camera_at(*pose, distance_mm=distance_mm)
    model = load_head_model()
    points = model.landmarks[SCHEME].of(model.mean_mm)[MESH.steady]
    found = start_camera(points, camera.project(points), SIZE_PX, FOCAL_PX)
    angles = angles_from_rotation(FLIP @ found.camera_from_head)
    assert np.allclose(angles, pose, atol=1.0)
    assert np.allclose(found.translation_mm, camera.translation_mm, atol=0.02 * distance_mm)


def test_points_on_a_line_are_no_face() -> None:
    """An error of our own, not of NumPy's."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((15, 3)) * 50
    line = np.column_stack([np.linspace(0, 500, 15), np.full(15, 200.0)])
    with pytest.raises(FitError):
        start_camera(points, line, SIZE_PX, FOCAL_PX)


def test_the_focal_length_lies_between_the_prior_and_the_perspective() -> None:
    """A sure perspective decides, a vague one leaves the prior, none too."""
    settings = FitSettings()
    prior_px = settings.focal_over_long_side * 1000

    def told(sd: float, per_mm: float = 1 / 400) -> float:
        seen = Perspective(per_mm=per_mm, sd_per_mm=sd, px_per_mm=2.0)
        return expected_focal(1000, seen, settings)

    assert expected_focal(1000, None, settings) == prior_px
    assert told(1e-5) == pytest.approx(2.0 * 400, rel=0.03)
    assert told(1.0) == pytest.approx(prior_px, rel=0.03)
    assert told(1e-5) < told(7e-4) < prior_px
    assert told(7e-4, per_mm=-1e-4) > prior_px  # from further away than can be told
