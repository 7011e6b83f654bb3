"""Which of several overlapping boxes to keep."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array


def strongest(boxes: Array, scores: Array) -> list[int]:
    """Non-maximum suppression: indices, best first, of boxes that show no better box's face.

    boxes (N, 4) x0, y0, x1, y1
    """
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if not same_face(boxes[i], boxes[kept]).any():
            kept.append(int(i))
    return kept


def same_face(box: Array, others: Array, *, max_overlap: float = 0.3) -> Array:
    """(N,) bool, whether `box` (4,) shows the same face as each of `others` (N, 4).

    So it is where intersection over union is large, or one lies almost wholly in the other.
    """
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:], others[:, 2:])
    shared = np.maximum(high - low, 0).prod(1)
    area, areas = (box[2:] - box[:2]).prod(), (others[:, 2:] - others[:, :2]).prod(1)
    covered = shared > 0.8 * np.minimum(area, areas)
    return np.asarray(covered | (shared > max_overlap * (area + areas - shared)))
