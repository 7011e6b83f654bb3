"""What is read off the features: points, and the face as a whole.

Two ways to the points were compared (training/LOG.md). `LocalPoints` looks twice: anchors, places
that the network chooses itself, and 4 x 4 coarse cells tell roughly where everything is; then the
features at these rough places tell what is missing. `GlobalPoints` is the plain way, one linear map
of all coarse cells.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from face_network.body import Features

POINT_CHANNELS = 6  # dx, dy, depth, log sigma of x and y, log sigma of depth, visibility
COARSE_CELLS = 4  # to a side, of the local head's view of the whole
START_LOG_SIGMA = -2.5  # of a picture's side


class Points(NamedTuple):
    """L points in sides of the picture, (0, 0) its upper left corner."""

    xy: Tensor  # (B, L, 2)
    depth: Tensor  # (B, L) towards the viewer, same scale, 0 at the mean of all points
    log_sigma: Tensor  # (B, L) of x and of y
    log_sigma_depth: Tensor  # (B, L)
    visible: Tensor  # (B, L) logit


class Seen(NamedTuple):
    """What a head for points gives the others."""

    rough_xy: Tensor  # (B, L, 2) the first guess
    points: Points
    code: Tensor  # (B, N) the face in numbers


class LocalPoints(nn.Module):
    """Anchors, a rough guess, features at the rough places, what is missing.

    Sources: spatial softmax, Levine et al. 2016; features indexed by the shape, Cao et al. 2014.
    """

    def __init__(
        self, *, mean_xyd: Tensor, middle: int, fine: int, whole: int, anchors: int, hidden: int
    ) -> None:
        super().__init__()
        self.count = len(mean_xyd)
        self.anchors = nn.Conv2d(middle, anchors, 1)
        inputs = 2 * anchors + whole + middle * COARSE_CELLS**2
        self.code = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU())
        self.rough = nn.Linear(hidden + 2 * anchors, self.count * 2)
        self.read_width = 8
        self.read_weight = nn.Parameter(torch.randn(self.count, fine, self.read_width) / fine**0.5)
        self.read_bias = nn.Parameter(torch.zeros(self.count, 1, self.read_width))
        self.join = nn.Sequential(
            nn.Linear(self.count * self.read_width + hidden, hidden), nn.ReLU()
        )
        self.rest = nn.Linear(hidden, self.count * POINT_CHANNELS)
        self.local = nn.Parameter(torch.zeros(self.count, self.read_width, 2))
        self.register_buffer("start", _start(mean_xyd))
        with torch.no_grad():
            self.rough.weight *= 0.1
            self.rough.bias.copy_(mean_xyd[:, :2].reshape(-1))
            self.rest.weight *= 0.1
            self.rest.bias.zero_()

    def forward(self, features: Features) -> Seen:
        places = _centres(self.anchors(features.middle).float())
        cells = functional.adaptive_avg_pool2d(features.middle.float(), COARSE_CELLS)
        code = self.code(torch.cat([places, features.whole.float(), cells.flatten(1)], 1))
        rough = self.rough(torch.cat([code, places], 1)).view(-1, self.count, 2)
        found = sampled(features.fine.float(), rough.detach())  # (L, B, fine)
        read = functional.relu(torch.baddbmm(self.read_bias, found, self.read_weight))
        nearby = torch.bmm(read, self.local).transpose(0, 1)  # (B, L, 2)
        joined = self.join(torch.cat([read.transpose(0, 1).flatten(1), code], 1))
        rest = self.rest(joined).view(-1, self.count, POINT_CHANNELS) + self.start
        points = _points(rough.detach() + nearby + rest[..., :2], rest)
        return Seen(rough_xy=rough, points=points, code=joined)


class GlobalPoints(nn.Module):
    """One linear map of all coarse cells; the picture's size is fixed."""

    def __init__(self, *, mean_xyd: Tensor, middle: int, cells: int, hidden: int) -> None:
        super().__init__()
        self.count = len(mean_xyd)
        self.reduce = nn.AvgPool2d(4)
        self.code = nn.Sequential(nn.Linear(middle * cells * cells, hidden), nn.ReLU())
        self.rest = nn.Linear(hidden, self.count * POINT_CHANNELS)
        with torch.no_grad():
            self.rest.weight *= 0.1
            self.rest.bias.copy_((_start(mean_xyd) + _places(mean_xyd)).reshape(-1))

    def forward(self, features: Features) -> Seen:
        code = self.code(self.reduce(features.middle.float()).flatten(1))
        rest = self.rest(code).view(-1, self.count, POINT_CHANNELS)
        points = _points(rest[..., :2], rest)
        return Seen(rough_xy=points.xy, points=points, code=code)


class Whole(NamedTuple):
    """The face as a whole."""

    irises: Tensor  # (B, 2, 4) left then right: x, y, log radius, all in sides; log sigma
    rotation: Tensor  # (B, 6) first two columns of the rotation, not yet orthonormal
    expression: Tensor  # (B, E) logits of the ARKit weights
    face: Tensor  # (B,) logit: is there a face


class WholeFace(nn.Module):
    """Linear in the code; irises relative to the points around the eyes."""

    def __init__(
        self, *, code: int, whole: int, expressions: int, eyes: tuple[list[int], list[int]]
    ):
        super().__init__()
        self.irises = nn.Linear(code, 2 * 4)
        self.rotation = nn.Linear(code, 6)
        self.expression = nn.Linear(code, expressions)
        self.face = nn.Linear(whole, 1)  # not of the code: that knows faces only
        self.eyes = eyes
        with torch.no_grad():
            for layer in (self.irises, self.rotation, self.expression):
                layer.weight *= 0.1
            self.rotation.bias.copy_(torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]))
            self.irises.bias.copy_(torch.tensor([0.0, 0.0, -4.0, START_LOG_SIGMA] * 2))
            self.expression.bias.fill_(-2.0)

    def forward(self, features: Features, seen: Seen) -> Whole:
        irises = self.irises(seen.code).view(-1, 2, 4)
        around = torch.stack([seen.points.xy[:, eye].mean(1) for eye in self.eyes], 1)
        irises = torch.cat([irises[..., :2] + around, irises[..., 2:]], 2)
        return Whole(
            irises=irises,
            rotation=self.rotation(seen.code),
            expression=self.expression(seen.code),
            face=self.face(features.whole.float())[:, 0],
        )


def _centres(maps: Tensor) -> Tensor:
    """(B, K, H, W) to (B, 2 K): centre of mass of each softmax, in sides of the picture."""
    side = maps.shape[3]
    along = (torch.arange(side, dtype=maps.dtype, device=maps.device) + 0.5) / side
    places = torch.stack([along.repeat(side), along.repeat_interleave(side)], 1)
    return (maps.flatten(2).softmax(2) @ places).flatten(1)


def sampled(cells: Tensor, xy: Tensor) -> Tensor:
    """(B, C, H, W) at (B, L, 2) to (L, B, C); outside of the picture its border goes on."""
    grid = xy[:, None] * 2 - 1
    found = functional.grid_sample(cells, grid, padding_mode="border", align_corners=False)
    return found[:, :, 0].permute(2, 0, 1)


def _places(mean_xyd: Tensor) -> Tensor:
    """(L, POINT_CHANNELS) with the mean place alone."""
    out = torch.zeros(len(mean_xyd), POINT_CHANNELS)
    out[:, :2] = mean_xyd[:, :2]
    return out


def _start(mean_xyd: Tensor) -> Tensor:
    """(L, POINT_CHANNELS) what the outputs are before anything is learnt, without the place."""
    out = torch.zeros(len(mean_xyd), POINT_CHANNELS)
    out[:, 2] = mean_xyd[:, 2]
    out[:, 3:5] = START_LOG_SIGMA
    return out


def _points(xy: Tensor, rest: Tensor) -> Points:
    return Points(
        xy=xy,
        depth=rest[..., 2],
        log_sigma=rest[..., 3].clamp(-7.5, 1.0),
        log_sigma_depth=rest[..., 4].clamp(-7.5, 1.0),
        visible=rest[..., 5],
    )
