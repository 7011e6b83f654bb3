"""The fitted head's named points against points placed by hand (London .tem, 189 points)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faceborn.types import Array

# name: iBUG point, template points (their mean). FRONTEND.md, "Template indices".
NAMED = {
    "outer eye": ((36, (18,)), (45, (27,))),
    "inner eye": ((39, (22,)), (42, (23,))),
    "mouth corner": ((48, (87,)), (54, (93,))),
    "nose tip": ((30, (54, 60)),),
    "chin": ((8, (129,)),),
}


def read_template(path: Path) -> Array:
    """(N, 2) pixels."""
    lines = path.read_text().split("\n")
    count = int(lines[0])
    return np.array([[float(v) for v in line.split()[:2]] for line in lines[1 : count + 1]])


def errors_percent(ibug_px: Array, template_px: Array) -> dict[str, float]:
    """Mean error of each named point, percent of the outer-eye-corner distance."""
    eye = np.linalg.norm(template_px[18] - template_px[27])
    return {
        name: float(
            np.mean(
                [
                    np.linalg.norm(ibug_px[point, :2] - template_px[list(hand)].mean(0))
                    for point, hand in pairs
                ]
            )
            / eye
            * 100
        )
        for name, pairs in NAMED.items()
    }
