"""All training samples at hand; new shards join while training runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from photographs.shards import Shard, find_shards, read_shard

# What training reads of the truth; the rest is not kept in memory.
KEPT = (
    "landmarks",
    "visibility",
    "iris",
    "iris_seen",
    "rotation",
    "pose_deg",
    "expression",
    "seed",
    "focal_px",
    "center_px",
    "translation_mm",
)


class Pool:
    """Samples of several folders of shards, numbered from 0 in the order in which they came."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self.shards: list[Shard] = []
        self._known: set[Path] = set()
        self._ends = np.zeros(0, np.int64)

    def take_in(self) -> int:
        """Read shards that have appeared; returns the number of samples."""
        for path in (path for folder in self.folders for path in find_shards(folder)):
            if path in self._known:
                continue
            shard = read_shard(path)
            truth = {name: shard.truth[name] for name in KEPT}
            self.shards.append(
                Shard(
                    jpeg=shard.jpeg,
                    jpeg_end=shard.jpeg_end,
                    png=shard.png,
                    png_end=shard.png_end,
                    truth=truth,
                )
            )
            self._known.add(path)
        self._ends = np.cumsum([len(shard) for shard in self.shards], dtype=np.int64)
        return len(self)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def find(self, number: int) -> tuple[Shard, int]:
        """The shard that holds a sample, and its place there."""
        which = int(np.searchsorted(self._ends, number, side="right"))
        start = int(self._ends[which - 1]) if which else 0
        return self.shards[which], number - start
