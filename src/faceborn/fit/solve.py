"""Least squares where some unknowns keep within bounds."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array


def solve_bounded(hessian: Array, gradient: Array, lower: Array, upper: Array) -> Array:
    """The x that minimises x' H x / 2 + g' x with lower <= x <= upper.

    hessian   (N, N) symmetric, positive definite
    gradient  (N,)
    lower, upper  (N,) may be infinite

    Returns (N,). Unknowns without bounds are eliminated first (Schur complement), the others are
    found by guessing which bounds hold and correcting the guess until it is consistent.
    Source: Hintermueller, Ito & Kunisch 2002, the primal-dual active set method. Its guess may
    circle; then plain coordinate descent finishes, slower but sure.
    """
    bound = np.isfinite(lower) | np.isfinite(upper)
    free = ~bound
    if not bound.any():
        return np.asarray(np.linalg.solve(hessian, -gradient))
    coupling = hessian[np.ix_(free, bound)]
    eliminated = np.linalg.solve(
        hessian[np.ix_(free, free)], np.concatenate([coupling, gradient[free, None]], 1)
    )
    reduced = hessian[np.ix_(bound, bound)] - coupling.T @ eliminated[:, :-1]
    slope = gradient[bound] - coupling.T @ eliminated[:, -1]
    x = np.empty(len(gradient))
    x[bound] = _active_set(reduced, slope, lower[bound], upper[bound])
    x[free] = -eliminated[:, -1] - eliminated[:, :-1] @ x[bound]
    return x


def _active_set(hessian: Array, gradient: Array, lower: Array, upper: Array) -> Array:
    """`solve_bounded` when every unknown has bounds."""
    x = np.clip(np.zeros(len(gradient)), lower, upper)
    at_lower = np.zeros(len(x), bool)
    at_upper = np.zeros(len(x), bool)
    stiffness = np.diag(hessian)
    for _ in range(25):
        inside = ~(at_lower | at_upper)
        x = np.where(at_lower, lower, np.where(at_upper, upper, 0.0))
        if inside.any():
            known = hessian @ x + gradient
            x[inside] = np.linalg.solve(hessian[np.ix_(inside, inside)], -known[inside])
        # Where an unknown would go if it alone could move, the pressure on its bound included.
        target = x - np.where(inside, 0.0, (hessian @ x + gradient) / stiffness)
        now_lower, now_upper = target < lower, target > upper
        if (now_lower == at_lower).all() and (now_upper == at_upper).all():
            return x
        at_lower, at_upper = now_lower, now_upper
    return _coordinate_descent(hessian, gradient, np.clip(x, lower, upper), lower, upper)


def _coordinate_descent(
    hessian: Array, gradient: Array, x: Array, lower: Array, upper: Array
) -> Array:
    """One unknown after the other to its best place, until none moves."""
    slope = hessian @ x + gradient
    for _ in range(200):
        largest = 0.0
        for i in range(len(x)):
            step = float(np.clip(x[i] - slope[i] / hessian[i, i], lower[i], upper[i]) - x[i])
            if step:
                x[i] += step
                slope += hessian[:, i] * step
                largest = max(largest, abs(step))
        if largest < 1e-6:
            break
    return x
