"""The points of the head whose place in each photograph is told: iBUG's 68, then a spread.

assets/face_points.npz is made by `training/synthesize.py points` and kept in the repository,
because networks are trained on its order.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faceborn.model.face_points import REGIONS, FacePoints
from faceborn.types import Array, HeadModel

# How many points to spread over each region beside the 68.
WANTED = {"face": 150, "jaw": 26, "ear": 40, "skull": 60, "neck": 20}
MIDLINE_MM = 0.5
UNDERSIDE_MM = -84.0  # below the chin's tip: the underside of the jaw, not of the face's box


def save_points(points: FacePoints, target: Path) -> None:
    np.savez(
        target,
        vertices=points.vertices,
        barycentrics=points.barycentrics,
        mirror=points.mirror,
        core=points.core,
        region=points.region,
    )


def choose_points(model: HeadModel) -> FacePoints:
    """iBUG's 68, then region by region the vertex farthest from all chosen so far, in pairs."""
    ibug = model.landmarks["ibug_68"]
    vertices = [tuple(row) for row in ibug.vertices.tolist()]
    barycentrics = [tuple(row) for row in ibug.barycentrics.tolist()]
    region = [0] * len(vertices)
    places = list(ibug.of(model.mean_mm))
    for name, wanted in WANTED.items():
        candidates = _candidates(model, name)
        where = model.mean_mm[candidates]
        gap = _gap(where, np.array(places))
        added = 0
        while added < wanted:
            first = int(candidates[gap.argmax()])
            other = int(model.mirror[first])
            alone = abs(float(model.mean_mm[first, 0])) < MIDLINE_MM
            for vertex in (first,) if alone else (first, other):
                vertices.append((vertex,) * 3)
                barycentrics.append((1.0, 0.0, 0.0))
                region.append(REGIONS.index(name))
                places.append(model.mean_mm[vertex])
                gap = np.minimum(gap, _gap(where, model.mean_mm[vertex][None]))
                added += 1
    place = np.array(places)
    mirror = _gap_index(place * [-1, 1, 1], place)
    if (mirror[mirror] != np.arange(len(mirror))).any():
        raise ValueError("the points do not mirror")
    face = np.einsum("lc,lc->l", model.masks["face"][np.array(vertices)], np.array(barycentrics))
    regions = np.array(region, np.uint8)
    return FacePoints(
        vertices=np.array(vertices, np.int32),
        barycentrics=np.array(barycentrics, np.float32),
        mirror=mirror.astype(np.int32),
        core=((regions == 0) | ((regions == 1) & (face > 0.5))) & (place[:, 1] > UNDERSIDE_MM),
        region=regions,
    )


def _candidates(model: HeadModel, region: str) -> Array:
    """Vertices of the outer skin in a region, each place once, of the right half."""
    outer = np.zeros(len(model.mean_mm), bool)
    for part in ("face", "scalp"):
        outer[model.triangles[model.triangle_part == model.part_names.index(part)]] = True
    x, y, z = model.mean_mm.T
    masks = model.masks
    rim = (masks["nostrils"] > 0.3) | (_near_openings(model) < 1.5)
    skull = (y > -60) & (masks["face"] <= 0.5) & (masks["ears"] < 0.1) & (z < 110)
    chosen = {
        "face": (masks["face"] > 0.5) & (masks["ears"] < 0.1) & ~rim,
        "jaw": np.isin(np.arange(len(x)), model.contour_vertices) & (y < 45) & ~rim,
        "ear": (masks["ears"] > 0.5),
        "skull": skull & (masks["neck"] < 0.3),
        "neck": (y > -130) & (y < -60) & (masks["face"] <= 0.5) & (np.abs(x) < 75),
    }[region]
    keep = outer & chosen & (x <= MIDLINE_MM) & (model.weld == np.arange(len(x)))
    return np.flatnonzero(keep)


def _near_openings(model: HeadModel) -> Array:
    """(V,) mm to the linings of mouth and eyes, where the 68 already lie close together."""
    linings = [model.part_names.index(part) for part in ("mouth", "sockets")]
    inner = np.unique(model.triangles[np.isin(model.triangle_part, linings)])
    return _gap(model.mean_mm, model.mean_mm[inner])


def _gap(places: Array, others: Array) -> Array:
    """(N,) distance of each place to the nearest of the others, a block at a time."""
    out = np.empty(len(places))
    for start in range(0, len(places), 512):
        block = places[start : start + 512, None] - others
        out[start : start + 512] = np.sqrt((block**2).sum(2).min(1))
    return out


def _gap_index(places: Array, others: Array) -> Array:
    return np.asarray(((places[:, None] - others) ** 2).sum(2).argmin(1))
