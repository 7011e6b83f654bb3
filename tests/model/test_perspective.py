"""How near the camera was can be read off exact points, whichever way the face is turned."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.model.perspective import REST, SLOPE, lay_mean, perspective_of
from tests.fit.people import camera_at

MEAN = load_face_points().of(load_head_model().mean_mm).astype(np.float64)


@pytest.mark.parametrize("yaw_deg", [0, 35, -80])
@pytest.mark.parametrize("distance_mm", [400.0, 1200.0])
def test_exact_points_tell_the_distance(distance_mm: float, yaw_deg: float) -> None:
    """Of the mean head itself to a fifth, for what is read off is linear."""
    camera = camera_at(yaw_deg, 5, 10, distance_mm=distance_mm)
    found = lay_mean(MEAN, camera.to_picture(MEAN))
    away_mm = camera.to_camera(MEAN)[:, 2].mean()
    assert found.near_per_mm == pytest.approx(1 / away_mm, rel=0.2)
    assert found.scale == pytest.approx(camera.focal_px / away_mm, rel=0.1)


def test_a_nearer_camera_is_told_as_nearer() -> None:
    near, far = (
        perspective_of(camera_at(20, 0, 0, distance_mm=away).to_picture(MEAN))
        for away in (350.0, 2000.0)
    )
    assert near.per_mm > far.per_mm
    assert near.px_per_mm > far.px_per_mm
    # Networks tell less perspective than there is, which is made good here.
    assert near.per_mm == pytest.approx((1 / 350 - REST) / SLOPE, rel=0.25)
