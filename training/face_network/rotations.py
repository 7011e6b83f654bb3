"""Six numbers to a rotation. Source: Zhou et al. 2019, "On the continuity of rotations"."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def rotation_from_six(six: Tensor) -> Tensor:
    """(B, 6), roughly the first two columns one after the other, to (B, 3, 3)."""
    first = functional.normalize(six[:, :3], dim=1)
    second = six[:, 3:] - (first * six[:, 3:]).sum(1, keepdim=True) * first
    second = functional.normalize(second, dim=1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], 2)
