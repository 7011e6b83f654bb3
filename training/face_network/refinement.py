"""A third look at every point: what lies at its place in cells of 2 px says what is still missing.

The local head reads cells of 4 px once, at a rough guess. Lips that part by a pixel and lids that
nearly close are smaller than that: closed lips came out 2.8 % of the eye distance apart, open
ones a fifth too near (training/LOG.md).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from face_network.body import Features, mixed
from face_network.heads import Seen, sampled

SHARP = 16  # channels of the cells of 2 px
READ = 6  # numbers that each point reads
JOINED = 48  # numbers through which the points tell one another
CHANNELS = 3  # dx, dy, change of log sigma


class Refinement(nn.Module):
    """Moves points a little; begins as nothing, so that it can be added to trained weights."""

    def __init__(self, *, count: int, fine: int, code: int) -> None:
        super().__init__()
        self.count = count
        self.look = nn.Sequential(mixed(3, SHARP, stride=2), mixed(SHARP, SHARP))
        inputs = fine + SHARP
        self.read_weight = nn.Parameter(torch.randn(count, inputs, READ) / inputs**0.5)
        self.read_bias = nn.Parameter(torch.zeros(count, 1, READ))
        self.local = nn.Parameter(torch.zeros(count, READ, CHANNELS))
        self.join = nn.Sequential(nn.Linear(count * READ + code, JOINED), nn.ReLU())
        self.rest = nn.Linear(JOINED, count * CHANNELS)
        nn.init.zeros_(self.rest.weight)
        nn.init.zeros_(self.rest.bias)

    def forward(self, picture: Tensor, features: Features, seen: Seen) -> Seen:
        points = seen.points
        places = points.xy.detach()
        found = torch.cat(
            [sampled(features.fine.float(), places), sampled(self.look(picture).float(), places)], 2
        )
        read = functional.relu(torch.baddbmm(self.read_bias, found, self.read_weight))
        nearby = torch.bmm(read, self.local).transpose(0, 1)  # (B, L, CHANNELS)
        joined = self.join(torch.cat([read.transpose(0, 1).flatten(1), seen.code], 1))
        change = nearby + self.rest(joined).view(-1, self.count, CHANNELS)
        return seen._replace(
            points=points._replace(
                xy=points.xy + change[..., :2],
                log_sigma=(points.log_sigma + change[..., 2]).clamp(-7.5, 1.0),
            )
        )
