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

# What a stage takes, about: for the progress.
SECONDS = {
    **{"photo": 0.05, "faces": 0.1, "model": 0.05, "fit": 0.2, "texture": 1.6},
    **{"export": 0.8, "pack": 0.8, "preview": 6.5},
}


class Listener(Protocol):
    """Hears how the work goes on; each may raise to stop it."""

    def stage(self, name: str, progress: float) -> None: ...

    def found(self, photo: dict[str, int], faces: list[dict[str, Any]]) -> None: ...

    def report(self, report: dict[str, Any]) -> None: ...

    def file(self, name: str, content: bytes) -> None: ...


def make_head(
    photo: bytes, *, face: int, texture_size: int, preview: bool, listener: Listener
) -> dict[str, Any]:
    """Give the listener every file of the head: first what the page needs to show it, the GLB and
    the report; the preview, which takes longer than all the rest, last.

    Returns the report. Raises FacebornError.
    """
    stages = [name for name in SECONDS if preview or name != "preview"]
    whole_s = sum(SECONDS[name] for name in stages)

    def begin(name: str) -> None:
        before = stages[: stages.index(name)]
        listener.stage(name, sum(SECONDS[earlier] for earlier in before) / whole_s)

    portrait = faceborn.Portrait(photo, progress=begin)
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
    report = portrait.report({face: ["head.glb", "obj.zip", *(["preview.png"] if preview else [])]})
    report["photo"]["path"] = "photo"
    report["photo"]["sha256"] = portrait.photo.sha256
    listener.report(report)
    listener.file("report.json", json.dumps(report, indent=1).encode() + b"\n")
    with portrait.stage("pack"):
        listener.file("obj.zip", _zip(head.encode("obj", "head")))
    if preview:
        with portrait.stage("preview"):
            for content in head.encode("preview", "head").values():
                listener.file("preview.png", content)
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
