"""Do photos of one person give one shape, and photos of two people two?"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from faceborn.types import Array


def align(points: Array, target: Array) -> Array:
    """(N, 3) points after the similarity that brings them closest to `target`. Umeyama 1991."""
    a, b = points - points.mean(0), target - target.mean(0)
    left, stretch, right = np.linalg.svd(b.T @ a)
    sign = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    rotation = (left * sign) @ right
    scale = (stretch * sign).sum() / (a**2).sum()
    return np.asarray(scale * a @ rotation.T + target.mean(0))


def distance_mm(one: Array, other: Array) -> float:
    """Mean distance of corresponding points after a similarity."""
    return float(np.linalg.norm(align(one, other) - other, axis=1).mean())


def within_between(shapes: dict[tuple[str, str], Array]) -> tuple[float, float]:
    """Mean distance of one person's views, and of different people in one view.

    shapes  (person, view) -> (N, 3)
    """
    people = sorted({person for person, _ in shapes})
    views = sorted({view for _, view in shapes})
    within = [
        distance_mm(shapes[p, a], shapes[p, b])
        for p in people
        for a, b in combinations(views, 2)
        if (p, a) in shapes and (p, b) in shapes
    ]
    between = [
        distance_mm(shapes[p, v], shapes[q, v])
        for v in views
        for p, q in combinations(people, 2)
        if (p, v) in shapes and (q, v) in shapes
    ]
    return float(np.mean(within)), float(np.mean(between))


def rank_one(shapes: dict[tuple[str, str], Array], gallery: str, probe: str) -> float:
    """How often the nearest head of view `gallery` is the same person's as the probe's.

    Each view's mean is taken out first: what a view does to all heads tells nobody apart.
    """
    people = sorted({p for p, v in shapes if v == gallery} & {p for p, v in shapes if v == probe})
    reference = shapes[people[0], gallery]

    def centred(view: str) -> Array:
        stack = np.array([align(shapes[p, view], reference) for p in people])
        return (stack - stack.mean(0)).reshape(len(people), -1)

    a, b = centred(gallery), centred(probe)
    apart = ((b[:, None] - a[None]) ** 2).sum(2)
    return float((apart.argmin(1) == np.arange(len(people))).mean())
