"""The picture's features: a small residual network going down, and the way back up to fine cells.

Plain 3x3 convolutions: depthwise ones are three times slower on a CPU for the same arithmetic
(../shared/NET_TRIAL.md). Nothing depends on the size of the picture, as long as 32 divides it, so
training can start on small pictures.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

STRIDE_COARSE = 32


class Features(NamedTuple):
    """What the body sees, on three grids; S is the side of the picture in pixels."""

    whole: Tensor  # (B, deep) mean over the coarsest cells
    middle: Tensor  # (B, C, S / 8, S / 8)
    fine: Tensor  # (B, F, S / 4, S / 4)


class Block(nn.Module):
    """Two 3x3 convolutions and a way around them. Source: He et al. 2016."""

    def __init__(self, inputs: int, outputs: int, *, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        nn.init.zeros_(self.second_norm.weight)  # starts as the way around: trains sooner
        self.around: nn.Module = nn.Identity()
        if inputs != outputs or stride > 1:
            around = nn.Conv2d(inputs, outputs, 1, 1, bias=False)
            pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
            self.around = nn.Sequential(pool, around, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.first_norm(self.first(x)))
        return functional.relu(self.second_norm(self.second(y)) + self.around(x))


class Body(nn.Module):
    """Down to cells of 32 px, up again to cells of 8 and 4 px."""

    def __init__(
        self, widths: tuple[int, int, int, int], blocks: tuple[int, int, int, int]
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 6, 4, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        self.stages = nn.ModuleList()
        inputs = widths[0]
        for index, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            first_stride = 1 if index == 0 else 2
            stage = [
                Block(inputs if k == 0 else width, width, stride=first_stride if k == 0 else 1)
                for k in range(count)
            ]
            self.stages.append(nn.Sequential(*stage))
            inputs = width
        self.middle_width, self.fine_width, self.whole_width = widths[2] * 2 // 3, widths[0], inputs
        middle = self.middle_width
        self.from_coarsest = nn.Conv2d(widths[3], middle, 1)
        self.from_coarse = nn.Conv2d(widths[2], middle, 1)
        self.from_middle = nn.Conv2d(widths[1], middle, 1)
        self.mix_middle = mixed(middle, middle)
        self.to_fine = nn.Conv2d(middle, self.fine_width, 1)
        self.mix_fine = mixed(self.fine_width, self.fine_width)

    def forward(self, picture: Tensor) -> Features:
        """(B, 3, S, S) to features."""
        four = self.stages[0](self.stem(picture))
        eight = self.stages[1](four)
        sixteen = self.stages[2](eight)
        coarsest = self.stages[3](sixteen)
        down = self.from_coarse(sixteen) + doubled(self.from_coarsest(coarsest))
        middle = self.mix_middle(self.from_middle(eight) + doubled(functional.relu(down)))
        fine = self.mix_fine(four + doubled(self.to_fine(middle)))
        return Features(whole=coarsest.mean((2, 3)), middle=middle, fine=fine)


def mixed(inputs: int, outputs: int, *, stride: int = 1) -> nn.Module:
    """A 3x3 convolution with its norm."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


def doubled(x: Tensor) -> Tensor:
    """Four cells out of each."""
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
