"""The whole network: picture in, everything about the face out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from face_network.body import STRIDE_COARSE, Body
from face_network.heads import GlobalPoints, LocalPoints, Points, Whole, WholeFace
from face_network.part_map import PartMap
from face_network.refinement import Refinement


@dataclass(frozen=True, kw_only=True)
class Design:
    """What a network is built from; kept with its weights."""

    widths: tuple[int, int, int, int] = (24, 48, 96, 192)  # channels at cells of 4, 8, 16, 32 px
    blocks: tuple[int, int, int, int] = (1, 2, 2, 1)
    head: str = "local"  # or "global", which takes one size of picture only
    anchors: int = 96
    hidden: int = 320
    size_px: int = 128  # of the picture it is made for
    refined: bool = False  # whether points are looked at a third time


class Answer(NamedTuple):
    """Everything that the network says."""

    rough_xy: Tensor  # (B, L, 2)
    points: Points
    whole: Whole
    parts: Tensor | None  # (P, parts, S, S) logits of the first P


class FaceNetwork(nn.Module):
    """A picture of a face, upright and cut out, to points, pose, expression and parts."""

    def __init__(
        self,
        design: Design,
        *,
        mean_xyd: Tensor,
        eyes: tuple[list[int], list[int]],
        expressions: int,
        parts: int,
    ) -> None:
        super().__init__()
        self.design = design
        self.body = Body(design.widths, design.blocks)
        body = self.body
        self.head: nn.Module
        if design.head == "local":
            self.head = LocalPoints(
                mean_xyd=mean_xyd,
                middle=body.middle_width,
                fine=body.fine_width,
                whole=body.whole_width,
                anchors=design.anchors,
                hidden=design.hidden,
            )
        elif design.head == "global":
            cells = design.size_px // STRIDE_COARSE
            self.head = GlobalPoints(
                mean_xyd=mean_xyd, middle=body.middle_width, cells=cells, hidden=design.hidden
            )
        else:
            raise ValueError(f"no head {design.head!r}: local or global")
        self.refinement = (
            Refinement(count=len(mean_xyd), fine=body.fine_width, code=design.hidden)
            if design.refined
            else None
        )
        self.whole = WholeFace(
            code=design.hidden, whole=body.whole_width, expressions=expressions, eyes=eyes
        )
        self.parts = PartMap(fine=body.fine_width, middle=body.middle_width, parts=parts)

    def forward(self, picture: Tensor, sharp: Tensor | None = None) -> Answer:
        """(B, 3, S, S) RGB in -1..1; parts are drawn for the first pictures, as many as are sharp.

        sharp  (P, 3, 2 S, 2 S) the same squares, twice as large
        """
        features = self.body(picture)
        seen = self.head(features)
        if self.refinement is not None:
            seen = self.refinement(picture, features, seen)
        whole = self.whole(features, seen)
        parts = None
        if sharp is not None:
            count = sharp.shape[0]
            some = features._replace(fine=features.fine[:count], middle=features.middle[:count])
            parts = self.parts(sharp, some)
        return Answer(rough_xy=seen.rough_xy, points=seen.points, whole=whole, parts=parts)
