"""Draw by hand what is where in a portrait: the network's map as a start, strokes laid over it.

    python training/mark_parts.py start PHOTO... --out FOLDER     STEM.png, what the network says
    python training/mark_parts.py show FOLDER STEM [--of X0 Y0 X1 Y1] [--target STEM_shown.png]
    python training/mark_parts.py collect FOLDER TARGET           one file of all that was drawn

Strokes lie in FOLDER/STEM.json, a list in the order in which they are laid on, in pixels of a
canvas of 900 around the face (x right, y down):

    {"part": "hair", "area": [[x, y], ...]}                      a filled outline
    {"part": "spectacles", "line": [[x, y], ...], "width": 8}    a line, its width in pixels
    {"part": ..., "area": ..., "only": ["skin", "background"]}   laid on these parts alone

Parts are photographs.shards.PARTS and `unknown`, of which nothing is learnt. `show` draws photo and
map side by side under a grid. `collect` moves borders between large parts to the strongest edge of
the picture within a few pixels (a watershed). Portraits whose masks are measured with are refused.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from photographs.drawn_parts import CANVAS_PX, SIDE, Drawn, canvas_of, save_drawn
from photographs.self_labels import is_marked, shares_of
from photographs.shards import PARTS, UNKNOWN
from skimage.segmentation import watershed

from faceborn.faces import find_faces
from faceborn.faces.network import FaceNetwork
from faceborn.photo import read_photo
from faceborn.types import Array

STORED_PX = 300  # of a map, side
LARGE = ("background", "skin", "hair", "beard", "hat", "hand", "cloth")
REACH_PX = 5  # how far a border moves, of the canvas
COLOURS = np.array(
    [
        *[(40, 40, 90), (255, 180, 140), (255, 255, 0), (255, 255, 255), (255, 0, 80)],
        *[(130, 60, 255), (0, 150, 0), (0, 255, 180), (0, 200, 255), (255, 0, 255)],
        *[(255, 120, 0), (120, 120, 120)],
    ],
    np.uint8,
)
TILE_PX = 780


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    steps = parser.add_subparsers(dest="step", required=True)
    step = steps.add_parser("start")
    step.add_argument("photos", type=Path, nargs="+")
    step.add_argument("--out", type=Path, required=True)
    step = steps.add_parser("show")
    step.add_argument("folder", type=Path)
    step.add_argument("stem")
    step.add_argument("--of", type=int, nargs=4, default=(0, 0, CANVAS_PX, CANVAS_PX))
    step.add_argument("--target", type=Path)
    step = steps.add_parser("collect")
    step.add_argument("folder", type=Path)
    step.add_argument("target", type=Path)
    options = parser.parse_args()
    if options.step == "start":
        options.out.mkdir(parents=True, exist_ok=True)
        network = FaceNetwork()
        for path in options.photos:
            print(f"{path.stem}: {begin(path, options.out, network)}")
    elif options.step == "show":
        target = options.target or options.folder / f"{options.stem}_shown.png"
        cv2.imwrite(str(target), shown(options.folder, options.stem, options.of)[:, :, ::-1])
    else:
        drawn = [collected(options.folder, path.stem) for path in strokes_in(options.folder)]
        save_drawn(options.target, drawn)
        print(f"{len(drawn)} portraits in {options.target}")


def strokes_in(folder: Path) -> list[Path]:
    """Of everyone who was drawn."""
    return sorted(path for path in folder.glob("*.json") if not path.stem.endswith("_canvas"))


def begin(path: Path, out: Path, network: FaceNetwork) -> str:
    """Canvas and the network's map of one photo."""
    if is_marked(path.stem):
        return "refused, its masks are measured with"
    photo = read_photo(path)
    faces = find_faces(photo, network=network)
    if not faces:
        return "no face"
    crop = canvas_of(faces[0].landmarks_px)
    square = crop.moved(1 / SIDE, 0.0, (0.0, 0.0))
    shares, seen = shares_of(photo.pixels, square, crop, network, CANVAS_PX)
    labels = shares.argmax(0).astype(np.uint8)
    at = crop.to_photo(np.stack(np.meshgrid(*[np.arange(CANVAS_PX) + 0.5] * 2), 2), CANVAS_PX)
    inside = ((at >= 0) & (at < photo.pixels.shape[1::-1])).all(2)
    labels[~(seen & inside)] = UNKNOWN
    picture = crop.sample(photo.pixels, CANVAS_PX)
    cv2.imwrite(str(out / f"{path.stem}.png"), labels)
    cv2.imwrite(str(out / f"{path.stem}_photo.png"), picture[:, :, ::-1])
    told = {"middle_px": crop.center_px.tolist(), "side_px": crop.side_px}
    (out / f"{path.stem}_canvas.json").write_text(json.dumps(told))
    return "begun"


def labels_of(folder: Path, stem: str) -> Array:
    """(CANVAS_PX, CANVAS_PX) uint8: the network's map under the strokes."""
    labels = cv2.imread(str(folder / f"{stem}.png"), cv2.IMREAD_GRAYSCALE)
    assert labels is not None
    path = folder / f"{stem}.json"
    strokes: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    for stroke in strokes:
        lay(labels, stroke)
    return labels


def lay(labels: Array, stroke: dict[str, Any]) -> None:
    """One stroke, in place."""
    wrong = set(stroke) - {"part", "area", "line", "width", "only"}
    if wrong or "part" not in stroke or ("area" in stroke) == ("line" in stroke):
        raise SystemExit(f"a stroke has part and either area or line, not: {stroke}")
    where = np.zeros(labels.shape, np.uint8)
    corners = np.round(
        np.array(stroke["area"] if "area" in stroke else stroke["line"], float) * 16 - 8
    )
    if "area" in stroke:
        cv2.fillPoly(where, [corners.astype(np.int32)], 1, 8, 4)
    else:
        width = round(stroke.get("width", 8))
        cv2.polylines(where, [corners.astype(np.int32)], False, 1, width, 8, 4)
    if "only" in stroke:
        where &= np.isin(labels, [number_of(name) for name in stroke["only"]]).astype(np.uint8)
    labels[where > 0] = number_of(stroke["part"])


def number_of(name: str) -> int:
    if name == "unknown":
        return UNKNOWN
    if name not in PARTS:
        raise SystemExit(f"no part {name!r}: {', '.join(PARTS)}, unknown")
    return PARTS.index(name)


def snapped(labels: Array, picture: Array) -> Array:
    """Borders between large parts moved to the strongest edge near by."""
    kernel = np.ones((2 * REACH_PX + 1,) * 2, np.uint8)
    seeds = np.zeros(labels.shape, np.int32)
    large = [PARTS.index(name) for name in LARGE]
    for number in range(len(PARTS)):
        mask = (labels == number).astype(np.uint8)
        inner = cv2.erode(mask, kernel) if number in large else mask
        seeds[inner > 0] = number + 1
    seeds[labels == UNKNOWN] = len(PARTS) + 1
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.float32)
    steep = np.hypot(cv2.Sobel(smooth, -1, 1, 0), cv2.Sobel(smooth, -1, 0, 1)).max(2)
    flooded = watershed(steep, seeds) - 1
    flooded[flooded == len(PARTS)] = UNKNOWN
    # Small parts stay as they were drawn: whole seeds would spread into the ground that is eroded.
    spread = ~np.isin(flooded, large)
    flooded[spread] = labels[spread]
    # So do thin pieces of large ones, which the erosion has eaten.
    thin = np.isin(labels, large) & ~_opened(labels, kernel)
    flooded[thin] = labels[thin]
    return flooded.astype(np.uint8)


def _border(labels: Array) -> Array:
    """0 where a neighbour is another part, for the distance to it."""
    low = cv2.erode(labels, np.ones((3, 3), np.uint8))
    high = cv2.dilate(labels, np.ones((3, 3), np.uint8))
    return (low == high).astype(np.uint8)


def _opened(labels: Array, kernel: Array) -> Array:
    """What is left of every part without its thin pieces."""
    left = np.zeros(labels.shape, bool)
    for number in range(len(PARTS)):
        mask = (labels == number).astype(np.uint8)
        left |= cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel) > 0
    return left


def shown(folder: Path, stem: str, of: tuple[int, int, int, int]) -> Array:
    """Photo and map side by side, under a grid with the canvas's numbers."""
    bgr = cv2.imread(str(folder / f"{stem}_photo.png"))
    assert bgr is not None
    picture = bgr[:, :, ::-1]
    labels = labels_of(folder, stem)
    colour = np.full((*labels.shape, 3), 0, np.uint8)
    known = labels != UNKNOWN
    colour[known] = COLOURS[labels[known]]
    laid = (picture * 0.5 + colour * 0.5).astype(np.uint8)
    laid[_border(labels) == 0] = colour[_border(labels) == 0]
    x0, y0, x1, y1 = of
    scale = TILE_PX / max(x1 - x0, y1 - y0)
    step = next(s for s in (10, 20, 50, 100) if s * scale >= 60 or s == 100)
    tiles = []
    for some in (picture, laid):
        tile = cv2.resize(
            some[y0:y1, x0:x1], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC
        )
        for at in range(-(-x0 // step) * step, x1, step):
            column = round((at - x0) * scale)
            tile[:, column : column + 1] = tile[:, column : column + 1] // 2 + 64
            cv2.putText(tile, str(at), (column + 2, 11), 0, 0.38, (255, 255, 0), 1)
        for at in range(-(-y0 // step) * step, y1, step):
            row = round((at - y0) * scale)
            tile[row : row + 1] = tile[row : row + 1] // 2 + 64
            cv2.putText(tile, str(at), (1, row + 12), 0, 0.38, (255, 255, 0), 1)
        tiles.append(tile)
    legend = np.zeros((22, 2 * tiles[0].shape[1], 3), np.uint8)
    for number, name in enumerate(PARTS):
        place = (6 + number * 128, 16)
        cv2.putText(legend, name, place, 0, 0.5, COLOURS[number].tolist(), 1, cv2.LINE_AA)
    return np.concatenate([legend, np.concatenate(tiles, 1)])


def collected(folder: Path, stem: str) -> Drawn:
    """One portrait, as it is kept."""
    told = json.loads((folder / f"{stem}_canvas.json").read_text())
    bgr = cv2.imread(str(folder / f"{stem}_photo.png"))
    assert bgr is not None
    labels = snapped(labels_of(folder, stem), bgr)
    at = ((np.arange(STORED_PX) + 0.5) * CANVAS_PX / STORED_PX).astype(int)
    return Drawn(
        stem=stem,
        labels=labels[np.ix_(at, at)],
        middle_px=np.array(told["middle_px"]),
        side_px=float(told["side_px"]),
    )


if __name__ == "__main__":
    main()
