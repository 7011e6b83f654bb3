"""Real people: the heads that five views of a person give, with and without the volume.

    export PYTHONPATH=training
    python benchmarks/volume_london.py --data ../shared/data [--split held-back] [--limit 8]

Every neutral London photo alone: whether a surface is found; how far the fit, the fit pulled onto
the surface (both) and the surface itself are from the joint fit of the person's five views, and of
the other four, which the photo has no part in; how far one person's views are from each other and
from other people's; and the outline of the true profile photo against the one that the front photo
foretells. The mean head stands beside. Recorded in benchmarks/results/volume_london.json.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from datasets import PROFILES, SPLITS, london_people, london_photo
from landmarks.together import Sitting, agree, sitting_of
from measures import aligned, distance_mm, narrow_face, pairwise_mm
from outline import (
    Outline,
    levels_of,
    outline_error_mm,
    outline_from_photo,
    outline_of_mesh,
    outline_of_shape,
)
from run import where
from show import rounded
from volume import seen
from volume_cases import corner_distance, distances, in_picture, skin_of, surface_of

from faceborn.errors import FaceError, FitError
from faceborn.faces import find_faces, hints_of, look_at
from faceborn.fit import fit_face
from faceborn.model import load_head_model, make_shape
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from faceborn.types import Array, Fit
from faceborn.volume import find_solid, isosurface
from faceborn.volume.solid import closed_triangles

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results" / "volume_london.json"
VIEWS = ("01", "02", "03", "04", "05")
NEUTRAL_PROFILES = PROFILES[:2]
FRONT = "03"
HEADS = ("fit", "both")


@dataclass(kw_only=True)
class View:
    """What one photo gives."""

    heads: dict[str, Array] = field(default_factory=dict)  # way -> (V, 3) neutral, mm
    sitting: Sitting | None = None
    fit: Fit | None = None  # without the volume
    surface: tuple[Array, Array] | None = None  # in the photo, and triangles
    outline: Outline | None = None  # of a profile photo


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--split", choices=SPLITS, default="validation")
    parser.add_argument("--limit", type=int, help="only so many people, for a quick look")
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    people = london_people(arguments.data, arguments.split)[: arguments.limit]
    keys = [person.key for person in people]
    album = {
        (person.key, view): view_of(london_photo(arguments.data, person, view), view)
        for person in people
        for view in VIEWS
    }
    measured = {
        "split": arguments.split,
        "people": len(people),
        "surface_found": {
            view: float(np.mean([album[key, view].surface is not None for key in keys]))
            for view in VIEWS
        },
        "heads_of_views_mm": {way: agreement(keys, album, way) for way in HEADS},
        "to_joint_fit_of_five_mm": to_joint(keys, album, leave_out=False),
        "to_joint_fit_of_other_four_mm": to_joint(keys, album, leave_out=True),
        "profile_outline_from_front_mm": profiles(keys, album),
    }
    print(json.dumps(rounded(measured), indent=1))
    if not (arguments.no_record or arguments.limit):
        RESULTS.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")


def view_of(path: Path, view: str) -> View:
    """Heads and surface of one photo, as far as there are any."""
    model, photo = load_head_model(), read_photo(path)
    out = View()
    faces = find_faces(photo)
    if not faces:
        return out
    if view in NEUTRAL_PROFILES:
        out.outline = outline_from_photo(photo, faces[0])
    out.sitting = sitting_of(photo, faces[0])
    look = look_at(photo, faces[0])
    solid = find_solid(photo, look.points_px, look.rotation)
    try:
        vertices, triangles = isosurface(solid)
        out.surface = solid.to_photo(vertices), triangles
        for way, help_ in (("both", solid), ("fit", None)):
            fit = fit_face(photo, faces[0], model, hints=hints_of(look), solid=help_)
            out.heads[way] = make_shape(model, fit.identity).vertices_mm.astype(np.float64)
            out.fit = fit
    except (FaceError, FitError):
        pass
    return out


def agreement(keys: list[str], album: dict[tuple[str, str], View], way: str) -> dict[str, float]:
    """One person's views and different people's same view, the mean over all pairs."""
    region = narrow_face(load_head_model())

    def narrow(key: str, view: str) -> list[Array]:
        heads = album[key, view].heads
        return [heads[way][region]] if way in heads else []

    same = [
        gap
        for key in keys
        for gap in pairwise_mm([h for v in VIEWS for h in narrow(key, v)], scaled=True)
    ]
    others = [
        gap
        for view in VIEWS
        for gap in pairwise_mm([h for key in keys for h in narrow(key, view)], scaled=True)
    ]
    return {
        "same_person": float(np.mean(same)),
        "others": float(np.mean(others)),
        "ratio": float(np.mean(others) / np.mean(same)),
    }


def to_joint(
    keys: list[str], album: dict[tuple[str, str], View], *, leave_out: bool
) -> dict[str, dict[str, dict[str, float]]]:
    """Per view and way: vertices, and the seen and hidden face as a surface.

    leave_out  the view itself has no part in the joint fit that it is held against
    """
    rows: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for key in keys:
        alone = {
            view: (found.sitting, found.fit)
            for view in VIEWS
            if (found := album[key, view]).sitting is not None and found.fit is not None
        }
        if len(alone) < 3:
            continue
        of_all = None if leave_out else joint_head(list(alone.values()))
        for view in VIEWS:
            found = album[key, view]
            if found.fit is None or found.surface is None:
                continue
            if of_all is None:
                agreed = joint_head([pair for other, pair in alone.items() if other != view])
            else:
                agreed = of_all
            for way, figures in compare(found, found.fit, agreed).items():
                for name, value in figures.items():
                    rows[view][way][name].append(value)
    return {
        view: {
            way: {name: float(np.nanmean(values)) for name, values in figures.items()}
            for way, figures in ways.items()
        }
        for view, ways in rows.items()
    }


def joint_head(alone: list[tuple[Sitting, Fit]]) -> Array:
    """(V, 3) neutral, mm, of the joint fit of several photos."""
    return make_shape(load_head_model(), agree(alone)).vertices_mm.astype(np.float64)


def compare(found: View, fit: Fit, agreed: Array) -> dict[str, dict[str, float]]:
    """Every way against a neutral head (V, 3) that is known otherwise."""
    model = load_head_model()
    region = narrow_face(model)
    triangles = closed_triangles(model)
    # The head stands in the picture where the fit is; what is measured is aligned anyway.
    middle = float(fit.camera.to_camera(agreed[region])[:, 2].mean())
    placed = in_picture(fit.camera, aligned(agreed, found.heads["fit"], scaled=True), middle)
    mm_per_px = middle / fit.camera.focal_px
    skin = np.intersect1d(region, triangles)
    visible = seen(placed[skin], placed, triangles)
    out: dict[str, dict[str, float]] = {}
    shapes = {"mean_head": model.mean_mm.astype(np.float64)} | found.heads
    meshes = {
        way: (in_picture(fit.camera, aligned(head, agreed, scaled=True), middle), triangles)
        for way, head in shapes.items()
    }
    assert found.surface is not None
    for way, mesh in (meshes | {"volume": found.surface}).items():
        gaps = distances(
            skin_of(placed, triangles).at(skin),
            visible,
            surface_of(*mesh),
            mm_per_px=mm_per_px,
            eyes_mm=corner_distance(placed) * mm_per_px,
        )
        out[way] = {
            "seen_aligned": gaps.visible_aligned,
            "hidden_aligned": gaps.hidden_aligned,
        }
        if way in shapes:
            out[way]["vertices"] = distance_mm(shapes[way][region], agreed[region], scaled=True)
    return out


def profiles(keys: list[str], album: dict[tuple[str, str], View]) -> dict[str, float]:
    """The outline of neutral profile photos against what the front photo's heads foretell."""
    model = load_head_model()
    mean_head = outline_of_shape(model.mean_mm, model)
    errors = defaultdict(list)
    for key in keys:
        front = album[key, FRONT]
        if front.fit is None or front.surface is None:
            continue
        told = {way: outline_of_shape(head, model) for way, head in front.heads.items()}
        told |= {"mean_head": mean_head, "volume": outline_of_surface(front, front.fit)}
        for view in NEUTRAL_PROFILES:
            photo = album[key, view].outline
            if photo is not None:
                for way, outline in told.items():
                    errors[way].append(outline_error_mm(photo, outline))
    return {way: float(np.mean(row)) for way, row in errors.items()}


def outline_of_surface(view: View, fit: Fit) -> Outline:
    """Of the surface in the photo, turned into the frame of the fitted head."""
    model = load_head_model()
    assert view.surface is not None
    points, triangles = view.surface
    core = load_face_points().of(view.heads["fit"])[load_face_points().core]
    middle = float(fit.camera.to_camera(core)[:, 2].mean())
    depth = middle - points[:, 2] * middle / fit.camera.focal_px
    across = (points[:, :2] - np.array(fit.camera.center_px)) * depth[:, None]
    in_camera = np.column_stack([across / fit.camera.focal_px, depth])
    head = (in_camera - fit.camera.translation_mm) @ fit.camera.camera_from_head
    return outline_of_mesh(head, triangles, levels_of(view.heads["fit"], model))


if __name__ == "__main__":
    main()
