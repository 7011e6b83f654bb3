"""What training makes small: likelihoods, mostly."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from photographs.shards import UNKNOWN
from torch import Tensor
from torch.nn import functional

from face_network.batches import Batch
from face_network.network import Answer
from face_network.rotations import rotation_from_six


@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """Of each term; the points' is 1."""

    rough: float = 0.5
    gaps: float = 0.3
    depth: float = 0.25
    visible: float = 0.2
    irises: float = 0.1
    rotation: float = 1.0
    expression: float = 2.0
    face: float = 0.2
    parts: float = 0.5


ROUGH_UNIT = 0.02  # sides: from here on the rough places' loss is no longer quadratic
MIN_RADIUS = 1e-3
# iBUG points that face each other: what lies between lips or lids is small beside the error that
# both have in common, so it has a loss of its own. Then height and width of the mouth.
GAPS = (
    *((61, 67), (62, 66), (63, 65), (60, 64)),
    *((37, 41), (38, 40), (43, 47), (44, 46)),
    *((50, 58), (51, 57), (52, 56), (48, 54)),
)
GAP_UNIT = 0.004  # sides, half a pixel
# Of shards.PARTS in order: rare ones count more, or they are skin for 20,000 views; not as much as
# they are rare, or brows and lips come out twice their size.
PART_WEIGHTS = (0.8, 0.8, 1.4, 1.5, 1.3, 1.5, 0.9, 1.2, 1.8, 1.1, 1.3, 1.0)
OVERLAP_WEIGHT = 0.4  # beside cross entropy, where nothing but the part map learns


def losses(
    answer: Answer, batch: Batch, point_weights: Tensor, *, likelihood: bool
) -> dict[str, Tensor]:
    """Each term of LossWeights, and `points`; means over what counts.

    likelihood  False: plain distances instead of Gaussian likelihoods, for the first steps, when
                no sigma is known and points that happen to lie well would drown the others.

    Source: Wood et al. 2022, "3D face reconstruction with dense landmarks".
    """
    faces = batch.faces
    points, whole = answer.points, answer.whole
    weight = point_weights / point_weights.sum()
    gap = ((points.xy[:faces] - batch.points[..., :2]) ** 2).sum(2)
    depth_gap = (points.depth[:faces] - batch.points[..., 2]) ** 2
    irises = whole.irises[:faces]
    iris_gap = ((irises[..., :2] - batch.irises[..., :2]) ** 2).sum(2)
    radius = torch.log(batch.irises[..., 2].clamp_min(MIN_RADIUS))
    iris_count = batch.iris_seen.sum() + 1e-6
    if likelihood:
        of_point = gaussian(gap, points.log_sigma[:faces], axes=2)
        of_depth = gaussian(depth_gap, points.log_sigma_depth[:faces], axes=1)
        of_iris = gaussian(iris_gap, irises[..., 3], axes=2)
    else:
        of_point, of_depth, of_iris = (
            20 * torch.sqrt(g + 1e-6) for g in (gap, depth_gap, iris_gap)
        )
    rough = torch.sqrt(
        ((answer.rough_xy[:faces] - batch.points[..., :2]) ** 2).sum(2) + ROUGH_UNIT**2
    )
    one, other = [pair[0] for pair in GAPS], [pair[1] for pair in GAPS]
    parted = points.xy[:faces, one] - points.xy[:faces, other]
    truly = batch.points[:, one, :2] - batch.points[:, other, :2]
    both_seen = batch.visible[:, one] * batch.visible[:, other]
    of_gap = torch.sqrt(((parted - truly) ** 2).sum(2) + GAP_UNIT**2) / GAP_UNIT - 1
    is_face = torch.zeros_like(whole.face)
    is_face[:faces] = 1.0
    terms = {
        "points": (of_point * weight).sum(1).mean(),
        "rough": (rough * weight).sum(1).mean() / ROUGH_UNIT,
        "gaps": (of_gap * both_seen).sum() / (both_seen.sum() + 1e-6),
        "depth": (of_depth * weight).sum(1).mean(),
        "visible": functional.binary_cross_entropy_with_logits(
            points.visible[:faces], batch.visible
        ),
        "irises": ((of_iris + 5 * (irises[..., 2] - radius).abs()) * batch.iris_seen).sum()
        / iris_count,
        "rotation": (rotation_from_six(whole.rotation[:faces]) - batch.rotation)
        .square()
        .sum((1, 2))
        .add(1e-4)
        .sqrt()
        .mean(),
        "expression": (torch.sigmoid(whole.expression[:faces]) - batch.expression).abs().mean(),
        "face": functional.binary_cross_entropy_with_logits(whole.face, is_face),
    }
    if answer.parts is not None and len(batch.parts):
        terms["parts"] = parts_loss(answer.parts, batch.parts)
    return terms


def parts_loss(logits: Tensor, classes: Tensor) -> Tensor:
    """Cross entropy of a part map (B, parts, S, S), rare classes counting more."""
    rarity = torch.tensor(PART_WEIGHTS, device=classes.device)
    return functional.cross_entropy(logits.float(), classes, rarity, ignore_index=UNKNOWN)


def missed_overlap(logits: Tensor, classes: Tensor) -> Tensor:
    """1 - intersection over union of every class that occurs, soft, the mean of them.

    A frame of spectacles is 1 % of the pixels: cross entropy hardly cares where it ends.

    Source: Rahman and Wang 2016, "Optimizing intersection-over-union".
    """
    known = classes != UNKNOWN
    shares = torch.softmax(logits.float(), 1).movedim(1, -1)[known]  # (N, parts)
    truth = classes[known]
    counts = torch.bincount(truth, minlength=shares.shape[1])
    right = shares.gather(1, truth[:, None])[:, 0]
    intersection = torch.zeros_like(shares[0]).index_add(0, truth, right)
    overlap = intersection / (shares.sum(0) + counts - intersection).clamp_min(1)
    return 1 - overlap[counts > 0].mean()


def gaussian(squared: Tensor, log_sigma: Tensor, *, axes: int) -> Tensor:
    """Negative log likelihood of a distance under a round Gaussian, without the constant."""
    return axes * log_sigma + squared / (2 * torch.exp(2 * log_sigma))


def total(terms: dict[str, Tensor], weights: LossWeights) -> Tensor:
    parts = [
        value * (1.0 if name == "points" else getattr(weights, name))
        for name, value in terms.items()
    ]
    return torch.stack(parts).sum()
