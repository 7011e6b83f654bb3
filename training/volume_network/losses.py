"""Cross entropy of cubes that are partly inside."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

SOLID = 255  # a share of 1, as stored


class SoftCrossEntropy(torch.autograd.Function):
    """Mean of -t log p - (1 - t) log(1 - p), with p the sigmoid of logits.

    The gradient is p - t and nothing else is needed to learn, so that is all that is computed, in
    the logits' own precision and sample by sample, which a processor's cache can hold: torch's own
    loss took as long as half of the network. What it returns is the mean of |p - t|, which is
    easier to read than nats.
    """

    @staticmethod
    def forward(
        ctx: Any, change: Tensor, inside: Tensor, soft: Tensor | None = None, band: float = 0.0
    ) -> Tensor:
        """(B, C, H, W) logits; uint8 shares of 255 of the truth, and of what the change begins at.

        Without a beginning the change is the whole answer. Cubes that the surface cuts count
        1 + band times.
        """
        difference = torch.empty_like(change)
        for index in range(len(change)):
            share = shares(change[index], None if soft is None else soft[index])
            truth = inside[index].to(change.dtype).mul_(1 / SOLID)
            torch.sub(share, truth, out=difference[index])
            if band:
                difference[index].addcmul_(difference[index], truth.gt(0) & truth.lt(1), value=band)
        error = difference[:, ::5].abs().mean(dtype=torch.float32)  # a sample of it will do
        ctx.save_for_backward(difference)
        return error

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Any:
        (difference,) = ctx.saved_tensors
        return difference * (grads[0] / difference.numel()), None, None, None


def shares(change: Tensor, soft: Tensor | None) -> Tensor:
    """0..1: the sigmoid of `change` and the logit of `soft`, uint8 shares of 255."""
    if soft is None:
        return torch.sigmoid(change)
    inside = soft.to(change.dtype)
    odds = torch.exp(change).mul_(inside)
    return torch.div(odds, inside.neg_().add_(SOLID).add_(odds), out=odds)
