"""The rough pose is exact for an average head seen from far away."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.faces.pose import FIVE_POINTS_MM, pose_from_five
from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.types import Array

POSES = [(0, 0, 0), (30, 0, 0), (-30, 10, 5), (0, 25, -40), (85, -5, 3), (20, -20, 170)]


def seen(points_mm: Array, pose: tuple[float, float, float]) -> Array:
    """Pixels of a camera very far away."""
    return np.asarray((points_mm @ (FLIP @ rotation_from_angles(*pose)).T)[:, :2] * 2.5 + 300)


@pytest.mark.parametrize("pose", POSES)
def test_five_points(pose: tuple[float, float, float]) -> None:
    assert pose_from_five(seen(FIVE_POINTS_MM, pose)) == pytest.approx(pose, abs=0.1)
