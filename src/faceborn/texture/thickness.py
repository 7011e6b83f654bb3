"""How thick the hair is on the skull, read from its outline in the photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.texture.colour import smoothstep
from faceborn.texture.hair_map import HairMap
from faceborn.texture.hairline import REAR_DEG
from faceborn.types import Array, Record

THICKEST_TOP_MM, THICKEST_SIDE_MM = 24.0, 11.0  # more is a shape of its own: buns, curtains
USUAL = 0.5  # what a step counts that the photo does not show
FEWEST_PX = 6
# Cropped hair stands off the skull by less; the fitted skull itself is uncertain by 4 mm or so.
# Limits by the heads of 70 fellows and training people, who were sorted by eye; then a millimetre
# more on top and 0.7 at the sides, since the points of our own network put skulls a little lower.
BALD = (0.9, 0.5)  # cover of the top
AROUND_BALD_MM = (6.5, 4.5)
CROPPED_TOP_MM, CROPPED_SIDE_MM = (13.0, 9.0), (9.7, 7.4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thickness(Record):
    """How far hair goes on beyond the outline of the head."""

    top_mm: float
    sides_mm: tuple[float, float]  # left and right
    top_shown: bool  # False: the picture ends before

    def cropped(self, top: float) -> float:
        """0..1: is it clipped short, so that no strands are to be seen?

        top  0..1 how much hair there is on top; what is left around a bald top is short as a rule
        """
        low_top = smoothstep(*CROPPED_TOP_MM, self.top_mm) * self.top_shown
        low = low_top * smoothstep(*CROPPED_SIDE_MM, max(self.sides_mm))
        # A thin film on top is what clipped stubs leave, not strands.
        bald = smoothstep(*BALD, top) * smoothstep(*AROUND_BALD_MM, min(self.sides_mm))
        return float(np.maximum(low, bald))


def read_thickness(seen: HairMap) -> Thickness:
    """On top and at both sides, mean over the outline there."""
    top = (seen.rim_mm > 12.0) & (seen.hair_mm > 8.0)
    sides = (seen.rim_mm <= 0.0) & (seen.hair_mm > 2.0) & (seen.ears < 0.3)
    sides &= np.abs(seen.azimuth_deg) < REAR_DEG
    left, right = sides & (seen.azimuth_deg > 0), sides & (seen.azimuth_deg < 0)
    top_mm, top_shown = _thickness(seen, top, THICKEST_TOP_MM)
    return Thickness(
        top_mm=top_mm,
        sides_mm=(
            _thickness(seen, left, THICKEST_SIDE_MM)[0],
            _thickness(seen, right, THICKEST_SIDE_MM)[0],
        ),
        top_shown=top_shown,
    )


def _thickness(seen: HairMap, where: Array, most_mm: float) -> tuple[float, bool]:
    """How far hair goes on, mean over the places `where`, and whether the photo shows its edge."""
    beyond = where & ~seen.on_head
    share, total, edge_shown = 1.0, 0.0, True
    for step in range(int(most_mm)):
        ring = beyond & (seen.away_mm > step) & (seen.away_mm <= step + 1)
        shown = ring & seen.inside
        if shown.sum() >= max(FEWEST_PX, 0.3 * ring.sum()):
            share = min(share, float(smoothstep(0.25, 0.75, seen.hair)[shown].mean()))
        else:
            share *= USUAL
            edge_shown &= share < 0.1
        total += share
    return total, edge_shown
