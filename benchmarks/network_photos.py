"""The face network on real photos: fronts against hand-placed points, pose of all views, a sheet.

    export PYTHONPATH=training
    python benchmarks/network_photos.py face_network.onnx --data ../shared/data
    python benchmarks/network_photos.py face_network.onnx --data ../shared/data --sheet OUT.png

Beside it the borrowed mesh on the same photos. Steer with the training people that no network
learns from; validation people (--split validation) are for one figure at the end. The sheet shows
people: it stays outside of the repository.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from datasets import (
    FRONT_POINTS,
    SPLITS,
    VIEWS,
    YAW_DEG,
    Person,
    front_points_px,
    london_people,
    london_photo,
    pictures,
)
from frontend.mesh import SCHEME, read_by_mesh
from photographs.shards import PARTS

from faceborn.faces import find_faces
from faceborn.faces.network import FaceNetwork
from faceborn.geometry.rotations import angles_from_rotation
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from faceborn.types import Array

REPOSITORY = Path(__file__).resolve().parents[1]
IBUG = [ibug for _, _, _, ibug in FRONT_POINTS]
MESH = [mesh for _, _, mesh, _ in FRONT_POINTS]
NAMES = [name for name, *_ in FRONT_POINTS]
EYES = (0, 3)  # outer corners among FRONT_POINTS
SHEET_PX, SHEET_COLUMNS = 200, 10
UNSURE = 0.012  # sigma of a point, of the square's side
COLOURS = np.random.default_rng(4).integers(40, 255, (len(PARTS), 3)).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", type=Path)
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--split", choices=SPLITS, default="held-back")
    parser.add_argument("--sheet", type=Path, help="draw 60 photos instead")
    arguments = parser.parse_args()
    network = FaceNetwork(arguments.network)
    if arguments.sheet:
        draw_sheet(network, arguments.data, arguments.sheet)
    else:
        people = london_people(arguments.data, arguments.split)
        print(json.dumps(fronts(network, arguments.data, people), indent=1))
        print(json.dumps(views(network, arguments.data, people), indent=1))


def fronts(network: FaceNetwork, data: Path, people: list[Person]) -> dict[str, object]:
    """Error of the eight hand-placed points in % of the eye distance, and without its mean."""
    ours, mesh = [], []
    for person in people:
        photo = read_photo(london_photo(data, person, "03"))
        face = find_faces(photo, network=network)[0]
        true = front_points_px(data, person)
        unit = np.linalg.norm(true[EYES[0]] - true[EYES[1]]) / 100
        look = network.find(photo.pixels, face)
        ours.append((look.points_px[IBUG, :2] - true) / unit)
        other = read_by_mesh(photo.pixels, face)
        assert other.scheme == SCHEME, "a front that the mesh does not see"
        mesh.append((other.landmarks_px[MESH] - true) / unit)

    def told(errors: list[Array]) -> dict[str, object]:
        table = np.array(errors)
        each = np.linalg.norm(table, axis=2).mean(0)
        steady = np.linalg.norm(table - table.mean(0), axis=2).mean()
        return {
            "mean": round(float(each.mean()), 2),
            "without_offset": round(float(steady), 2),
            "points": dict(zip(NAMES, each.round(2).tolist(), strict=True)),
        }

    return {"people": len(ours), "network": told(ours), "borrowed_mesh": told(mesh)}


def views(network: FaceNetwork, data: Path, people: list[Person]) -> dict[str, object]:
    """Per view: the photographer's yaw, ours (mean, deviation), the score."""
    table: dict[str, object] = {}
    for view in VIEWS[:5]:
        yaws, scores = [], []
        for person in people:
            photo = read_photo(london_photo(data, person, view))
            found = find_faces(photo, network=network)
            if found:
                look = network.find(photo.pixels, found[0])
                yaws.append(angles_from_rotation(look.rotation)[0])
                scores.append(look.score)
        table[view] = {
            "wanted_deg": YAW_DEG[view],
            "yaw_deg": round(float(np.mean(yaws)), 1),
            "deviation_deg": round(float(np.std(yaws)), 1),
            "lowest_score": round(float(np.min(scores)), 2),
        }
    return table


def draw_sheet(network: FaceNetwork, data: Path, target: Path) -> None:
    """60 photos: points (orange where unsure, red where hidden), irises, the part map under each.

    24 London training people of all views, smiling too, 26 fellows, 10 of congress.
    """
    people = london_people(data, "train")[1::2][:24]
    london = [london_photo(data, p, VIEWS[k % len(VIEWS)]) for k, p in enumerate(people)]
    fellows = list(pictures(data / "fellows"))[3::7][:26]
    congress = list(pictures(data / "congress"))[2::7][:10]
    tiles = [_tile(path, network) for path in [*london, *fellows, *congress]]
    cv2.imwrite(str(target), _grid(tiles)[:, :, ::-1])


def _tile(path: Path, network: FaceNetwork) -> Array:
    photo = read_photo(path)
    found = find_faces(photo, network=network)
    if not found:
        return np.zeros((2 * SHEET_PX, SHEET_PX, 3), np.uint8)
    look = network.find(photo.pixels, found[0])
    crop = look.crop.moved(1.25, 0.0, (0.0, 0.0))
    drawn = crop.sample(photo.pixels, SHEET_PX)
    inverse = cv2.invertAffineTransform(crop.photo_from_square(SHEET_PX))

    def at(points: Array) -> Iterable[tuple[int, int]]:
        places = points[:, :2] @ inverse[:, :2].T + inverse[:, 2]
        return [(round(float(x)), round(float(y))) for x, y in places]

    core = load_face_points().core
    unsure = look.sigma_px > UNSURE * look.crop.side_px
    for place, seen, doubt, inner in zip(
        at(look.points_px), look.visible, unsure, core, strict=True
    ):
        colour = (255, 60, 60) if seen < 0.5 else (255, 170, 30) if doubt else (60, 255, 60)
        cv2.circle(drawn, place, 1, colour if inner else tuple(c // 2 for c in colour), -1)
    for place, (_, _, radius) in zip(at(look.irises_px), look.irises_px, strict=True):
        size = max(1, round(float(radius * SHEET_PX / crop.side_px)))
        cv2.circle(drawn, place, size, (60, 120, 255), 1)
    below = cv2.resize(look.crop.sample(photo.pixels, SHEET_PX), (SHEET_PX, SHEET_PX))
    labels = cv2.resize(
        look.parts.argmax(0).astype(np.uint8), (SHEET_PX, SHEET_PX), interpolation=cv2.INTER_NEAREST
    )
    yaw = angles_from_rotation(look.rotation)[0]
    cv2.putText(drawn, f"{yaw:.0f} {look.score:.2f}", (4, 14), 0, 0.45, (255, 255, 0), 1)
    mixed = (below * 0.45 + COLOURS[labels] * 0.55).astype(np.uint8)
    return np.concatenate([drawn, mixed])


def _grid(tiles: list[Array]) -> Array:
    rows = [
        np.concatenate(tiles[k : k + SHEET_COLUMNS], 1) for k in range(0, len(tiles), SHEET_COLUMNS)
    ]
    return np.concatenate(rows)


if __name__ == "__main__":
    main()
