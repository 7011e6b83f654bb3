"""How the volumetric network bears bad photos: blur, tiny faces, grey, covered thirds, wrong crops.

    python benchmarks/volume_robust.py --test TEST [--count 40] [--no-record]

TEST is a folder of `training/synthesize.py test`. Every photograph is spoilt in each way and looked
at as the product does: a first look at a square around the face, a second at what that told. Shown
are the distance of the seen face after alignment (mm), IoU, and the share of the solid that hangs
together, whose least value is what counts. Recorded in benchmarks/results/volume_robust.json.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from run import where
from show import rounded
from volume import EACH, largest_share, seen, solid_of
from volume_cases import Case, cases, corner_distance, distances, skin_of, surface_of

from faceborn.faces.network import FaceNetwork, second_crop
from faceborn.geometry.crop import Crop
from faceborn.model import load_head_model
from faceborn.types import Array, Solid
from faceborn.volume import find_solid, isosurface
from faceborn.volume.solid import closed_triangles

RESULTS = Path(__file__).parent / "results" / "volume_robust.json"
Spoil = Callable[[Array, Crop, np.random.Generator], tuple[Array, Crop]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    network = FaceNetwork()
    for number, case in enumerate(cases(arguments.test, arguments.count)):
        for name, spoil in ways():
            rng = np.random.default_rng(number)
            pixels, crop = spoil(case.photo.pixels, case.look.crop, rng)
            look = network.both_ways(pixels, second_crop(network.look(pixels, crop)))
            photo = case.photo.replace(pixels=pixels)
            rows[name].append(judge(case, find_solid(photo, look.points_px, look.rotation)))
    measured = {"photographs": arguments.count} | {
        name: {
            "visible_aligned_mm": float(np.mean([f["visible_aligned_mm"] for f in found])),
            "iou": float(np.mean([f["iou"] for f in found])),
            "largest_piece_share_least": min(f["largest_piece_share"] for f in found),
        }
        for name, found in rows.items()
    }
    print(json.dumps(rounded(measured), indent=1))
    if not arguments.no_record:
        RESULTS.write_text(json.dumps(rounded(measured | where()), indent=1) + "\n")


def judge(case: Case, solid: Solid) -> dict[str, float]:
    """One spoilt photograph against its truth."""
    model, triangles = load_head_model(), closed_triangles(load_head_model())
    face = np.flatnonzero((model.masks["face"] > 0.5) & (model.masks["ears"] < 0.1))[::EACH]
    face = np.intersect1d(face, triangles)
    vertices, surface = isosurface(solid)
    inside, truth = solid.inside > 0.5, solid_of(case.truth, solid) > 0.5
    found = distances(
        skin_of(case.truth, triangles).at(face),
        seen(case.truth[face], case.truth, triangles),
        surface_of(solid.to_photo(vertices), surface),
        mm_per_px=case.mm_per_px,
        eyes_mm=corner_distance(case.truth) * case.mm_per_px,
    )
    return {
        "visible_aligned_mm": found.visible_aligned,
        "iou": float((inside & truth).sum() / max((inside | truth).sum(), 1)),
        "largest_piece_share": largest_share(solid),
    }


def ways() -> Iterator[tuple[str, Spoil]]:
    yield "as it is", lambda pixels, crop, rng: (pixels, crop)
    for sigma in (0.01, 0.02, 0.04):
        yield f"blur of {sigma:.0%} of the square", blurred(sigma)
    for size in (64, 32, 20):
        yield f"face of {size} px", tiny(size)
    yield "grey", grey
    yield "a third covered", covered
    for share in (0.1, 0.2, 0.3):
        yield f"crop wrong by {share:.0%}", misplaced(share)


def blurred(share: float) -> Spoil:
    def spoil(pixels: Array, crop: Crop, rng: np.random.Generator) -> tuple[Array, Crop]:
        return cv2.GaussianBlur(pixels, (0, 0), share * crop.side_px), crop

    return spoil


def tiny(face_px: int) -> Spoil:
    """The photo at a size at which the face, two thirds of the square, has so many pixels."""

    def spoil(pixels: Array, crop: Crop, rng: np.random.Generator) -> tuple[Array, Crop]:
        factor = face_px / (crop.side_px / 1.35)
        small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        size = pixels.shape[1::-1]
        return cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), crop

    return spoil


def grey(pixels: Array, crop: Crop, rng: np.random.Generator) -> tuple[Array, Crop]:
    one = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.repeat(one[..., None], 3, 2), crop


def covered(pixels: Array, crop: Crop, rng: np.random.Generator) -> tuple[Array, Crop]:
    """A flat patch over the left, right or lower third of the face."""
    half = crop.side_px / 1.35 / 2
    low, high = np.array([-half, -half]), np.array([half, half])
    which = rng.integers(3)
    if which == 0:
        high[0] = low[0] + 2 * half / 3
    elif which == 1:
        low[0] = high[0] - 2 * half / 3
    else:
        low[1] = high[1] - 2 * half / 3
    corners = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
    c, s = np.cos(crop.turn_rad), np.sin(crop.turn_rad)
    turned = corners @ np.array([[c, s], [-s, c]]) + crop.center_px
    colour = rng.integers(0, 256, 3).tolist()
    return cv2.fillConvexPoly(pixels.copy(), turned.astype(np.int32), colour), crop


def misplaced(share: float) -> Spoil:
    """The first look's square too large or too small by a share, and moved by it, any way."""

    def spoil(pixels: Array, crop: Crop, rng: np.random.Generator) -> tuple[Array, Crop]:
        angle = rng.uniform(0, 2 * np.pi)
        shift = share * crop.side_px * np.array([np.cos(angle), np.sin(angle)])
        side = crop.side_px * (1 + share) ** rng.choice([-1, 1])
        return pixels, Crop(
            center_px=crop.center_px + shift, side_px=float(side), turn_rad=crop.turn_rad
        )

    return spoil


if __name__ == "__main__":
    main()
