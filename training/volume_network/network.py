"""The network: a picture and a guide go in, what to change of every cube comes out.

The body of the face network reads the picture; an hourglass joins what it saw with the guide. One
hourglass, since two gained little in the paper's own ablation (../shared/METHODS.md A12). The same
encoder can tell how to change the weights of the guide's head instead, or as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from face_network.body import Body
from torch import Tensor, nn
from torch.nn import functional

from faceborn.volume.grid import GUIDE_SLICES, SLICES

POINTS = 68


@dataclass(frozen=True, kw_only=True)
class Design:
    """What a network is built from; kept with its weights."""

    body_widths: tuple[int, int, int, int] = (24, 48, 96, 192)
    body_blocks: tuple[int, int, int, int] = (1, 2, 2, 1)
    widths: tuple[int, int, int] = (64, 128, 192)  # of the hourglass at 48, 24, 12 cells
    hourglasses: int = 1
    guide_width: int = 64
    guided: bool = True  # else the network says everything by itself
    volume: bool = True  # tells the cubes
    modes: int = 0  # of the head model, whose weights it tells; 0: it does not
    points: bool = False  # tells iBUG's 68, too, the multitask of the paper


class Answer(NamedTuple):
    """What the network says; None what it is not built for."""

    change: Tensor | None  # (B, 4 * SLICES, 48, 48) to add to the logits of the softened guide
    weights: Tensor | None  # (B, modes) to add to the weights of the guide's head
    points: Tensor | None  # (B, 204) to add to the places of the guide's, mm of the head


class Unit(nn.Module):
    """Two 3x3 convolutions and a way around them. Source: He et al. 2016."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(width)
        nn.init.zeros_(self.second_norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.first_norm(self.first(x)))
        return functional.relu(self.second_norm(self.second(y)) + x)


class Hourglass(nn.Module):
    """Down to 12 cells and up again; the way across keeps what is fine. Newell et al. 2016."""

    def __init__(self, widths: tuple[int, int, int]) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.fine = Unit(fine)
        self.down = _joined(fine, middle, 2)
        self.middle = Unit(middle)
        self.down_again = _joined(middle, coarse, 2)
        self.coarse = nn.Sequential(Unit(coarse), Unit(coarse))
        self.up = nn.Conv2d(coarse, middle, 1)
        self.middle_after = Unit(middle)
        self.up_again = nn.Conv2d(middle, fine, 1)
        self.fine_after = Unit(fine)

    def forward(self, x: Tensor) -> Tensor:
        fine = self.fine(x)
        middle = self.middle(self.down(fine))
        coarse = self.coarse(self.down_again(middle))
        middle = self.middle_after(middle + _doubled(self.up(coarse)))
        return self.fine_after(fine + _doubled(self.up_again(middle)))


class HeadOfAll(nn.Module):
    """Fine cells to a few numbers about the whole."""

    def __init__(self, width: int, answers: int) -> None:
        super().__init__()
        self.down = nn.Sequential(
            _joined(width, 96, 2), _joined(96, 96, 2), _joined(96, 64, 2), nn.Flatten()
        )
        self.inner = nn.Linear(64 * 36, 256)
        self.outer = nn.Linear(256, answers)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.outer(functional.relu(self.inner(self.down(x))))


class VolumeNetwork(nn.Module):
    """A square picture of a face, upright, and its guide, to the solid behind it."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self.design = design
        self.body = Body(design.body_widths, design.body_blocks)
        seen = self.body.fine_width + self.body.middle_width
        width = design.widths[0]
        guide = design.guide_width if design.guided else 0
        if design.guided:
            self.guide = _joined(GUIDE_SLICES, guide, 1)
        self.join = _joined(seen + guide, width, 1)
        self.hourglasses = nn.Sequential(
            *[Hourglass(design.widths) for _ in range(design.hourglasses)]
        )
        if design.volume:
            self.cubes = nn.Conv2d(width, SLICES * 4, 1)
            with torch.no_grad():
                self.cubes.weight *= 0.0 if design.guided else 0.3
                self.cubes.bias.fill_(0.0 if design.guided else -1.0)
        if design.modes:
            self.head = HeadOfAll(width, design.modes)
        if design.points:
            self.points = HeadOfAll(width, POINTS * 3)

    def forward(self, picture: Tensor, guide: Tensor) -> Answer:
        """Four cubes to a cell: `faceborn.volume.grid.unpack`. Without guide the change is all.

        picture  (B, 3, PICTURE_PX, PICTURE_PX) RGB in -1..1
        guide    (B, GUIDE_SLICES, 48, 48) 0..1
        """
        seen = self.body(picture)
        parts = [seen.fine, _doubled(seen.middle)]
        if self.design.guided:
            parts.append(self.guide(guide * 2 - 1))
        cells = self.hourglasses(self.join(torch.cat(parts, 1)))
        return Answer(
            change=self.cubes(cells) if self.design.volume else None,
            weights=self.head(cells) if self.design.modes else None,
            points=self.points(cells) if self.design.points else None,
        )


def _joined(inputs: int, outputs: int, stride: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
