"""The map of parts: what the body knows, laid into a sharper look at the picture.

It has eyes of its own, because what tells a frame from a brow or hair from a dark background is
lost in the body's cells of 4 px, and the body has learnt to find points. From a picture twice as
large it goes down to cells of 16 of its pixels and up again.

Source: Ronneberger et al. 2015, "U-Net".
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from face_network.body import Features, doubled, mixed

ENLARGED = 2  # side of the sharper picture over that of the body's
EDGES, NEAR, AROUND, FAR = 12, 32, 64, 96  # channels at cells of 1, 2, 4 and 8 px of the body's


class PartMap(nn.Module):
    """A class for every pixel of the body's picture."""

    def __init__(self, *, fine: int, middle: int, parts: int) -> None:
        super().__init__()
        self.edges = mixed(3, EDGES, stride=2)
        self.near = nn.Sequential(mixed(EDGES, NEAR, stride=2), mixed(NEAR, NEAR))
        self.around = mixed(NEAR, AROUND, stride=2)
        self.from_fine = nn.Conv2d(fine, AROUND, 1)
        self.from_middle = nn.Conv2d(middle, AROUND, 1)
        self.mix_around = nn.Sequential(mixed(AROUND, AROUND), mixed(AROUND, AROUND))
        self.far = nn.Sequential(mixed(AROUND, FAR, stride=2), mixed(FAR, FAR))
        self.back_around = nn.Conv2d(FAR, AROUND, 1)
        self.join_around = mixed(AROUND, AROUND)
        self.back_near = nn.Conv2d(AROUND, NEAR, 1)
        self.join_near = mixed(NEAR, NEAR)
        self.back_edges = nn.Conv2d(NEAR, EDGES * 4, 1)
        self.join_edges = mixed(EDGES, EDGES)
        self.parts = nn.Conv2d(EDGES, parts, 1)

    def forward(self, sharp: Tensor, features: Features) -> Tensor:
        """(B, 3, 2 S, 2 S) and the body's features of S to (B, parts, S, S) logits."""
        edges = self.edges(sharp)
        near = self.near(edges)
        known = self.from_fine(features.fine) + doubled(self.from_middle(features.middle))
        around = self.mix_around(self.around(near) + functional.relu(known))
        far = self.far(around)
        around = self.join_around(around + doubled(self.back_around(far)))
        near = self.join_near(near + doubled(self.back_near(around)))
        edges = self.join_edges(edges + functional.pixel_shuffle(self.back_edges(near), 2))
        parts: Tensor = self.parts(edges)
        return parts
