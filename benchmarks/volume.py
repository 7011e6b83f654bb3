"""The volumetric network against the truth, beside the mean head and the landmark fit.

    python benchmarks/volume.py --test TEST [--count 150] [--no-record]

TEST is a folder of `training/synthesize.py test`: skins and heads that nobody was trained on. In
each row: the mean head at the true pose, the guide, the fit to the face network's points alone, the
network's surface, and the fit to points and surface. Real people: volume_london.py. Recorded in
benchmarks/results/volume.json.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from measures import distance_mm
from run import where
from show import rounded
from volume_cases import (
    FLIP_Y,
    Case,
    Skin,
    cases,
    corner_distance,
    distances,
    in_picture,
    skin_of,
    surface_of,
)

from faceborn.errors import FaceError, FitError
from faceborn.faces import hints_of
from faceborn.fit import fit_face
from faceborn.geometry.similarity import align
from faceborn.model import load_head_model, make_shape
from faceborn.model.face_points import load_face_points
from faceborn.types import Array, Fit, Solid
from faceborn.volume import find_solid, isosurface
from faceborn.volume.guide import lay, load_guide
from faceborn.volume.solid import closed_triangles, occupancy

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results" / "volume.json"
BUCKETS = ((0, 30), (30, 60), (60, 96))
WAYS = ("mean_head", "guide", "fit", "volume", "both")
EACH = 4  # every so manieth vertex of the true face is measured
SEEN_PX = 2.0  # how far behind the first surface a point still counts as seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    measured = synthetic(arguments.test, arguments.count)
    print(json.dumps(rounded(measured), indent=1))
    if not arguments.no_record:
        RESULTS.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")


def synthetic(folder: Path, count: int) -> dict[str, object]:
    """Per bucket of yaw, and for lively faces, IoU and distances of every way."""
    rows: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    pieces, milliseconds = [], []
    for case in cases(folder, count):
        low, high = next(pair for pair in BUCKETS if pair[0] <= abs(case.yaw_deg) < pair[1])
        names = [f"yaw {low}-{high}", "all"] + (["expressions"] if case.lively else [])
        begun = time.perf_counter()
        solid = find_solid(case.photo, case.look.points_px, case.look.rotation)
        vertices, triangles = isosurface(solid)
        surface = surface_of(solid.to_photo(vertices), triangles)
        milliseconds.append((time.perf_counter() - begun) * 1000)
        pieces.append(largest_share(solid))
        for way, figures in compare(case, solid, surface).items():
            for name in names:
                for key, value in figures.items():
                    rows[name][way][key].append(value)
    return {
        "photographs": count,
        "milliseconds_network_and_surface_median": float(np.median(milliseconds)),
        "largest_piece_share_least": min(pieces),
        **{
            name: {
                way: {key: float(np.nanmean(value)) for key, value in figures.items()}
                for way, figures in ways.items()
            }
            for name, ways in sorted(rows.items())
        },
    }


def compare(case: Case, solid: Solid, surface: Skin) -> dict[str, dict[str, float]]:
    """What each way gives for one photograph."""
    model = load_head_model()
    triangles = closed_triangles(model)
    truth_solid = solid_of(case.truth, solid)
    face = np.flatnonzero((model.masks["face"] > 0.5) & (model.masks["ears"] < 0.1))[::EACH]
    face = np.intersect1d(face, triangles)
    visible = seen(case.truth[face], case.truth, triangles)
    truth = skin_of(case.truth, triangles).at(face)
    stays = model.masks["face"] > 0.5
    scale, rotation, shift = align(model.mean_mm[stays].astype(float), case.truth[stays] * FLIP_Y)
    meshes = {
        "mean_head": (model.mean_mm @ rotation.T * scale + shift) * FLIP_Y,
        "guide": guide_of(case),
        "fit": fitted(case, None),
        "both": fitted(case, solid),
    }
    out: dict[str, dict[str, float]] = {}
    for way in WAYS:
        mesh = meshes.get(way)
        if mesh is not None:
            inside, points = solid_of(mesh, solid), surface_of(mesh, triangles)
        elif way in meshes:
            continue
        else:
            inside, points = solid.inside, surface
        a, b = inside > 0.5, truth_solid > 0.5
        found = distances(
            truth,
            visible,
            points,
            mm_per_px=case.mm_per_px,
            eyes_mm=corner_distance(case.truth) * case.mm_per_px,
        )
        out[way] = {
            "iou": float((a & b).sum() / max((a | b).sum(), 1)),
            "visible_mm": found.visible,
            "hidden_mm": found.hidden,
            "visible_aligned_mm": found.visible_aligned,
            "hidden_aligned_mm": found.hidden_aligned,
            "normal_deg": found.normal_deg,
            "nme": found.nme,
            "nme_aligned": found.nme_aligned,
        }
        if mesh is not None:
            gap = distance_mm(mesh[face], case.truth[face], scaled=True)
            out[way]["vertex_aligned_mm"] = gap * case.mm_per_px
    return out


def guide_of(case: Case) -> Array:
    """(V, 3) the head model as the guide lays it on the points; 0 for what is no skin."""
    guide = load_guide()
    mesh = np.zeros(load_head_model().mean_mm.shape)
    mesh[guide.vertices] = lay(guide, case.look.points_px)
    return mesh


def fitted(case: Case, solid: Solid | None) -> Array | None:
    """(V, 3) the fitted head in the picture, with its expression; None where there is no fit."""
    model = load_head_model()
    try:
        fit = fit_face(case.photo, case.face, model, hints=hints_of(case.look), solid=solid)
    except (FaceError, FitError):
        return None
    return posed(fit)


def posed(fit: Fit) -> Array:
    shape = make_shape(load_head_model(), fit.identity, scale=fit.scale)
    head = shape.with_expression(fit.expression).astype(np.float64)
    points = load_face_points()
    core = points.of(head)[points.core]
    return in_picture(fit.camera, head, float(fit.camera.to_camera(core)[:, 2].mean()))


def solid_of(mesh: Array, like: Solid) -> Array:
    """The cubes of a head in the picture (V, 3), in the square of another solid."""
    back = cv2.invertAffineTransform(like.photo_from_square)
    places = np.column_stack([mesh[:, :2] @ back[:, :2].T + back[:, 2], mesh[:, 2] / like.side_px])
    slices, size, _ = like.inside.shape
    triangles = closed_triangles(load_head_model())
    return occupancy(places, triangles, size=size, slices=slices, near=like.near)


def seen(points: Array, mesh: Array, triangles: Array) -> Array:
    """(N,) bool: which points of the picture nothing of the mesh hides."""
    side = float(np.ptp(mesh[:, :2], axis=0).max())
    low = mesh[:, :2].min(0)
    places = np.column_stack([(mesh[:, :2] - low) / side, mesh[:, 2] / side])
    near = float(places[:, 2].max()) + 0.01
    filled = occupancy(places, triangles, size=128, slices=200, near=near) > 0.5
    first = np.where(filled.any(0), filled.argmax(0), 999)
    column, row = np.clip(((points[:, :2] - low) / side * 128).astype(int), 0, 127).T
    slice_ = (near - points[:, 2] / side) * 128
    return np.asarray(slice_ - first[row, column] < SEEN_PX)


def largest_share(solid: Solid) -> float:
    """How much of what is inside hangs together."""
    from skimage.measure import label

    counts = np.bincount(label(solid.inside > 0.5, connectivity=1).ravel())[1:]
    return float(counts.max() / counts.sum())


if __name__ == "__main__":
    main()
