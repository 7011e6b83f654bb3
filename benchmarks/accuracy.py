"""How right the faces and heads are: printed, and recorded in benchmarks/results/accuracy.json.

    export PYTHONPATH=training
    python benchmarks/accuracy.py --data ../shared/data [--split held-back] [--limit 20]

Found rate per view, landmark error on fronts, agreement of the shapes that different photos of one
person give, the true profile against the one that the front fit predicts; each beside the same
figure for the mean head, and once more with the points of a borrowed mesh of 478 on fronts
(`mesh_on_fronts`), which the package had before. Figures on validation people are for reporting:
never tune on them; use --split held-back for steering, training people that no network learns from.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from datasets import (
    FRONT_POINTS,
    PROFILES,
    SPLITS,
    VIEWS,
    YAW_DEG,
    Person,
    front_points_px,
    london_people,
    london_photo,
    pictures,
)
from frontend.mesh import find_by_mesh
from measures import aligned, camera_alone, distance_mm, narrow_face, pairwise_mm, rank_one
from outline import Outline, outline_error_mm, outline_from_photo, outline_of_shape
from run import where
from show import by_kind, kinds, rounded, show

from faceborn.errors import FaceTurnedAway, FitError
from faceborn.faces import find_faces, hints_of, look_at
from faceborn.fit import fit_face
from faceborn.model import load_head_model, make_shape
from faceborn.model.face_points import SCHEME
from faceborn.photo import read_photo
from faceborn.report import landmarks_68_px
from faceborn.types import Array, Face, Fit, Photo

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results"
NAMES = [name for name, *_ in FRONT_POINTS]
MESH = [mesh for _, _, mesh, _ in FRONT_POINTS]
IBUG = [ibug for _, _, _, ibug in FRONT_POINTS]
NEUTRAL = ("02", "03", "04")
SMILING = ("07", "08", "09")
PAIRS = {
    "front to three-quarter": (("03", "02"), ("03", "04")),
    "left to right": (("02", "04"),),
    "front to smiling front": (("03", "08"),),
}
STRANGERS = 4  # other people whose front is held against a profile

Figures = dict[str, Any]


@dataclass(kw_only=True)
class Seen:
    """What one photo gave."""

    faces: list[Face]
    fit: Fit | None = None
    shape: Array | None = None  # (N, 3) mm, the narrow face, neutral, at the fitted size
    outline: Outline | None = None  # of a profile
    drawn: dict[str, Array] | None = None  # of a front: points of FRONT_POINTS, several ways
    profile: Outline | None = None  # of a front: the profile that the fit predicts


class Looker:
    """Goes through photos, keeping what the figures need and not the pixels.

    find  the front end: find_faces, or another of its kind
    """

    def __init__(self, find: Callable[[Photo], list[Face]] = find_faces) -> None:
        self.find = find
        self.model = load_head_model()
        self.region = narrow_face(self.model)

    def look(self, path: Path, view: str) -> Seen:
        photo = read_photo(path)
        seen = Seen(faces=self.find(photo))
        if not seen.faces:
            return seen
        face = seen.faces[0]
        if view in PROFILES[:2]:
            seen.outline = outline_from_photo(photo, face)
        if face.scheme not in self.model.landmarks or face.iris_px is None:
            return seen
        try:
            seen.fit = fit_face(photo, face, self.model, hints=hints_of(look_at(photo, face)))
        except (FaceTurnedAway, FitError):
            return seen
        shape = make_shape(self.model, seen.fit.identity, scale=seen.fit.scale)
        seen.shape = shape.vertices_mm[self.region].astype(np.float64)
        if view == "03":
            mean = fit_face(photo, face, self.model, settings=camera_alone(face))
            mean_shape = make_shape(self.model, mean.identity, scale=mean.scale)
            own = face.scheme == SCHEME
            seen.drawn = {
                "raw points": face.landmarks_px[IBUG if own else MESH],
                "fitted head, 68 points": landmarks_68_px(seen.fit, shape)[IBUG, :2],
                "mean head, 68 points": landmarks_68_px(mean, mean_shape)[IBUG, :2],
            }
            seen.profile = outline_of_shape(shape.vertices_mm, self.model)
        return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--split", choices=SPLITS, default="validation")
    parser.add_argument("--limit", type=int, help="only so many people, for a quick look")
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    data, people = arguments.data, london_people(arguments.data, arguments.split)[: arguments.limit]

    measured: Figures = {
        "split": arguments.split,
        "people": len(people),
        **with_front_end(data, people, Looker()),
        "found_elsewhere": {name: found_in(data / name) for name in ("fellows", "congress")},
        "mesh_on_fronts": with_front_end(data, people, Looker(find_by_mesh)),
    }
    show(measured)
    if not (arguments.no_record or arguments.limit):
        suffix = "" if arguments.split == "validation" else f"_{arguments.split}"
        target = RESULTS / f"accuracy{suffix}.json"
        RESULTS.mkdir(exist_ok=True)
        target.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")
        print(f"recorded in {target.relative_to(REPOSITORY)}")


Album = dict[tuple[str, str], Seen]


def with_front_end(data: Path, people: list[Person], looker: Looker) -> Figures:
    """All figures of the fit, with the points that `looker` takes."""
    album = {
        (person.key, view): looker.look(london_photo(data, person, view), view)
        for person in people
        for view in VIEWS
    }
    return {
        "found": found(people, album),
        "front_landmarks_percent": front_landmarks(data, people, album),
        "agreement_mm": agreement(people, album, looker),
        "one_person_four_distances_mm": {
            name: one_person(data / name, looker) for name in ("zoom", "lisa")
        },
        "profile_outline_mm": profiles(people, album, looker),
    }


# --- faces ---------------------------------------------------------------------------------


def found(people: list[Person], album: Album) -> Figures:
    """Per view and per kind of people: shares of photos."""
    by_view = {
        view: summary([album[person.key, view] for person in people], view) for view in VIEWS
    }
    by_kind = {
        kind: float(np.mean([bool(album[key, view].faces) for key in keys for view in VIEWS]))
        for kind, keys in kinds(people).items()
    }
    return {"by_view": by_view, "by_kind": by_kind}


def summary(photos: list[Seen], view: str) -> Figures:
    """found, exactly one face, with dense points, fitted; the pose's mean and spread."""
    first = [seen.faces[0] for seen in photos if seen.faces]
    yaws = np.array([face.yaw_deg for face in first])
    side = np.sign(YAW_DEG[view])
    return {
        "found": len(first) / len(photos),
        "only_one": float(np.mean([len(seen.faces) == 1 for seen in photos])),
        "dense": sum(face.iris_px is not None for face in first) / len(photos),
        "fitted": float(np.mean([seen.fit is not None for seen in photos])),
        "yaw_deg": float(yaws.mean()),
        "yaw_deg_sd": float(yaws.std()),
        "right_side": float((np.sign(yaws) == side).mean()) if side else None,
    }


def found_in(folder: Path) -> Figures:
    """Shares of the pictures of a folder; every one shows one person, few a second one."""
    counts, dense, missed = [], 0, []
    for path in pictures(folder):
        faces = find_faces(read_photo(path))
        counts.append(len(faces))
        dense += bool(faces) and faces[0].iris_px is not None
        missed += [path.name] if not faces else []
    total = len(counts)
    return {
        "pictures": total,
        "found": sum(count > 0 for count in counts) / total,
        "dense": dense / total,
        "more_than_one": sum(count > 1 for count in counts),
        "missed": missed,
    }


# --- landmarks -----------------------------------------------------------------------------


def front_landmarks(data: Path, people: list[Person], album: Album) -> Figures:
    """Distance to the hand-placed points, percent of the distance of the outer eye corners."""
    errors: dict[str, dict[str, Array]] = defaultdict(dict)
    for person in people:
        placed = front_points_px(data, person)
        eyes = np.linalg.norm(
            placed[NAMES.index("eye_right_outer")] - placed[NAMES.index("eye_left_outer")]
        )
        for way, points in (album[person.key, "03"].drawn or {}).items():
            errors[way][person.key] = np.linalg.norm(points - placed, axis=1) / eyes * 100
    return {
        way: {
            "mean": float(np.mean(list(rows.values()))),
            "worst_person": float(max(row.mean() for row in rows.values())),
            "by_point": dict(zip(NAMES, np.mean(list(rows.values()), axis=0), strict=True)),
            "by_kind": by_kind(people, {key: row.mean() for key, row in rows.items()}),
        }
        for way, rows in errors.items()
    }


# --- shapes --------------------------------------------------------------------------------


def agreement(people: list[Person], album: Album, looker: Looker) -> Figures:
    """Shapes of the same person from different views, of different people from the same view.

    Mean distance of corresponding points of the narrow face after a similarity ("rigid": after
    turning and shifting alone, so that the size counts). The mean head in place of every fit would
    give 0 and 0; how far the fits are from it stands beside.
    """
    mean = looker.model.mean_mm[looker.region].astype(np.float64)
    shapes = {place: seen.shape for place, seen in album.items() if seen.shape is not None}
    figures: Figures = {}
    for way, scaled in (("similarity", True), ("rigid", False)):
        fitted = {key: aligned(shape, mean, scaled=scaled) for key, shape in shapes.items()}
        within = {
            person.key: pairwise_mm(
                [fitted[person.key, v] for v in NEUTRAL if (person.key, v) in fitted],
                scaled=scaled,
            )
            for person in people
        }
        between = [
            distance
            for view in NEUTRAL
            for distance in pairwise_mm(
                [fitted[p.key, view] for p in people if (p.key, view) in fitted], scaled=scaled
            )
        ]
        same = float(np.mean([d for row in within.values() for d in row]))
        figures[way] = {
            "same_person": same,
            "different_people": float(np.mean(between)),
            "ratio": float(np.mean(between)) / same,
            "to_mean_head": float(
                np.mean([distance_mm(shape, mean, scaled=scaled) for shape in fitted.values()])
            ),
            "by_pair": by_pair(people, fitted, scaled=scaled),
            "by_kind": by_kind(
                people, {k: float(np.mean(row)) for k, row in within.items() if row}
            ),
        }
    return figures


def by_pair(people: list[Person], fitted: dict[tuple[str, str], Array], *, scaled: bool) -> Figures:
    """Mean distance and rank-one recognition between two views; chance is 1 / people."""
    figures = {}
    for name, views in PAIRS.items():
        distances, ranks = [], []
        for one, other in views:
            both = [p.key for p in people if {(p.key, one), (p.key, other)} <= fitted.keys()]
            gallery = [fitted[key, one] for key in both]
            probes = [fitted[key, other] for key in both]
            distances += [
                distance_mm(a, b, scaled=scaled) for a, b in zip(gallery, probes, strict=True)
            ]
            ranks.append(rank_one(gallery, probes))
        figures[name] = {"mm": float(np.mean(distances)), "rank_one": float(np.mean(ranks))}
    return figures


def one_person(folder: Path, looker: Looker) -> Figures:
    """Four photos of one face from 15 to 60 cm: they must give one shape."""
    seen = {path.stem: looker.look(path, "") for path in pictures(folder)}
    shapes = [photo.shape for photo in seen.values() if photo.shape is not None]
    mean = looker.model.mean_mm[looker.region].astype(np.float64)
    return {
        "photos": len(seen),
        "fitted": len(shapes),
        "pairwise_similarity": float(np.mean(pairwise_mm(shapes, scaled=True))),
        "pairwise_rigid": float(np.mean(pairwise_mm(shapes, scaled=False))),
        "to_mean_head": float(np.mean([distance_mm(s, mean, scaled=True) for s in shapes])),
        "scales": {name: p.fit.scale for name, p in seen.items() if p.fit is not None},
    }


def profiles(people: list[Person], album: Album, looker: Looker) -> Figures:
    """Nasion to chin of the neutral profile photos against heads fitted to fronts alone."""
    mean_head = outline_of_shape(looker.model.mean_mm, looker.model)
    fronts = {p.key: album[p.key, "03"].profile for p in people}
    rows: dict[str, Array] = {}
    for index, person in enumerate(people):
        others = [people[(index + 1 + k) % len(people)] for k in range(STRANGERS)]
        for view in PROFILES[:2]:
            photo, own = album[person.key, view].outline, fronts[person.key]
            if photo is None or own is None:
                continue
            strangers = [fronts[p.key] for p in others if p is not person]
            errors = [
                outline_error_mm(photo, mean_head),
                outline_error_mm(photo, own),
                np.mean([outline_error_mm(photo, s) for s in strangers if s is not None]),
            ]
            rows[f"{person.key}_{view}"] = np.array(errors)
    table = np.array(list(rows.values()))
    gain = table[:, 0] - table[:, 1]

    def per_person(column: int) -> dict[str, float]:
        return {
            person.key: float(np.mean(chosen))
            for person in people
            if (chosen := [row[column] for key, row in rows.items() if key.startswith(person.key)])
        }

    return {
        "photos": len(table),
        "mean_head": float(table[:, 0].mean()),
        "own_front": float(table[:, 1].mean()),
        "another_persons_front": float(table[:, 2].mean()),
        "gain_over_mean_head": float(gain.mean()),
        "gain_standard_error": float(gain.std() / np.sqrt(len(people))),
        "by_kind": by_kind(people, per_person(1)),
        "mean_head_by_kind": by_kind(people, per_person(0)),
    }


if __name__ == "__main__":
    main()
