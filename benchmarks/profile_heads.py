"""Heads made of profiles: the line of the face against the photo's, and against the other side's.

    python benchmarks/profile_heads.py [--data ../shared/data] [--split train] [--no-record]

Both neutral profiles of each person. Beside each other: the mean head, the head fitted to the front
photo, the one fitted to the profile itself, and the one fitted to the opposite profile, which has
not seen the line that it is measured against. Recorded in benchmarks/results/profile_heads.json.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from datasets import Person, london_people, london_photo
from measures import distance_mm
from outline import Outline, outline_error_mm, outline_from_photo, outline_of_shape
from run import where
from show import rounded

from faceborn.errors import FaceError, FitError
from faceborn.faces import find_faces, hints_of, look_at
from faceborn.fit import fit_face
from faceborn.model import load_head_model, make_shape
from faceborn.photo import read_photo
from faceborn.types import Array

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results" / "profile_heads.json"
SIDES = ("01", "05")
FRONT = "03"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--split", choices=["validation", "train"], default="validation")
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    people = london_people(arguments.data, arguments.split)
    heads, lines = look(arguments.data, people)
    measured = {"split": arguments.split, "people": len(people)} | compare(people, heads, lines)
    print(json.dumps(rounded(measured), indent=1))
    if not arguments.no_record:
        RESULTS.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")


def look(
    data: Path, people: list[Person]
) -> tuple[dict[tuple[str, str], Array], dict[tuple[str, str], Outline]]:
    """Neutral heads (V, 3) in mm by person and view, and the photographed lines of profiles."""
    model = load_head_model()
    heads, lines = {}, {}
    for person in people:
        for view in (*SIDES, FRONT):
            photo = read_photo(london_photo(data, person, view))
            faces = find_faces(photo)
            if not faces:
                continue
            if view in SIDES:
                lines[person.key, view] = outline_from_photo(photo, faces[0])
            try:
                fit = fit_face(photo, faces[0], model, hints=hints_of(look_at(photo, faces[0])))
            except (FaceError, FitError):
                continue
            heads[person.key, view] = make_shape(model, fit.identity).vertices_mm
    return heads, lines


def compare(
    people: list[Person],
    heads: dict[tuple[str, str], Array],
    lines: dict[tuple[str, str], Outline],
) -> dict[str, object]:
    """Mean errors of the line in mm, and how well heads of the two sides agree."""
    model = load_head_model()
    outlines = {place: outline_of_shape(head, model) for place, head in heads.items()}
    mean = outline_of_shape(model.mean_mm, model)
    rows = []
    for person in people:
        for side, other in (SIDES, SIDES[::-1]):
            places = (person.key, FRONT), (person.key, side), (person.key, other)
            if places[1] in lines and all(place in outlines for place in places):
                line = lines[places[1]]
                rows.append(
                    [
                        outline_error_mm(line, shape)
                        for shape in (mean, *(outlines[p] for p in places))
                    ]
                )
    names = ("mean_head", "of_the_front", "of_the_profile", "of_the_other_side")
    region = model.masks["face"] > 0.5
    both = [p.key for p in people if all((p.key, side) in heads for side in SIDES)]
    table = np.array(
        [
            [
                distance_mm(heads[a, SIDES[0]][region], heads[b, SIDES[1]][region], scaled=True)
                for b in both
            ]
            for a in both
        ]
    )
    same = float(np.diag(table).mean())
    different = float(table[~np.eye(len(both), dtype=bool)].mean())
    return {
        "profiles_fitted": sum((p.key, s) in heads for p in people for s in SIDES),
        "line_mm": dict(zip(names, np.mean(rows, axis=0).tolist(), strict=True)),
        "two_sides_mm": {
            "same_person": same,
            "different_people": different,
            "ratio": different / same,
            "rank_one": float((table.argmin(1) == np.arange(len(both))).mean()),
        },
    }


if __name__ == "__main__":
    main()
