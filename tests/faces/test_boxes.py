"""Of boxes that show the same face, the best stays."""

from __future__ import annotations

import numpy as np

from faceborn.faces.boxes import strongest


def test_kept_boxes_are_apart_and_every_other_one_overlaps_a_better() -> None:
    rng = np.random.default_rng(3)
    corner = rng.uniform(0, 300, (200, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(20, 80, (200, 2))], 1)
    scores = rng.uniform(0, 1, 200)
    kept = strongest(boxes, scores)

    assert list(scores[kept]) == sorted(scores[kept], reverse=True)
    for i in range(200):
        better = [k for k in kept if k != i and scores[k] > scores[i]]
        covered = any(slowly_same(boxes[i], boxes[k]) for k in better)
        assert covered == (i not in kept)


def slowly_same(a: np.ndarray, b: np.ndarray) -> bool:
    """Slow twin of `same_face`."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return False
    shared = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return bool(shared / (sum(areas) - shared) > 0.3 or shared > 0.8 * min(areas))


def test_no_box_gives_none() -> None:
    assert strongest(np.zeros((0, 4)), np.zeros(0)) == []
