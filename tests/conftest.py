"""What several tests need."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from faceborn.model.parts import MATERIALS
from faceborn.types import Array, Face, Fit, PartMap, Photo, Shape, Source, Texture

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def astronaut() -> Path:
    """The demo portrait: one face, 112 px high, from the front."""
    return REPOSITORY / "src" / "faceborn" / "assets" / "astronaut.jpg"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The data sets of the house; skips where they are absent."""
    folder = Path(os.environ.get("FACEBORN_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data in {folder}")
    return folder


@pytest.fixture(scope="session")
def bomb() -> bytes:
    """A PNG of a few bytes that says it has 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="session")
def two_faces(astronaut: Path) -> Array:
    """(512, 900, 3): the astronaut, and on her left the same picture at 60 %."""
    large = np.asarray(Image.open(astronaut))
    small = cv2.resize(large, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    canvas = np.full((512, 900, 3), 128, np.uint8)
    canvas[:, :512] = large
    canvas[100 : 100 + len(small), 540 : 540 + small.shape[1]] = small
    return canvas


@pytest.fixture
def flat_texture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heads in one colour and previews of one grey, for tests that ask about neither."""

    def bake(
        photo: Photo, face: Face, fit: Fit, shape: Shape, *, parts: PartMap | None, size_px: int
    ) -> Texture:
        del photo, face, fit, parts
        images = {
            material.image: np.full((8, 8, 3 if material.alpha == "opaque" else 4), 128, np.uint8)
            for material in MATERIALS
            if material.image and material.part in shape.model.part_names
        }
        images["face"] = np.full((size_px, size_px, 3), (200, 150, 130), np.uint8)
        source = {
            "face": np.full((size_px, size_px), Source.SEEN, np.uint8),
            "scalp": np.full((8, 8), Source.INFERRED, np.uint8),
        }
        return Texture(images=images, source=source, seen_fraction=0.5)

    monkeypatch.setattr("faceborn.texture.bake_texture", bake, raising=False)
    monkeypatch.setattr(
        "faceborn.render.draw_preview",
        lambda result: np.full((20, 30, 3), 128, np.uint8),
        raising=False,
    )
