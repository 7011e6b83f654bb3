"""Surfaces of the volumetric network on real photos, laid over them and turned: to be looked at.

    python benchmarks/volume_sheet.py --data ../shared/data --out /tmp/sheets [SET/STEM ...]

Without names, 40 photos of all poses. Writes sheet_1.png, ...: photo, surface over it, and the
surface from five sides. The pictures show people: keep them out of the repository.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from contact_sheet import DEFAULT
from datasets import london_people, london_photo

from faceborn.errors import FaceError, FitError
from faceborn.faces import find_faces, look_at
from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.rotations import rotation_from_angles
from faceborn.photo import read_photo
from faceborn.types import Array, Photo
from faceborn.volume import find_solid, isosurface

TILE_PX = 200
TURNS = ((-60.0, 0.0), (-25.0, 0.0), (0.0, 0.0), (25.0, 0.0), (60.0, 0.0))  # yaw, pitch
LIGHT = np.array([-0.4, -0.5, 0.77])  # in the picture: from the upper left, before it
ROWS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="SET/STEM")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    paths = [find(arguments.data, name) for name in arguments.names] or list(mixed(arguments.data))
    for number, first in enumerate(range(0, len(paths), ROWS), 1):
        some = paths[first : first + ROWS]
        sheet = np.concatenate([row(read_photo(path)) for path in some])
        target = arguments.out / f"sheet_{number}.png"
        cv2.imwrite(str(target), sheet[..., ::-1])
        print(target, *(path.stem for path in some))


def find(data: Path, name: str) -> Path:
    folder, stem = name.split("/")
    return next(path for path in sorted((data / folder).rglob(f"{stem}.*")))


def mixed(data: Path) -> Iterator[Path]:
    """Fellows, congress, selfies, and London people from all five sides."""
    names = [name for name in DEFAULT if not name.startswith("london")]
    yield from (find(data, name) for name in names)
    views = ("01", "02", "03", "04", "05")
    people = london_people(data, "validation")
    for index in range(40 - len(names)):
        yield london_photo(data, people[index % len(people)], views[index % len(views)])


def row(photo: Photo) -> Array:
    """(TILE_PX, 7 * TILE_PX, 3) of the largest face."""
    tiles: list[Array] = [np.full((TILE_PX, TILE_PX, 3), 255, np.uint8)] * (2 + len(TURNS))
    try:
        look = look_at(photo, find_faces(photo)[0])
        solid = find_solid(photo, look.points_px, look.rotation)
        vertices, triangles = isosurface(solid)
    except (FaceError, FitError, IndexError):
        return np.concatenate(tiles, 1)
    back = solid.photo_from_square.copy()
    back[:, :2] /= TILE_PX
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    tiles[0] = cv2.warpAffine(photo.pixels, back, (TILE_PX, TILE_PX), flags=flags)
    tiles[1] = draw(vertices, triangles, tiles[0])
    blank = np.full_like(tiles[0], 236)
    for index, (yaw, pitch) in enumerate(TURNS):
        turn = rotation_from_angles(yaw, pitch, 0.0)
        middle = np.array([0.5, 0.5, -0.15])
        upright = (vertices - middle) * (1, -1, 1) @ (turn @ look.rotation.T).T * (1, -1, 1)
        tiles[2 + index] = draw(upright * 0.85 + middle, triangles, blank)
    return np.concatenate(tiles, 1)


def draw(vertices: Array, triangles: Array, ground: Array) -> Array:
    """Grey and shaded, triangle by triangle from the back to the front."""
    normals = vertex_normals(vertices * (1, -1, 1), triangles) * (1, -1, 1)
    facing = normals[triangles].mean(1)
    shade = 60 + 185 * np.clip(facing @ LIGHT, 0, 1)
    order = np.argsort(vertices[triangles, 2].mean(1))
    order = order[facing[order, 2] > 0]
    places = np.round(vertices[:, :2] * TILE_PX * 16).astype(np.int32)
    picture = ground.copy()
    for index in order:
        colour = [float(shade[index])] * 3
        cv2.fillConvexPoly(picture, places[triangles[index]], colour, cv2.LINE_8, shift=4)
    return picture


if __name__ == "__main__":
    main()
