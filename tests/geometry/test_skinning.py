"""Turning joints carries the vertices along."""

from __future__ import annotations

import numpy as np

from faceborn.geometry.rotations import rotation_from_vector
from faceborn.geometry.skinning import skin
from faceborn.types import Array

JOINTS_MM = np.array([[0.0, -100.0, 0.0], [0.0, -40.0, 5.0], [20.0, 10.0, 30.0]])
PARENTS = np.array([-1, 0, 1])
VERTICES_MM = np.random.default_rng(0).normal(0, 50, (40, 3))


def weights(joint: int) -> Array:
    return np.eye(3)[np.full(len(VERTICES_MM), joint)]


def turned(joint: int, vector_rad: list[float]) -> Array:
    rotations = np.tile(np.eye(3), (3, 1, 1))
    rotations[joint] = rotation_from_vector(np.array(vector_rad))
    return rotations


def test_rest() -> None:
    still = np.tile(np.eye(3), (3, 1, 1))
    mixed = np.full((len(VERTICES_MM), 3), 1 / 3)
    np.testing.assert_allclose(
        skin(VERTICES_MM, mixed, JOINTS_MM, PARENTS, still), VERTICES_MM, atol=1e-4
    )


def test_one_joint_turns_about_its_own_point() -> None:
    rotations = turned(1, [0.1, -0.7, 0.3])
    wanted = (VERTICES_MM - JOINTS_MM[1]) @ rotations[1].T + JOINTS_MM[1]
    got = skin(VERTICES_MM, weights(1), JOINTS_MM, PARENTS, rotations)
    np.testing.assert_allclose(got, wanted, atol=1e-4)


def test_a_parent_carries_its_children_and_not_the_reverse() -> None:
    rotations = turned(1, [0.0, 0.5, 0.0])
    moved = [skin(VERTICES_MM, weights(j), JOINTS_MM, PARENTS, rotations) for j in range(3)]
    np.testing.assert_allclose(moved[2], moved[1], atol=1e-4)
    np.testing.assert_allclose(moved[0], VERTICES_MM, atol=1e-4)


def test_turns_add_up_along_the_chain() -> None:
    """Turning all about one point is one turn by the product."""
    same = np.tile(JOINTS_MM[1], (3, 1))
    rotations = np.stack([rotation_from_vector(v) for v in np.diag([0.3, -0.4, 0.5])])
    whole = rotations[0] @ rotations[1] @ rotations[2]
    wanted = (VERTICES_MM - same[0]) @ whole.T + same[0]
    got = skin(VERTICES_MM, weights(2), same, PARENTS, rotations)
    np.testing.assert_allclose(got, wanted, atol=1e-4)
