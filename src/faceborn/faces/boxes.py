"""Which of several overlapping boxes to keep."""

from __future__ import annotations

import numpy as np

from faceborn.types import Array


def strongest(boxes: Array, scores: Array, *, max_overlap: float = 0.3) -> list[int]:
    """Non-maximum suppression: indices, best first, of boxes that no better one covers.

    boxes (N, 4) x0, y0, x1, y1; overlap is intersection over union, or a box that lies almost
    wholly in a better one.
    """
    size = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    area = size.prod(1)
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        low = np.maximum(boxes[i, :2], boxes[kept, :2])
        high = np.minimum(boxes[i, 2:], boxes[kept, 2:])
        shared = np.maximum(high - low, 0).prod(1)
        union = area[i] + area[kept] - shared
        covered = shared > 0.8 * np.minimum(area[i], area[kept])
        if not (covered | (shared > max_overlap * union)).any():
            kept.append(int(i))
    return kept
