"""Bounded least squares: no allowed step is better."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.fit.solve import _coordinate_descent, solve_bounded


@pytest.mark.parametrize("seed", range(6))
def test_no_allowed_step_lowers_the_cost(seed: int) -> None:
    """The answer obeys its bounds, and random feasible points are all worse."""
    rng = np.random.default_rng(seed)
    count = 30
    rows = rng.standard_normal((40, count))
    hessian = rows.T @ rows + 0.1 * np.eye(count)
    gradient = rng.standard_normal(count) * 10
    lower, upper = np.full(count, -np.inf), np.full(count, np.inf)
    lower[10:], upper[10:] = -rng.random(20) * 0.3, rng.random(20) * 0.3
    x = solve_bounded(hessian, gradient, lower, upper)
    assert (x >= lower - 1e-12).all()
    assert (x <= upper + 1e-12).all()

    def cost(at: np.ndarray) -> float:
        return float(at @ hessian @ at / 2 + gradient @ at)

    for size in (1e-4, 1e-2, 1.0):
        for _ in range(50):
            other = np.clip(x + rng.standard_normal(count) * size, lower, upper)
            assert cost(other) >= cost(x) - 1e-9


def test_the_slow_way_agrees() -> None:
    """Coordinate descent ends where the active set does."""
    rng = np.random.default_rng(9)
    rows = rng.standard_normal((60, 20))
    hessian, gradient = rows.T @ rows, rng.standard_normal(20) * 20
    lower, upper = np.full(20, -0.2), np.full(20, 0.1)
    fast = solve_bounded(hessian, gradient, lower, upper)
    slow = _coordinate_descent(hessian, gradient, np.zeros(20), lower, upper)
    assert np.allclose(fast, slow, atol=1e-4)


def test_without_bounds_it_is_a_plain_solve() -> None:
    """H x = -g."""
    hessian = np.array([[4.0, 1.0], [1.0, 3.0]])
    free = np.full(2, np.inf)
    x = solve_bounded(hessian, np.array([1.0, -2.0]), -free, free)
    assert np.allclose(hessian @ x, [-1.0, 2.0])
