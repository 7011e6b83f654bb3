"""Points against those that we marked on three-quarter views and profiles: printed and recorded.

    export PYTHONPATH=training
    python benchmarks/marked_points.py --data ../shared/data [--limit 8] [--sheet OUT_FOLDER]

benchmarks/marks/README.md says what was marked, by whom and how repeatably. All errors are % of the
side of the face's box. Results go to benchmarks/results/marked_points.json. These are validation
people: never tune on them. The sheets show people: they stay outside of the repository.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from datasets import FRONT_POINTS, PROFILES, YAW_DEG, Person, london_people, london_photo
from frontend.mesh import CROP_OVER_BOX, FaceMesh
from measures import camera_alone
from run import where
from show import by_kind, rounded, show
from skin_tone import lab_at

from faceborn.errors import FaceTurnedAway, FitError
from faceborn.faces import find_faces, hints_of, look_at
from faceborn.fit import fit_face
from faceborn.geometry.crop import Crop
from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model import load_head_model, make_shape
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from faceborn.report import landmarks_68_px
from faceborn.types import Array, Face, HeadModel, Photo

REPOSITORY = Path(__file__).resolve().parents[1]
MARKS = REPOSITORY / "benchmarks" / "marks"
RESULT = REPOSITORY / "benchmarks" / "results" / "marked_points.json"
CHIN = 8  # its place along the outline is a matter of judgement
CORNERS = {"left": (45, 54), "right": (36, 48)}  # outer eye, mouth
# Point of the mesh of 478 that stands for an iBUG point.
MESH_OF_IBUG = {ibug: mesh for _, _, mesh, ibug in FRONT_POINTS} | {33: 2, 51: 0, 57: 17}
WAYS = ("network", "mesh", "fitted head", "mean head")
CHEEK_RADIUS = 0.04  # of the side
TERCILES = ("darkest third", "middle third", "lightest third")

Marks = dict[int, Array]  # iBUG number to (2,) pixels
Figures = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one photo gave."""

    person: Person
    view: str
    numbers: list[int]  # of the marked points
    side_px: float
    lightness: float  # CIELAB L of the near cheek
    faces: list[Face]
    presence: float  # that the mesh gives the face
    errors: dict[str, Array]  # by way, (N, 2) % of the side: towards the nose's side, down
    points_px: dict[str, Array]  # by way, (N, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--limit", type=int, help="only so many photos, for a quick look")
    parser.add_argument("--sheet", type=Path, help="also draw sheets of nine photos")
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    marks, again = read_marks("points"), read_marks("again")
    people = {person.key: person for person in london_people(arguments.data, "validation")}
    model = load_head_model()

    seen = [
        look(london_photo(arguments.data, people[name[:3]], name[4:]), marks[name], people, model)
        for name in sorted(marks)[: arguments.limit]
    ]
    measured: Figures = {"photos": len(seen), "marked_twice": repeatability(marks, again, model)}
    for kind, chosen in (("three-quarter", False), ("profile", True)):
        part = [photo for photo in seen if (photo.view in PROFILES) == chosen]
        if part:
            measured[kind] = figures(part)
    show(measured)
    if arguments.sheet:
        draw_sheets(arguments.data, marks, seen, arguments.sheet)
    if not (arguments.no_record or arguments.limit):
        RESULT.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")
        print(f"recorded in {RESULT.relative_to(REPOSITORY)}")


def read_marks(name: str) -> dict[str, Marks]:
    told = json.loads((MARKS / f"{name}.json").read_text())
    return {
        photo: {int(number): np.array(place) for number, place in points.items()}
        for photo, points in told.items()
    }


# --- one photo -----------------------------------------------------------------------------


def look(path: Path, marks: Marks, people: dict[str, Person], model: HeadModel) -> Seen:
    key, view = path.stem.split("_")
    photo = read_photo(path)
    faces = find_faces(photo)
    side = box_side_px(marks, view, model)
    numbers, true = list(marks), np.array(list(marks.values()))
    points, presence = ways(photo, faces[0], numbers, model) if faces else ({}, 0.0)
    # Towards the side to which the nose points, so that both sides of a face can be averaged.
    forward = np.array([np.sign(YAW_DEG[view]), 1.0])
    return Seen(
        person=people[key],
        view=view,
        numbers=numbers,
        side_px=side,
        lightness=cheek_lightness(photo.pixels, marks, view, side),
        faces=faces,
        presence=presence,
        errors={way: (place - true) / side * 100 * forward for way, place in points.items()},
        points_px=points,
    )


def ways(
    photo: Photo, face: Face, numbers: list[int], model: HeadModel
) -> tuple[dict[str, Array], float]:
    """The marked points (N, 2) as each way finds them, and the mesh's presence."""
    mesh = FaceMesh()
    low, high = np.array(face.box_px).reshape(2, 2)
    side = CROP_OVER_BOX * float((high - low).max())
    glance = mesh.locate(
        photo.pixels,
        Crop(center_px=(low + high) / 2, side_px=side, turn_rad=0.0),
        careful=False,
    )
    careful = mesh.locate(photo.pixels, mesh.crop_around(glance.points_px), careful=True)
    look = look_at(photo, face)
    points = {
        "network": look.points_px[numbers, :2],
        "mesh": careful.points_px[[MESH_OF_IBUG[number] for number in numbers]],
    }
    for way, settings, hints in (
        ("fitted head", None, hints_of(look)),
        ("mean head", camera_alone(face), None),
    ):
        try:
            fit = fit_face(photo, face, model, hints=hints, settings=settings)
        except (FaceTurnedAway, FitError):
            continue
        shape = make_shape(model, fit.identity, scale=fit.scale)
        points[way] = landmarks_68_px(fit, shape)[numbers, :2]
    return points, glance.presence


def box_side_px(marks: Marks, view: str, model: HeadModel) -> float:
    """Longer side of the box of the face network's core points, told from the marks alone.

    It is the distance from the near outer corner of the eye to the chin, times what the box of the
    mean head measures in that unit at the yaw of this view, so that no network under test has a
    share in it. The box of the network's own core points is 0.98 to 1.03 of it, mean of each view.
    """
    eye, _ = near_corners(view)
    turn = rotation_from_angles(YAW_DEG[view], 0.0, 0.0)
    core = (load_face_points().of(model.mean_mm)[load_face_points().core] @ turn.T)[:, :2]
    points = (model.landmarks["ibug_68"].of(model.mean_mm) @ turn.T)[:, :2]
    over_unit = (core.max(0) - core.min(0)).max() / np.linalg.norm(points[eye] - points[CHIN])
    return float(over_unit * np.linalg.norm(marks[eye] - marks[CHIN]))


def near_corners(view: str) -> tuple[int, int]:
    """Outer corner of the eye and corner of the mouth that are turned to the camera."""
    return CORNERS["left" if YAW_DEG[view] < 0 else "right"]


def cheek_lightness(pixels: Array, marks: Marks, view: str, side_px: float) -> float:
    """CIELAB L of a disc half way from the near corner of the eye to that of the mouth."""
    eye, mouth = near_corners(view)
    radius = CHEEK_RADIUS * side_px
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = np.column_stack([x[x**2 + y**2 < radius**2], y[x**2 + y**2 < radius**2]])
    return float(lab_at(pixels, (marks[eye] + marks[mouth]) / 2 + disc)[0])


# --- figures -------------------------------------------------------------------------------


def figures(photos: list[Seen]) -> Figures:
    """Found rates, and per way the errors: mean, per point, per kind of people."""
    first = [photo.faces[0] for photo in photos if photo.faces]
    return {
        "photos": len(photos),
        "found": len(first) / len(photos),
        "found_by_network": float(np.mean([f.landmarks_sigma_px is not None for f in first])),
        "seen_by_mesh": float(np.mean([photo.presence >= 0.5 for photo in photos])),
        "fitted": float(np.mean(["fitted head" in photo.errors for photo in photos])),
        "box_side_px": float(np.mean([photo.side_px for photo in photos])),
        "error": {way: errors(photos, way) for way in WAYS},
        "by_point": by_point(photos, "distance"),
        "towards_nose": by_point(photos, "towards_nose"),
        "down": by_point(photos, "down"),
        "by_kind": {way: kinds(photos, way) for way in WAYS},
    }


def errors(photos: list[Seen], way: str) -> Figures:
    """Of the points of all photos, each photo alike; also without the chin, and, each point alike,
    without its mean: what is left if a point only has another definition here."""
    made = [photo for photo in photos if way in photo.errors]
    all_points = [_mean_distance(photo.errors[way]) for photo in made]
    no_chin = [_mean_distance(p.errors[way][np.array(p.numbers) != CHIN]) for p in made]
    tables: dict[str, list[Array]] = defaultdict(list)
    for photo in made:
        for number, error in zip(photo.numbers, photo.errors[way], strict=True):
            tables[point_name(number, photo.view)].append(error)
    steady = np.concatenate([np.array(rows) - np.mean(rows, 0) for rows in tables.values()])
    return {
        "photos": len(made),
        "mean": float(np.mean(all_points)),
        "no_chin": float(np.mean(no_chin)),
        "no_offset": _mean_distance(steady),
        "worst_photo": float(np.max(all_points)),
    }


def by_point(photos: list[Seen], what: str) -> Figures:
    """Mean per point, those of the two sides together: of "distance", or signed."""
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for photo in photos:
        for way, table in photo.errors.items():
            for number, (forward, down) in zip(photo.numbers, table, strict=True):
                value = {"towards_nose": forward, "down": down, "distance": np.hypot(forward, down)}
                rows[point_name(number, photo.view)][way].append(float(value[what]))
    return {
        point: {way: float(np.mean(columns[way])) for way in WAYS}
        for point, columns in sorted(rows.items())
    }


def point_name(number: int, view: str) -> str:
    """The near and the far side's points have one name each, whichever side is near."""
    middle = {8: "chin 8", 30: "nose tip 30", 33: "under nose 33", 51: "lip 51", 57: "lip 57"}
    if number in middle:
        return middle[number]
    near = (number in (42, 45, 54)) == (YAW_DEG[view] < 0)
    kind = {36: "outer eye", 45: "outer eye", 39: "inner eye", 42: "inner eye"}
    return f"{'near' if near else 'far'} {kind.get(number, 'mouth corner')}"


def kinds(photos: list[Seen], way: str) -> Figures:
    """By group, sex, decade, and by tercile of the lightness of the people's cheeks."""
    people = {photo.person.key: photo.person for photo in photos}
    each: dict[str, list[float]] = defaultdict(list)
    light: dict[str, list[float]] = defaultdict(list)
    for photo in photos:
        light[photo.person.key].append(photo.lightness)
        if way in photo.errors:
            each[photo.person.key].append(_mean_distance(photo.errors[way]))
    values = {key: float(np.mean(row)) for key, row in each.items()}
    order = sorted(values, key=lambda key: float(np.mean(light[key])))
    thirds = dict(zip(TERCILES, np.array_split(order, 3), strict=True))
    return by_kind(list(people.values()), values) | {
        name: {"people": len(keys), "mean": float(np.mean([values[key] for key in keys]))}
        for name, keys in thirds.items()
        if len(keys)
    }


def repeatability(marks: dict[str, Marks], again: dict[str, Marks], model: HeadModel) -> Figures:
    """Distance of the marks of two passes, % of the side."""
    rows: dict[str, list[float]] = defaultdict(list)
    for name, points in again.items():
        side = box_side_px(marks[name], name[4:], model)
        for number, place in points.items():
            apart = float(np.linalg.norm(place - marks[name][number])) / side * 100
            rows[point_name(number, name[4:])].append(apart)
    values = [value for row in rows.values() for value in row]
    per_point = {point: float(np.mean(row)) for point, row in sorted(rows.items())}
    return {"photos": len(again), "mean": float(np.mean(values)), **per_point}


def _mean_distance(table: Array) -> float:
    return float(np.linalg.norm(table, axis=1).mean())


# --- sheets --------------------------------------------------------------------------------

TILE_PX, COLUMNS, ROWS = 360, 3, 3
GREEN, COLOURS = (60, 255, 60), {"network": (255, 60, 60), "fitted head": (80, 160, 255)}


def draw_sheets(data: Path, marks: dict[str, Marks], seen: list[Seen], folder: Path) -> None:
    """Marks green, the network's points red, the fitted head's blue, a line from each mark."""
    folder.mkdir(parents=True, exist_ok=True)
    tiles = [_tile(data, photo, marks[f"{photo.person.key}_{photo.view}"]) for photo in seen]
    for start in range(0, len(tiles), COLUMNS * ROWS):
        chosen = tiles[start : start + COLUMNS * ROWS]
        chosen += [np.zeros_like(chosen[0])] * (-len(chosen) % COLUMNS)
        rows = [np.concatenate(chosen[k : k + COLUMNS], 1) for k in range(0, len(chosen), COLUMNS)]
        sheet = np.concatenate(rows)[:, :, ::-1]
        cv2.imwrite(str(folder / f"marked_{start // (COLUMNS * ROWS):02d}.png"), sheet)


def _tile(data: Path, photo: Seen, marks: Marks) -> Array:
    places = np.array(list(marks.values()))
    middle, side = (places.min(0) + places.max(0)) / 2, photo.side_px * 0.95
    crop = Crop(center_px=middle, side_px=side, turn_rad=0.0)
    pixels = read_photo(london_photo(data, photo.person, photo.view)).pixels
    drawn = crop.sample(pixels, TILE_PX)

    def at(point: Array) -> tuple[int, int]:
        x, y = (point - middle + side / 2) * TILE_PX / side
        return round(float(x)), round(float(y))

    for way, colour in COLOURS.items():
        for place, point in zip(places, photo.points_px.get(way, places), strict=True):
            cv2.line(drawn, at(place), at(point), colour, 1, cv2.LINE_AA)
            cv2.circle(drawn, at(point), 2, colour, -1, cv2.LINE_AA)
    for place in places:
        cv2.circle(drawn, at(place), 2, GREEN, -1, cv2.LINE_AA)
    name = f"{photo.person.key}_{photo.view}"
    cv2.putText(drawn, name, (5, TILE_PX - 6), 0, 0.45, (255, 255, 0), 1, cv2.LINE_AA)
    return drawn


if __name__ == "__main__":
    main()
