"""The line of a profile, forehead to chin, snapped to the edge that the photo shows there.

Network points place a profile within some percent of the eye distance; the photo's own edge between
face and background tells the shape of nose, lips and chin several times better.
Source: search along the normals of a fitted contour, Cootes et al. 1995, "Active Shape Models".
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.fit.contour import Crossings
from faceborn.geometry.rotations import FLIP
from faceborn.types import Array, Camera, HeadModel, PartMap, Photo, Record

BIN_PERCENT = 1.5  # of the eye distance, as all percents here: one point of the line per so much
STEP_PERCENT = 0.4  # between samples along a normal
SIDE_PERCENT = 1.6  # how far colours are compared on both sides of an edge
LEAST_LIKELY = 0.15  # weight of an edge that the part map denies: it may be wrong itself
FAINT = 12.0  # difference of the two sides, 0..255, at which an edge counts half


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edges(Record):
    """Points of the line and the edge found for each."""

    crossings: Array  # (N,) which of the Crossings
    offset_px: Array  # (N,) from the fitted line to the edge, outwards
    trust: Array  # (N,) 0..1


def profile_skin(model: HeadModel) -> Array:
    """(V,) bool: the skin on which the line of a profile runs, without ears and neck."""
    x, _, z = model.mean_mm.T
    face = model.masks["face"] > 0.25
    return np.asarray(face & (np.abs(x) < 42.0) & (z > 30.0) & (model.masks["ears"] < 0.1))


def find_edges(
    photo: Photo,
    parts: PartMap | None,
    camera: Camera,
    contour: Crossings,
    *,
    eye_px: float,
    reach_percent: float,
) -> Edges:
    """Look for the strongest edge along the normal of each point of the outer line.

    parts          what is skin: an edge that has none within, or goes on without, counts little
    reach_percent  how far an edge may be, three standard deviations
    """
    line = _foremost(camera, contour, eye_px * BIN_PERCENT / 100)
    places, normals = contour.places_px[line], contour.normals_px[line]
    step = eye_px * STEP_PERCENT / 100
    side = max(1, round(SIDE_PERCENT / STEP_PERCENT))
    reach = max(2, round(reach_percent / STEP_PERCENT))
    ticks = np.arange(-reach - side, reach + side + 1) * step
    along = places[:, None] + ticks[:, None] * normals[:, None]
    sampled = _sample(photo.pixels, along, step)
    total = np.cumsum(np.pad(sampled, ((0, 0), (1, 0), (0, 0))), axis=1)
    middle = np.arange(side, len(ticks) - side)  # samples that have `side` others on both sides
    inner = (total[:, middle] - total[:, middle - side]) / side
    outer = (total[:, middle + side + 1] - total[:, middle + 1]) / side
    contrast = np.linalg.norm(outer - inner, axis=2)
    offsets = ticks[middle]
    likely = contrast * np.exp(-0.5 * (offsets / (reach * step / 3)) ** 2)
    agreed = np.ones_like(likely)
    if parts is not None:
        skin = _skin_at(parts, along)
        ends = skin[:, middle - side] * (1 - skin[:, middle + side])
        agreed = LEAST_LIKELY + (1 - LEAST_LIKELY) * ends
        likely *= agreed
    best = likely.argmax(1)
    rows = np.arange(len(best))
    strength = contrast[rows, best]
    return Edges(
        crossings=line,
        offset_px=_refined(likely, best, offsets, step),
        trust=agreed[rows, best] * strength**2 / (strength**2 + FAINT**2),
    )


def _foremost(camera: Camera, contour: Crossings, bin_px: float) -> Array:
    """Which crossings lie on the outer line: in each row across the head, the one furthest out."""
    forward = (FLIP @ camera.camera_from_head)[:2, 2] * (1, -1)  # the head's +Z on screen
    forward = forward / np.linalg.norm(forward)
    across = np.array([-forward[1], forward[0]])
    outwards = contour.normals_px @ forward > 0.05
    chosen = np.flatnonzero(outwards)
    row = np.floor(contour.places_px[chosen] @ across / bin_px).astype(int)
    reach = contour.places_px[chosen] @ forward
    order = np.lexsort((-reach, row))
    _, first = np.unique(row[order], return_index=True)
    return chosen[order[first]]


def _sample(pixels: Array, places: Array, step_px: float) -> Array:
    """(N, T, 3) float32 colours at (N, T, 2), averaged over a step where that is wide."""
    if not len(places):  # a head turned so oddly that nothing of it is an outline
        return np.zeros((*places.shape[:2], 3), np.float32)
    low = np.floor(places.min((0, 1)) - 4 * step_px - 2).astype(int)
    high = np.ceil(places.max((0, 1)) + 4 * step_px + 2).astype(int)
    height, width = pixels.shape[:2]
    low = np.clip(low, 0, (width - 1, height - 1))
    high = np.clip(high, low + 1, (width, height))
    part = pixels[low[1] : high[1], low[0] : high[0]]
    if step_px > 1.0:
        part = cv2.GaussianBlur(part, (0, 0), 0.5 * step_px)
    x, y = (places - low - 0.5).astype(np.float32).transpose(2, 0, 1)
    sampled = cv2.remap(part, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.float32)


def _skin_at(parts: PartMap, places: Array) -> Array:
    """(N, T) 0..1 the share of skin at (N, T, 2) of the photo; none outside of the map."""
    transform = parts.square_from_photo
    x, y = (
        (places @ transform[:, :2].T + transform[:, 2] - 0.5).astype(np.float32).transpose(2, 0, 1)
    )
    if not len(x):
        return np.zeros(places.shape[:2], np.float32)
    return np.asarray(cv2.remap(parts.skin, x, y, cv2.INTER_LINEAR))


def _refined(likely: Array, best: Array, offsets: Array, step_px: float) -> Array:
    """(N,) the top of a parabola through the best sample and its neighbours."""
    rows = np.arange(len(best))
    before = likely[rows, np.maximum(best - 1, 0)]
    after = likely[rows, np.minimum(best + 1, likely.shape[1] - 1)]
    here = likely[rows, best]
    bend = np.minimum(before - 2 * here + after, -1e-6)
    shift = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    return np.asarray(offsets[best] + shift * step_px)
