"""What several tests need."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest

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
