"""The mesh's points over a data set, detected once and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from frontend.mesh import SCHEME, read_by_mesh

from faceborn.errors import FacebornError
from faceborn.faces import find_faces
from faceborn.photo import read_photo
from faceborn.types import Array, Face, Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """The largest face of each photo, without the pixels."""

    photos: dict[str, Photo]  # by "folder/stem"; pixels are a black stand-in of the right size
    faces: dict[str, Face]


def detect(data: Path, names: list[str], cache: Path) -> Detected:
    """Largest faces of data/NAME.jpg for NAME like "london/001_03", by way of a cache folder.

    Photos without a face are left out. Delete the cache when the front end changes.
    """
    cache.mkdir(parents=True, exist_ok=True)
    photos, faces = {}, {}
    for name in names:
        stored = cache / (name.replace("/", "-") + ".npz")
        if not stored.exists():
            _detect_one(data / f"{name}.jpg", stored)
        with np.load(stored) as record:
            if not record["found"]:
                continue
            width, height = record["size_px"].tolist()
            photos[name] = Photo(
                pixels=np.broadcast_to(np.uint8(0), (height, width, 3)),
                focal_px=None,
                source=name,
                sha256="",
            )
            faces[name] = _face(record)
    return Detected(photos=photos, faces=faces)


def _detect_one(path: Path, stored: Path) -> None:
    try:
        photo = read_photo(path)
        face = max(find_faces(photo), key=lambda f: f.box_px[2] - f.box_px[0])
    except (FacebornError, ValueError):
        np.savez(stored, found=False)
        return
    face = read_by_mesh(photo.pixels, face)
    if face.scheme != SCHEME:
        np.savez(stored, found=False)
        return
    np.savez(
        stored,
        found=True,
        size_px=photo.size_px,
        box_px=face.box_px,
        score=face.score,
        pose_deg=(face.yaw_deg, face.pitch_deg, face.roll_deg),
        scheme=face.scheme,
        landmarks_px=face.landmarks_px,
        landmarks_score=face.landmarks_score,
        iris_px=np.zeros((0, 3)) if face.iris_px is None else face.iris_px,
    )


def _face(record: dict[str, Array]) -> Face:
    yaw, pitch, roll = record["pose_deg"].tolist()
    left, top, right, bottom = record["box_px"].tolist()
    iris = record["iris_px"]
    return Face(
        box_px=(left, top, right, bottom),
        score=float(record["score"]),
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        scheme=str(record["scheme"]),
        landmarks_px=record["landmarks_px"],
        landmarks_score=float(record["landmarks_score"]),
        iris_px=iris if len(iris) else None,
    )


def london_people(data: Path, split: str) -> list[str]:
    """Numbers of the London people of a split, "train" or "validation"."""
    people = json.loads((data / "london" / "people.json").read_text())
    return sorted(number for number, person in people.items() if person["split"] == split)
