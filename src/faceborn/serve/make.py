"""One photo to the files of its head."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from PIL import Image

import faceborn

PHOTO_SIDE_PX = 1600  # of the photo that lies over the head in the page
PHOTO_QUALITY = 88
SOURCE_STEP = 85  # grey of a texel in source.png: 0 outside, 85 seen, 170 mirrored, 255 inferred

# How much of the work is done when a stage begins, about.
BEGINS = {
    **{"photo": 0.0, "faces": 0.02, "model": 0.06, "fit": 0.08, "texture": 0.12},
    **{"export": 0.35, "preview": 0.45, "pack": 0.85},
}


class Listener(Protocol):
    """Hears how the work goes on; each may raise to stop it."""

    def stage(self, name: str, progress: float) -> None: ...

    def found(self, photo: dict[str, int], faces: list[dict[str, Any]]) -> None: ...

    def file(self, name: str, content: bytes) -> None: ...


def make_head(photo: bytes, *, face: int, texture_size: int, listener: Listener) -> dict[str, Any]:
    """Give the listener every file of the head, the GLB before those that take long.

    Returns the report. Raises FacebornError.
    """

    portrait = faceborn.Portrait(photo, progress=lambda name: listener.stage(name, BEGINS[name]))
    width, height = portrait.photo.size_px
    listener.file("photo.jpg", _photo_jpeg(portrait.photo))
    listener.found(
        {"width": width, "height": height},
        [_describe(number, found) for number, found in enumerate(portrait.faces, 1)],
    )
    head = portrait.head(face, texture_size=texture_size)
    with portrait.stage("export"):
        for content in head.encode("glb", "head").values():
            listener.file("head.glb", content)
        listener.file("source.png", _source_png(head))
    with portrait.stage("preview"):
        for content in head.encode("preview", "head").values():
            listener.file("preview.png", content)
    with portrait.stage("pack"):
        listener.file("obj.zip", _zip(head.encode("obj", "head")))
    report = portrait.report({face: ["head.glb", "preview.png", "obj.zip"]})
    report["photo"]["path"] = "photo"
    listener.file("report.json", json.dumps(report, indent=1).encode() + b"\n")
    return report


def _describe(number: int, face: faceborn.Face) -> dict[str, Any]:
    x0, y0, x1, y1 = (float(value) for value in face.box_px)
    return {
        "number": number,
        "box_px": [round(value, 2) for value in (x0, y0, x1 - x0, y1 - y0)],
        "score": round(float(face.score), 4),
        "yaw_deg": round(float(face.yaw_deg), 2),
    }


def _photo_jpeg(photo: faceborn.Photo) -> bytes:
    """The upright photo, at most PHOTO_SIDE_PX; nothing of the file's own data is in it."""
    image = Image.fromarray(photo.pixels)
    image.thumbnail((PHOTO_SIDE_PX, PHOTO_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=PHOTO_QUALITY)
    return out.getvalue()


def _source_png(head: faceborn.Head) -> bytes:
    out = io.BytesIO()
    Image.fromarray((head.source * SOURCE_STEP).astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
