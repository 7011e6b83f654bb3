"""How the photographs of a folder are spread: pose, tone, light, what covers the face."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faceborn.types import Array
from photographs.shards import PARTS, SEEN, read_folder
from photographs.skins import ita_of
from photographs.tones import BINS_DEG
from photographs.truth import KINDS


def describe_shards(folder: Path) -> str:
    """A page of text."""
    truths, areas = [], np.zeros(len(PARTS))
    for shard in read_folder(folder):
        if "kinds" not in shard.truth:
            return f"{folder} holds real photographs: nobody drew their light, tone or covers"
        truths.append(shard.truth)
        some = np.stack([shard.parts(index) for index in range(0, len(shard), 32)])
        areas += np.bincount(some.ravel(), minlength=len(PARTS))
    if not truths:
        return f"no shard in {folder}"
    joined = {name: np.concatenate([truth[name] for truth in truths]) for name in truths[0]}
    lines = [f"{len(joined['seed'])} samples"]
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        lines.append(
            _histogram(f"{name} deg", joined["pose_deg"][:, axis], np.arange(-100, 101, 20))
        )
    ita = np.array([ita_of(tone) for tone in joined["tone"]])
    lines.append(_histogram("ITA deg", ita, np.array(BINS_DEG)))
    depth = joined["translation_mm"][:, 2]
    lines.append(_histogram("distance mm", depth, np.array([0, 350, 500, 750, 1000, 2000, 5000])))
    key = joined["key"][:, 3:].mean(1) / np.maximum(joined["light"][:, 0].mean(1) * 0.282, 1e-3)
    lines.append(_histogram("key light / sky", key, np.array([0, 0.01, 0.5, 1, 2, 5, 20])))
    lines.append(_histogram("covered", joined["covered"], np.array([0, 0.02, 0.1, 0.25, 0.5, 1])))
    seen = (joined["visibility"] == SEEN).mean(1)
    lines.append(_histogram("points seen", seen, np.linspace(0, 1, 6)))
    for column, name in enumerate(KINDS):
        counts = np.bincount(joined["kinds"][:, column])
        shares = " ".join(f"{share:.2f}" for share in counts / counts.sum())
        lines.append(f"{name:16s} {shares}")
    lines.append(
        "area: "
        + ", ".join(
            f"{name} {share:.3f}" for name, share in zip(PARTS, areas / areas.sum(), strict=True)
        )
    )
    return "\n".join(lines)


def _histogram(name: str, values: Array, edges: Array) -> str:
    counts = np.histogram(values, edges)[0] / len(values)
    cells = " ".join(
        f"{low:g}..{high:g}: {share:.2f}"
        for low, high, share in zip(edges[:-1], edges[1:], counts, strict=True)
    )
    return f"{name:16s} {cells}"
