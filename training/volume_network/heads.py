"""The head model's weights as an answer: what the paper calls regressing the model's parameters.

Its measure is how far vertices of the head are from their places, in the frame of the guide's head.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from faceborn.model import load_head_model
from faceborn.types import Array
from faceborn.volume.guide import Guide, load_guide
from volume_network.samples import Sample

EACH = 16  # every so manieth vertex of the guide is compared


@cache
def compared() -> Array:
    """(N,) which of the guide's vertices are compared."""
    return np.arange(0, len(load_guide().vertices), EACH)


def missing_mm(sample: Sample) -> Array:
    """(3 N,) float32 by how much the guide misses the truth, in mm of the head."""
    return _in_head(sample, (sample.truth - sample.laid)[compared()])


def missing_points_mm(sample: Sample) -> Array:
    """(204,) the same of iBUG's 68 points."""
    places, shares = _ibug()
    return _in_head(sample, np.einsum("lcx,lc->lx", (sample.truth - sample.laid)[places], shares))


def _in_head(sample: Sample, gap: Array) -> Array:
    """Gaps (N, 3) in the square to (3 N,) in mm of the head."""
    turned = gap.astype(np.float64) @ np.linalg.inv(sample.from_head)
    return np.asarray(turned.ravel(), np.float32)


@cache
def _ibug() -> tuple[Array, Array]:
    """Corners (68, 3) among the guide's vertices, and their shares."""
    model, guide = load_head_model(), load_guide()
    ibug = model.landmarks["ibug_68"]
    return np.searchsorted(guide.vertices, model.weld[ibug.vertices]), ibug.barycentrics


@cache
def compared_modes() -> Tensor:
    """(M, 3 N) how a weight of 1 moves the compared vertices, mm."""
    guide = load_guide()
    modes = guide.modes_mm.reshape(len(guide.modes_mm), -1, 3)[:, compared()]
    return torch.from_numpy(np.ascontiguousarray(modes.reshape(len(modes), -1)))


def error_mm(weights: Tensor, missing: Tensor) -> Tensor:
    """Mean distance left per axis; weights (B, M), missing (B, 3 N)."""
    return (weights.float() @ compared_modes().to(weights.device) - missing).abs().mean()


def moved(guide: Guide, sample: Sample, weights: Array) -> Array:
    """(V, 3) the guide's vertices in the square, after weights (M,) have changed."""
    moves = (weights.astype(np.float32) @ guide.modes_mm).reshape(-1, 3)
    return np.asarray(sample.laid + moves @ sample.from_head, np.float32)
