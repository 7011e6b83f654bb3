"""How good the solids are on people not trained on, beside the guide and the mean head."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from face_network.framing import Framing
from face_network.pool import Pool
from learning.precision import autocast

from faceborn.geometry.similarity import align
from faceborn.types import Array
from faceborn.volume.grid import NEAR, SIZE, SLICES, unpack
from faceborn.volume.guide import Guide, load_guide
from volume_network.batches import Batch, pack
from volume_network.heads import moved
from volume_network.losses import shares
from volume_network.network import VolumeNetwork
from volume_network.samples import Sample, Sitting
from volume_network.solid import occupancy

YAW_BUCKETS = ((0, 30), (30, 60), (60, 96))
LEVEL = 0.5


@dataclass(frozen=True, kw_only=True)
class Case:
    """One sample with what it is compared to."""

    sample: Sample
    bucket: str
    mean: Array  # (SIZE, SIZE, SLICES) uint8 the mean head at the true place
    guide: Array  # the same of the guide, at full size
    face: Array  # (SIZE, SIZE) bool: the first surface is the face


class Judge:
    """Compares a network with the truth on the same samples every time."""

    def __init__(self, pool: Pool, sitting: Sitting, *, most: int) -> None:
        pool.take_in()
        count = min(most, len(pool))
        rng = np.random.default_rng(0)
        self.cases = []
        for first in range(0, count, 16):
            numbers = list(range(first, min(first + 16, count)))
            for number, sample in zip(
                numbers, sitting.draw(numbers, Framing(share_rough=0.0), rng), strict=True
            ):
                shard, index = pool.find(number)
                yaw = abs(float(shard.truth["pose_deg"][index][0]))
                self.cases.append(_case(sitting, sample, yaw))

    def __call__(self, network: VolumeNetwork, device: torch.device) -> dict[str, dict[str, float]]:
        """Per bucket of yaw: IoU and depth error of the face in mm, beside guide and mean head."""
        network.eval()
        rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for case in self.cases:
            for name, solid in predict(network, case.sample, device).items():
                _note(rows[case.bucket], name, solid, case)
            _note(rows[case.bucket], "guide", case.guide / np.float32(255), case)
            _note(rows[case.bucket], "mean", case.mean / np.float32(255), case)
        order = sorted(rows)
        return {
            bucket: {name: round(float(np.mean(v)), 4) for name, v in rows[bucket].items()}
            for bucket in order
        }


@torch.no_grad()
def predict(network: VolumeNetwork, sample: Sample, device: torch.device) -> dict[str, Array]:
    """Solids (SIZE, SIZE, SLICES) float32 0..1: `net` of the cubes, `head` of the model."""
    batch = Batch(*(item.to(device) for item in pack([sample])))
    with autocast(device):
        answer = network(batch.picture, batch.guide)
    found = {}
    if answer.change is not None:
        soft = batch.soft if network.design.guided else None
        inside = shares(answer.change.float(), soft)
        found["net"] = unpack(inside[0].cpu().numpy()).transpose(1, 2, 0)
    if answer.weights is not None:
        guide = load_guide()
        head = moved(guide, sample, answer.weights[0].float().cpu().numpy())
        found["head"] = _solid(head, guide) / np.float32(255)
    return found


def _solid(places: Array, guide: Guide) -> Array:
    filled = occupancy(places, guide.triangles, size=SIZE, slices=SLICES, near=NEAR, rays=2)
    return np.asarray(np.round(filled * 255), np.uint8)


def front_of(solid: Array) -> Array:
    """(SIZE, SIZE) slices from the grid's front to the first surface, between slices; nan: none."""
    inside = solid > LEVEL
    first = inside.argmax(2)
    hit = inside.any(2)
    rows, columns = np.indices(first.shape)
    at = solid[rows, columns, first]
    before = solid[rows, columns, np.maximum(first - 1, 0)]
    part = (LEVEL - before) / np.maximum(at - before, 1e-6)
    return np.where(hit, np.where(first > 0, first - 0.5 + part, 0.0), np.nan)


def iou(one: Array, other: Array) -> float:
    """Of two solids at the level."""
    a, b = one > LEVEL, other > LEVEL
    return float((a & b).sum() / max((a | b).sum(), 1))


def _note(row: dict[str, list[float]], name: str, found: Array, case: Case) -> None:
    truth = case.sample.solid / np.float32(255)
    row[f"iou_{name}"].append(iou(found, truth))
    gap = (front_of(found) - front_of(truth))[case.face] * case.sample.side_mm / SIZE
    gap = gap[np.isfinite(gap)]
    if len(gap):
        row[f"mm_{name}"].append(float(np.abs(gap).mean()))
        row[f"shape_mm_{name}"].append(float(np.abs(gap - np.median(gap)).mean()))


def _case(sitting: Sitting, sample: Sample, yaw_deg: float) -> Case:
    guide = sitting.guide
    flip = np.array([1.0, -1.0, 1.0])
    truth = sample.truth
    stays = sitting.model.masks["face"][guide.vertices] > 0.5
    scale, rotation, shift = align(guide.mean_mm[stays].astype(float), truth[stays] * flip)
    mean = (guide.mean_mm @ rotation.T * scale + shift) * flip
    xy = np.floor(truth[stays][:, :2] * SIZE).astype(int)
    inside = ((xy >= 0) & (xy < SIZE)).all(1)
    face = np.zeros((SIZE, SIZE), bool)
    depth = front_of(sample.solid / np.float32(255))
    x, y = xy[inside].T
    near = (NEAR - truth[stays][inside, 2]) * SIZE - depth[y, x] < 3.0
    face[y[near], x[near]] = True
    low, high = next(pair for pair in YAW_BUCKETS if pair[0] <= yaw_deg < pair[1])
    return Case(
        sample=sample,
        bucket=f"{low}-{high}",
        mean=_solid(mean, guide),
        guide=_solid(sample.laid, guide),
        face=face,
    )
