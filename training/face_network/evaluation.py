"""Errors on synthetic photographs whose truth is known, by how far the head is turned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from photographs.shards import PARTS, UNKNOWN
from torch import Tensor

from face_network.batches import Mixing, to_network
from face_network.framing import STEADY, Framing
from face_network.losses import GAPS
from face_network.negatives import cut_negative
from face_network.network import Answer, FaceNetwork
from face_network.pool import Pool
from face_network.rotations import rotation_from_six
from face_network.samples import Truth, cut_parts, cut_sample
from face_network.scheme import EYE_CORNERS, INNER_FACE, JAW
from faceborn.model.face_points import load_face_points
from faceborn.types import Array

YAW_EDGES_DEG = (0, 20, 45, 70, 95)
# As the second look is framed: cut out around points of a few percent error.
FRAMING = replace(STEADY, fine_turn_rad=0.04, fine_log_side=0.03, fine_shift=0.015)
Figures = dict[str, float]


def evaluate(
    network: FaceNetwork, pool: Pool, *, most: int, device: torch.device, framing: Framing = FRAMING
) -> dict[str, Figures]:
    """Figures of every yaw bucket and of all, over the first `most` samples of a pool.

    face, inner, jaw, hidden: mean distance in % of the head's eye distance, as large as if it were
    seen from the front; of seen core points, iBUG 17-67, iBUG 0-16, core points not seen.
    gap: the same of the way from one lip or lid to the other.
    sigma: root mean square of distance over predicted sigma, per axis; 1 is honest.
    """
    rows = [_measure(*item) for item in _answers(network, pool, most, device, framing)]
    yaw = np.abs([row.pop("yaw") for row in rows])
    table: dict[str, Figures] = {}
    for low, high in [*pairwise(YAW_EDGES_DEG), (0, 181)]:
        chosen = [row for row, y in zip(rows, yaw, strict=True) if low <= y < high]
        if chosen:
            name = "all" if high > 180 else f"{low}-{high}"
            table[name] = {key: _mean_of_known([r[key] for r in chosen]) for key in chosen[0]}
    return table


@torch.no_grad()
def part_iou(network: FaceNetwork, pool: Pool, *, most: int, device: torch.device) -> Figures:
    """Intersection over union per class, all pixels of the first `most` samples together."""
    network.eval()
    both = np.zeros((len(PARTS), len(PARTS)))
    size = network.design.size_px
    for numbers in _chunks(min(most, len(pool))):
        rng = np.random.default_rng(1)
        pictures, larger, labels = [], [], []
        for number in numbers:
            shard, index = pool.find(number)
            picture, _, transform = cut_sample(shard, index, FRAMING, rng, size)
            pictures.append(picture)
            sharp, classes = cut_parts(shard, index, transform, size)
            larger.append(sharp)
            labels.append(classes)
        answer = network(
            to_network(np.stack(pictures)).to(device), to_network(np.stack(larger)).to(device)
        )
        assert answer.parts is not None
        found = answer.parts.argmax(1).cpu().numpy()
        told = np.stack(labels).astype(np.int64)
        pairs = (told * len(PARTS) + found)[told != UNKNOWN]
        both += np.bincount(pairs, minlength=both.size).reshape(both.shape)
    hit = np.diag(both)
    union = both.sum(0) + both.sum(1) - hit
    return {name: float(hit[k] / union[k]) for k, name in enumerate(PARTS) if union[k]}


@torch.no_grad()
def face_scores(network: FaceNetwork, pool: Pool, *, most: int, device: torch.device) -> Figures:
    """Shares of faces below, of places without one above a score of 0.5."""
    rng = np.random.default_rng(2)
    size = network.design.size_px
    faces, empty = [], []
    for number in range(min(most, len(pool))):
        shard, index = pool.find(number)
        faces.append(cut_sample(shard, index, Mixing().framing, rng, size)[0])
        nothing = cut_negative(shard, index, rng, size)
        if nothing is not None:
            empty.append(nothing)

    def above(pictures: list[Array]) -> float:
        logits = [
            network(to_network(np.stack(pictures[k : k + 64])).to(device)).whole.face
            for k in range(0, len(pictures), 64)
        ]
        return float((torch.cat(logits) > 0).float().mean())

    return {"faces_missed": 1 - above(faces), "empty_taken": above(empty)}


def _answers(
    network: FaceNetwork, pool: Pool, most: int, device: torch.device, framing: Framing
) -> Iterator[tuple[Answer, int, Truth, float]]:
    rng = np.random.default_rng(0)
    network.eval()
    for numbers in _chunks(min(most, len(pool))):
        pictures, truths, yaws = [], [], []
        for number in numbers:
            shard, index = pool.find(number)
            picture, truth, _ = cut_sample(shard, index, framing, rng, network.design.size_px)
            pictures.append(picture)
            truths.append(truth)
            yaws.append(float(shard.truth["pose_deg"][index, 0]))
        with torch.no_grad():
            answer = network(to_network(np.stack(pictures)).to(device))
        for place, (truth, yaw) in enumerate(zip(truths, yaws, strict=True)):
            yield answer, place, truth, yaw


def _measure(answer: Answer, place: int, truth: Truth, yaw_deg: float) -> Figures:
    points = load_face_points()
    found = _numpy(answer.points.xy[place])
    unit = _eye_distance(truth) / 100
    error = np.linalg.norm(found - truth.points[:, :2], axis=1) / unit
    rough = np.linalg.norm(_numpy(answer.rough_xy[place]) - truth.points[:, :2], axis=1) / unit
    depth = np.abs(_numpy(answer.points.depth[place]) - truth.points[:, 2]) / unit
    sigma = np.exp(_numpy(answer.points.log_sigma[place])) / unit
    seen = truth.visible & points.core
    rotation = rotation_from_six(answer.whole.rotation[place : place + 1])[0]
    turn = _numpy(rotation).T @ truth.rotation
    irises = _numpy(answer.whole.irises[place])
    iris_error = np.linalg.norm(irises[:, :2] - truth.irises[:, :2], axis=1) / unit
    expression = _numpy(torch.sigmoid(answer.whole.expression[place]))
    visible = _numpy(answer.points.visible[place]) > 0
    return {
        "yaw": yaw_deg,
        "face": _mean(error[seen]),
        "rough": _mean(rough[seen]),
        "inner": _mean(error[INNER_FACE][seen[INNER_FACE]]),
        "gap": _gap_error(found, truth) / unit,
        "jaw": _mean(error[JAW][seen[JAW]]),
        "hidden": _mean(error[points.core & ~truth.visible]),
        "depth": _mean(depth[seen]),
        "sigma": float(np.sqrt(np.mean((error / sigma)[seen] ** 2) / 2)) if seen.any() else np.nan,
        "pose_deg": float(np.rad2deg(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))),
        "iris": _mean(iris_error[truth.iris_seen > 0.5]),
        "expression": float(np.abs(expression - truth.expression).mean()),
        "visible_wrong": float((visible != truth.visible)[points.core].mean()),
    }


def _gap_error(found: Array, truth: Truth) -> float:
    """Mean over the seen pairs of GAPS, in sides."""
    one, other = np.array(GAPS).T
    wrong = (found[one] - found[other]) - (truth.points[one, :2] - truth.points[other, :2])
    return _mean(np.linalg.norm(wrong, axis=1)[truth.visible[one] & truth.visible[other]])


def _eye_distance(truth: Truth) -> float:
    """Of the outer eye corners, in sides, as large as if seen from the front."""
    right, left = truth.points[list(EYE_CORNERS)]
    return float(np.linalg.norm(right - left))


def _chunks(count: int) -> Iterator[range]:
    for start in range(0, count, 64):
        yield range(start, min(start + 64, count))


def _numpy(values: Tensor) -> Array:
    return values.detach().float().cpu().numpy()


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _mean_of_known(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
