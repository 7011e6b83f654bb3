"""Portraits whose parts were drawn by hand, as samples: picture, parts, and where the face lies.

Where the points are the network itself says: these samples teach the map of parts, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from faceborn.faces import find_faces
from faceborn.faces.network import FaceNetwork, Look
from faceborn.geometry.crop import Crop
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from faceborn.types import Array
from photographs.drawn_parts import labels_in, load_drawn
from photographs.registered import SEED, SIDE
from photographs.self_labels import is_marked
from photographs.shards import HIDDEN, SEEN, SIZE_PX, Sample
from photographs.skins import is_held_back, sources


def drawn_samples(data: Path, network: FaceNetwork, *, held_back: bool) -> Iterator[Sample]:
    """Everyone who was drawn and may be learnt from, or who is kept back."""
    drawn = load_drawn()
    for person, path in _portraits(data):
        if path.stem not in drawn or is_marked(path.stem) or is_held_back(person) != held_back:
            continue
        photo = read_photo(path)
        faces = find_faces(photo, network=network)
        if not faces:
            continue
        look = network.find(photo.pixels, faces[0])
        core = look.points_px[load_face_points().core, :2]
        low, high = core.min(0), core.max(0)
        crop = Crop(
            center_px=(low + high) / 2, side_px=SIDE * float((high - low).max()), turn_rad=0.0
        )
        yield Sample(
            image=crop.sample(photo.pixels, SIZE_PX),
            parts=labels_in(drawn[path.stem], crop, SIZE_PX),
            truth=_where(look, crop),
        )


def _portraits(data: Path) -> Iterator[tuple[str, Path]]:
    """(person, photo) of those who lend their skin, and of the old portraits, who do not."""
    for _, person, path in sources(data):
        yield person, path
    for path in sorted((data / "congress").glob("*.jpg")):
        yield f"congress_{path.stem}", path


def _where(look: Look, crop: Crop) -> dict[str, Array]:
    """What the network says, in pixels of the sample's picture; nan what it does not say."""
    scale = SIZE_PX / crop.side_px
    corner = crop.center_px - crop.side_px / 2
    points, irises = look.points_px * scale, look.irises_px * scale
    points[:, :2] -= corner * scale
    irises[:, :2] -= corner * scale
    unsaid = np.float32(np.nan)
    return {
        "landmarks": points.astype(np.float32),
        "visibility": np.where(look.visible > 0.5, SEEN, HIDDEN).astype(np.uint8),
        "iris": irises.astype(np.float32),
        "iris_seen": np.zeros(2, np.float32),
        "rotation": look.rotation.astype(np.float32),
        "pose_deg": np.full(3, unsaid),
        "expression": np.full(len(load_head_model().expression_names), unsaid),
        "focal_px": np.array(unsaid),
        "center_px": np.full(2, unsaid),
        "translation_mm": np.full(3, unsaid),
        "seed": np.array([SEED, 0], np.int64),
    }
