"""The part map against masks drawn by hand on 40 portraits of the fellows, printed and recorded.

    python benchmarks/marked_parts.py [--data ../shared/data] [--network FILE] [--no-record]
    python benchmarks/marked_parts.py --sheet OUT.png

Compared in the cells of the network's own square, as its training does: the class under the middle
of a cell. Cells outside of the photo or of the area that was drawn, and those marked "unsure", do
not count. Beside the network stand two answers without one: the mean head's parts at the pose of
the fit, and all of the hull of the landmarks taken for skin; and the drawings of four photos
against second ones, which is about as much as can be reached. Recorded in
benchmarks/results/marked_parts.json; what the masks are says benchmarks/marks/README.md. The sheet
shows people: it stays outside of the repository.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from datasets import pictures
from run import where
from show import rounded, show

from faceborn.faces import find_faces
from faceborn.faces.network import PARTS, FaceNetwork
from faceborn.faces.parts import HAIR, SKIN
from faceborn.fit import fit_face
from faceborn.geometry.crop import Crop
from faceborn.geometry.raster import rasterise
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from faceborn.types import Array, Fit, HeadModel

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results" / "marked_parts.json"
MASKS = REPOSITORY / "benchmarks" / "marks" / "masks.json"
GOALS = {"skin": 0.92, "hair": 0.85, "spectacles": 0.6}

Masks = dict[str, list[list[list[float]]]]  # class -> polygons -> rings -> x y x y ...

# "background" here is all that is none of the others: cloth, too, was not drawn.
CLASSES = tuple(name for name in PARTS if name != "cloth")
EVERYBODY = ("skin", "hair", "brow", "eye", "lip")  # has these, nearly
SCORED = (*EVERYBODY, "inner mouth", "beard", "spectacles")
UNSURE = 255
FINE = 5  # cells are drawn that much finer, odd, so that one pixel is the middle

# What the rest of the package takes for skin and for hair: faces/parts.py.
AS_USED = {"all skin": SKIN, "all hair": HAIR}

SHEET_PX, SHEET_COLUMNS = 300, 2
COLOURS = np.full((256, 3), 128, np.uint8)  # of CLASSES and of UNSURE
COLOURS[: len(CLASSES)] = [
    *[(20, 20, 40), (255, 190, 150), (255, 255, 0), (255, 255, 255), (255, 0, 80), (120, 60, 255)],
    *[(0, 150, 0), (0, 255, 160), (0, 200, 255), (255, 0, 255), (255, 120, 0)],
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One photo: what was drawn and what each answer says, (S, S) numbers of CLASSES."""

    stem: str
    drawn: Array  # UNSURE where nothing counts
    answers: dict[str, Array]
    lightness: float  # CIELAB L of the drawn skin, median
    picture: Array  # (3 S, 3 S, 3) of the square


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--network", type=Path, help="another file than the package's")
    parser.add_argument("--sheet", type=Path, help="photo, masks and map of all, instead")
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    told = json.loads(MASKS.read_text())
    network = FaceNetwork(arguments.network)
    photos = {path.stem: path for path in pictures(arguments.data / "fellows")}
    cases = [
        look(photos[stem], masks, told["area_px"][stem], network)
        for stem, masks in told["masks"].items()
    ]
    if arguments.sheet:
        cv2.imwrite(str(arguments.sheet), sheet(cases)[:, :, ::-1])
        return
    measured = figures(cases) | {"drawn_again": repeatability(told, cases, photos, network)}
    show(measured)
    if not (arguments.no_record or arguments.network):
        RESULTS.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")
        print(f"recorded in {RESULTS.relative_to(REPOSITORY)}")


def look(path: Path, masks: Masks, area_px: list[float], network: FaceNetwork) -> Case:
    """One photo, drawn and answered."""
    photo = read_photo(path)
    face = find_faces(photo, network=network)[0]
    seen = network.find(photo.pixels, face)
    size = seen.parts.shape[1]
    drawn = draw(masks, seen.crop, size)
    drawn[~inside(seen.crop, size, area_px, photo.pixels.shape)] = UNSURE
    picture = seen.crop.sample(photo.pixels, 3 * size)
    lab = cv2.cvtColor(picture[1::3, 1::3].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    hull = np.zeros((size, size), np.uint8)
    core = seen.points_px[load_face_points().core, :2]
    cv2.fillConvexPoly(hull, cv2.convexHull(to_cells(core, seen.crop, size).astype(np.int32)), 1)
    model = load_head_model()
    return Case(
        stem=path.stem,
        drawn=drawn,
        answers={
            "network": classes_of(seen.parts),
            "mean head": mean_head(model, fit_face(photo, face, model), seen.crop, size),
            "hull is skin": hull * CLASSES.index("skin"),
        },
        lightness=float(np.median(lab[drawn == CLASSES.index("skin"), 0])),
        picture=picture,
    )


def classes_of(shares: Array) -> Array:
    """(S, S) numbers of CLASSES of the network's map (P, S, S)."""
    number = [CLASSES.index(name if name != "cloth" else "background") for name in PARTS]
    return np.array(number, np.uint8)[shares.argmax(0)]


def draw(masks: Masks, crop: Crop, size: int) -> Array:
    """(size, size) uint8: of CLASSES, or UNSURE, under the middle of each cell of the square."""
    fine = np.zeros((size * FINE, size * FINE), np.uint8)
    for name in (*CLASSES, "unsure"):
        for rings in masks.get(name, []):
            cells = [to_cells(np.reshape(ring, (-1, 2)), crop, size * FINE) for ring in rings]
            corners = [np.round(ring * 16 - 8).astype(np.int32) for ring in cells]
            cv2.fillPoly(fine, corners, UNSURE if name == "unsure" else CLASSES.index(name), 8, 4)
    return np.ascontiguousarray(fine[FINE // 2 :: FINE, FINE // 2 :: FINE])


def to_cells(points_px: Array, crop: Crop, size: int) -> Array:
    """(N, 2) of the photo to the square of `size` cells, (0, 0) its corner."""
    inverse = cv2.invertAffineTransform(crop.photo_from_square(size))
    return np.asarray(points_px @ inverse[:, :2].T + inverse[:, 2])


def middles_px(crop: Crop, size: int) -> Array:
    """(size, size, 2) where the middles of the square's cells lie in the photo."""
    return crop.to_photo(np.stack(np.meshgrid(*[np.arange(size) + 0.5] * 2), -1), size)


def inside(crop: Crop, size: int, area_px: list[float], shape: tuple[int, ...]) -> Array:
    """(size, size) bool: the cell's middle lies in the photo and in the area that was drawn."""
    at = middles_px(crop, size)
    low = np.maximum(area_px[:2], 0)
    high = np.minimum(area_px[2:], (shape[1], shape[0]))
    return np.asarray(((at >= low) & (at < high)).all(2))


def mean_head(model: HeadModel, fit: Fit, crop: Crop, size: int) -> Array:
    """(size, size) of CLASSES: the mean head, at rest, seen by the fit's camera."""
    part = np.array(model.part_names)[model.triangle_part]
    solid = ~np.isin(part, ("eye_shade", "tearline", "lashes"))
    triangles, part = model.triangles[solid], part[solid]
    kind = np.full(len(triangles), CLASSES.index("skin"), np.uint8)
    for name, mask in (("hair", "scalp"), ("brow", "brows"), ("lip", "lips")):
        within = model.masks[mask][triangles].mean(1) > 0.5
        kind[within & np.isin(part, ("face", "scalp"))] = CLASSES.index(name)
    kind[np.isin(part, ("eye_left", "eye_right", "sockets"))] = CLASSES.index("eye")
    kind[np.isin(part, ("mouth", "gums", "tongue", "teeth"))] = CLASSES.index("inner mouth")
    hit = rasterise(fit.camera.to_camera(model.mean_mm * fit.scale), triangles, fit.camera).triangle
    column, row = np.moveaxis(np.floor(middles_px(crop, size)).astype(int), 2, 0)
    known = (column >= 0) & (row >= 0) & (column < hit.shape[1]) & (row < hit.shape[0])
    answer = np.zeros((size, size), np.uint8)
    under = hit[row[known], column[known]]
    answer[known] = np.where(under >= 0, kind[under], CLASSES.index("background"))
    return answer


def figures(cases: list[Case]) -> dict[str, Any]:
    """Every answer on all photos, and the network's on groups of them."""
    terciles = np.quantile([case.lightness for case in cases], [1 / 3, 2 / 3])
    thirds = [int(np.searchsorted(terciles, case.lightness)) for case in cases]

    def having(name: str) -> list[Case]:
        return [case for case in cases if (case.drawn == CLASSES.index(name)).any()]

    plain = [case for case in cases if case not in having("spectacles") + having("beard")]
    groups = {
        **{
            f"{name} skin": [case for case, t in zip(cases, thirds, strict=True) if t == third]
            for third, name in enumerate(("dark", "middle", "light"))
        },
        "spectacles": having("spectacles"),
        "beard": having("beard"),
        "neither": plain,
    }
    table = confusion((case.drawn, case.answers["network"]) for case in cases)
    return {
        "photos": len(cases),
        "unsure_share": float(np.mean([(case.drawn == UNSURE).mean() for case in cases])),
        "goals": GOALS,
        "pooled": {name: pooled(cases, name) for name in cases[0].answers},
        "mean": {name: mean_over_photos(cases, name) for name in cases[0].answers},
        "as_used": {name: as_used(cases, name) for name in cases[0].answers},
        "groups": {
            name: {"photos": len(some)} | pooled(some, "network", EVERYBODY)
            for name, some in groups.items()
        },
        "network_says": {  # rows: what was drawn; of its cells, the share that each class got
            name: dict(zip(CLASSES, (row / row.sum()).tolist(), strict=True))
            for name, row in zip(CLASSES, table, strict=True)
            if row.sum()
        },
        "skin_by_photo": {
            case.stem: iou(confusion([(case.drawn, case.answers["network"])]))["skin"]
            for case in cases
        },
    }


def repeatability(
    told: dict[str, Any], cases: list[Case], photos: dict[str, Path], network: FaceNetwork
) -> dict[str, float]:
    """Intersection over union of first and second drawings, pooled."""
    first = {case.stem: case.drawn for case in cases}
    pairs = [
        (first[stem], look(photos[stem], masks, told["area_px"][stem], network).drawn)
        for stem, masks in told["drawn_again"].items()
    ]
    values = iou(confusion(pairs))
    return {name: values[name] for name in SCORED}


def confusion(pairs: Iterable[tuple[Array, Array]]) -> Array:
    """(C, C) cells by drawn and by answered class, where both count."""
    table = np.zeros((len(CLASSES), len(CLASSES)))
    for drawn, answer in pairs:
        counts = (drawn != UNSURE) & (answer != UNSURE)
        np.add.at(table, (drawn[counts], answer[counts]), 1)
    return table


def iou(table: Array) -> dict[str, float]:
    """Intersection over union per class; nan where a class is neither drawn nor answered."""
    hit = np.diag(table)
    union = table.sum(0) + table.sum(1) - hit
    share = np.divide(hit, union, out=np.full(len(hit), np.nan), where=union > 0)
    return dict(zip(CLASSES, share.tolist(), strict=True))


def pooled(cases: list[Case], answer: str, names: tuple[str, ...] = SCORED) -> dict[str, float]:
    """Over the cells of all photos together."""
    values = iou(confusion((case.drawn, case.answers[answer]) for case in cases))
    return {name: values[name] for name in names}


def as_used(cases: list[Case], answer: str) -> dict[str, float]:
    """Intersection over union of the unions of classes that the rest of the package works with."""
    shares = {}
    for name, parts in AS_USED.items():
        numbers = [CLASSES.index(part) for part in parts]
        both = either = 0
        for case in cases:
            counts = case.drawn != UNSURE
            one, other = np.isin(case.drawn, numbers), np.isin(case.answers[answer], numbers)
            both += int((one & other & counts).sum())
            either += int(((one | other) & counts).sum())
        shares[name] = both / either
    return shares


def mean_over_photos(cases: list[Case], answer: str) -> dict[str, float]:
    """Of the photos on which a class was drawn."""
    each = [(case.drawn, iou(confusion([(case.drawn, case.answers[answer])]))) for case in cases]
    return {
        name: float(np.mean([v[name] for drawn, v in each if (drawn == CLASSES.index(name)).any()]))
        for name in SCORED
    }


def sheet(cases: list[Case]) -> Array:
    """Photo, masks and the network's map of every case, side by side."""
    tiles = []
    for case in cases:
        photo = cv2.resize(case.picture, (SHEET_PX, SHEET_PX))
        shown = [photo]
        for labels in (case.drawn, case.answers["network"]):
            wide = cv2.resize(labels, (SHEET_PX, SHEET_PX), interpolation=cv2.INTER_NEAREST)
            shown.append((photo * 0.45 + COLOURS[wide] * 0.55).astype(np.uint8))
        tiles.append(np.concatenate(shown, 1))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % SHEET_COLUMNS)
    rows = [tiles[k : k + SHEET_COLUMNS] for k in range(0, len(tiles), SHEET_COLUMNS)]
    return np.concatenate([np.concatenate(row, 1) for row in rows])


if __name__ == "__main__":
    main()
