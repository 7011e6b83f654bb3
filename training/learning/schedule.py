"""How learning rate, picture size and the running mean of the weights go over a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

MOST_KEPT = 0.998  # of the running mean, per step


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A run from 0 to 1 of its time."""

    peak: float = 2e-3  # learning rate
    warm_steps: int = 150
    # Small pictures first, they cost less: (from this share of the run on, side in px).
    sizes: tuple[tuple[float, int], ...] = ((0.0, 96), (0.6, 128))

    def rate(self, share: float, step: int) -> float:
        """Learning rate: up in the first steps, then half a cosine down to nearly nothing."""
        down = 0.5 + 0.5 * np.cos(np.pi * min(share, 1.0))
        return float(self.peak * min(1.0, (step + 1) / self.warm_steps) * (down + 1e-3))

    def size_px(self, share: float) -> int:
        return [size for start, size in self.sizes if start <= share][-1]


@torch.no_grad()
def follow(mean: nn.Module, network: nn.Module, step: int) -> None:
    """Move the running mean of the weights towards the network's; quickly in the beginning."""
    kept = min(MOST_KEPT, 1 - (step + 1) ** -0.7)
    for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - kept)
        else:
            old.copy_(new)
