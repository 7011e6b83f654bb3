"""The hairline of one person: how far from a typical one, all around the crown, and how much hair.

What single pixels say is torn: locks, parting, shine, shade. A hairline is not. So it is found as
one smooth curve, the one that parts the map into hair above and skin below best.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.texture.colour import smoothstep
from faceborn.texture.growth import Growth
from faceborn.texture.hair_map import HairMap
from faceborn.types import Array, Record

KNOTS = 36  # around the crown, 10 degrees each, the first at the middle of the forehead
TABLE_SIZE = 20 * KNOTS  # of the curve as a table, 0.5 degrees
STEP_MM = 2.0
FRINGE_MM, SIDE_MM, RECEDED_MM = -22.0, -8.0, 56.0  # lowest in front, at the sides; highest
FRONT_DEG, REAR_DEG = 45.0, 115.0  # the photo tells nothing of what lies behind the ears
EXPECTED_MM = 16.0  # spread of people's hairlines around the typical one
STIFF = 0.035  # what a step between two knots costs, per mm squared
MIRRORED = 0.4  # what the other side's pixels count
OUTSIDE = 0.35  # what pixels beside the head count
BESIDE_MM = 9.0  # hair is that thick at least
RIM_MM = 10.0  # of the map, not to be trusted along the background
RIM_SOFT_MM = 14.0  # half the width in which bald turns to hairy
BALD, HAIRY = 0.42, 0.70  # share of the seen scalp that is hair
ENOUGH_PX = 40.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hairline(Record):
    """Where one person's hair grows."""

    offset_mm: Array  # (KNOTS,) of the hairline from the typical one, positive: receded
    top: float  # 0..1 cover on top of the head
    sides: float  # 0..1 cover of the sides and the back

    def above_mm(self, growth: Growth) -> Array:
        """How far each place lies inside the hair; negative on skin."""
        table = self._offset_table()
        place = np.asarray((growth.azimuth_deg + 360.0) * (TABLE_SIZE / 360.0), np.float32)
        before = place.astype(np.int32)
        share = place - before
        before %= TABLE_SIZE
        offset = table[before] * (1 - share) + table[before + 1] * share
        return np.asarray(growth.hair_mm - offset, np.float32)

    def _offset_table(self) -> Array:
        """(TABLE_SIZE + 1,) float32 the offset all around from 0 degrees on, closed."""
        turn = np.arange(TABLE_SIZE + 1) * (KNOTS / TABLE_SIZE)
        before = np.floor(turn).astype(int)
        share = turn - before
        # Cubic B-spline: smooth to the second derivative.
        weights = (
            (1 - share) ** 3,
            3 * share**3 - 6 * share**2 + 4,
            -3 * share**3 + 3 * share**2 + 3 * share + 1,
            share**3,
        )
        offset = sum(w * self.offset_mm[(before + k - 1) % KNOTS] for k, w in enumerate(weights))
        return np.asarray(np.asarray(offset) / 6.0, np.float32)

    def density(self, growth: Growth, ragged_mm: Array | float = 0.0) -> Array:
        """0..1 how much hair there is inside the hairline: on top, or at the sides and behind."""
        top = smoothstep(-RIM_SOFT_MM, RIM_SOFT_MM, growth.rim_mm + ragged_mm)
        return np.asarray(top * self.top + (1 - top) * self.sides, np.float32)


def find_hairline(seen: HairMap) -> Hairline:
    """The smooth curve that parts hair from skin best, and whether there is hair behind it."""
    weight = _weights(seen)
    off_rim = _off_rim(seen)
    offset = _best_curve(_scores(seen, weight * (seen.hair * off_rim - seen.skin)))
    hair, bare = (weight * off_rim * smoothstep(0.3, 0.8, v) for v in (seen.hair, seen.skin))
    line = Hairline(offset_mm=offset, top=1.0, sides=1.0)
    above = line.above_mm(
        Growth(azimuth_deg=seen.azimuth_deg, way_mm=seen.away_mm, hair_mm=seen.hair_mm,
               rim_mm=seen.rim_mm)
    )  # fmt: skip
    # On top a receded hairline tells of a bald head; at the sides only what lies behind it does.
    top, on_top = _share(hair, bare, (seen.rim_mm > 0) & (seen.hair_mm > 8.0))
    sides, at_sides = _share(hair, bare, (seen.rim_mm <= 0) & (above > 4.0))
    if on_top < ENOUGH_PX:
        top = sides if at_sides >= ENOUGH_PX else 1.0
    if at_sides < ENOUGH_PX:
        sides = top
    top, sides = (float(smoothstep(BALD, HAIRY, v)) for v in (top, sides))
    # Hair goes from the top first: nobody has a bare side below a full top.
    return line.replace(top=top, sides=max(sides, 0.9 * top))


def _weights(seen: HairMap) -> Array:
    """(H, W) what each pixel's word counts."""
    on_head = smoothstep(0.05, 0.4, seen.facing) * seen.on_head
    beside = OUTSIDE * smoothstep(BESIDE_MM, 2.0, seen.away_mm) * ~seen.on_head
    ahead = np.abs(seen.azimuth_deg) < REAR_DEG
    known = smoothstep(0.5, 0.1, seen.ears) * seen.inside * ahead
    return np.asarray((on_head + beside) * known)


def _off_rim(seen: HairMap) -> Array:
    """(H, W) 0..1: where head and background mix, a bald top has a rim that looks like hair."""
    other = ((1 - seen.hair - seen.skin) > 0.6) & seen.inside
    away = cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(np.where(seen.rim_mm > 0, smoothstep(2.0, RIM_MM, away), 1.0))


def _share(hair: Array, bare: Array, where: Array) -> tuple[float, float]:
    """Share of hair among hair and skin, and how many pixels told so."""
    count = float(((hair + bare) * where).sum())
    return float((hair * where).sum()) / max(count, 1e-6), count


def _levels() -> Array:
    return np.arange(FRINGE_MM, RECEDED_MM + STEP_MM, STEP_MM)


def _scores(seen: HairMap, vote: Array) -> Array:
    """(KNOTS, levels) agreement in mm: votes above each level minus votes below it."""
    levels = _levels()
    knot = np.round(seen.azimuth_deg / 360.0 * KNOTS).astype(int) % KNOTS
    low, high = FRINGE_MM - 14.0, RECEDED_MM + 14.0
    near = (seen.hair_mm > low) & (seen.hair_mm < high) & (vote != 0)
    cell = np.floor((seen.hair_mm[near] - low) / STEP_MM).astype(int)
    cells = round((high - low) / STEP_MM)
    index = knot[near] * cells + np.minimum(cell, cells - 1)
    votes = np.bincount(index, vote[near], KNOTS * cells).reshape(KNOTS, cells)
    votes = votes + MIRRORED * votes[(-np.arange(KNOTS)) % KNOTS]
    below = np.concatenate([np.zeros((KNOTS, 1)), np.cumsum(votes, 1)], 1)
    first = round((FRINGE_MM - low) / STEP_MM)
    up_to = below[:, first : first + len(levels)]
    return np.asarray((below[:, -1:] - 2 * up_to) / (95.0 * 2 * np.pi / KNOTS))


def _best_curve(scores: Array) -> Array:
    """(KNOTS,) offsets in mm: dynamic programming around the head, then smoothed."""
    levels = _levels()
    azimuth = np.abs((np.arange(KNOTS) * 360.0 / KNOTS + 180.0) % 360.0 - 180.0)
    spread = np.where(azimuth > REAR_DEG, 0.25 * EXPECTED_MM, EXPECTED_MM)
    gain = scores - (levels[None] / spread[:, None]) ** 2
    lowest = np.where(azimuth <= FRONT_DEG, FRINGE_MM, SIDE_MM)
    gain = np.where(levels[None] < lowest[:, None], -1e6, gain)
    step = STIFF * (levels[:, None] - levels[None]) ** 2
    # The round is cut at the back of the head, where every curve is the typical one.
    order = (np.arange(KNOTS) + KNOTS // 2) % KNOTS
    best = gain[order[0]]
    came_from = []
    for knot in order[1:]:
        total = best[None] - step
        came_from.append(total.argmax(1))
        best = total.max(1) + gain[knot]
    path = [int(best.argmax())]
    for back in reversed(came_from):
        path.append(int(back[path[-1]]))
    offset = np.empty(KNOTS)
    offset[order] = levels[path[::-1]]
    return np.asarray(
        0.25 * np.roll(offset, 1) + 0.5 * offset + 0.25 * np.roll(offset, -1), np.float32
    )
