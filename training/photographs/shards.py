"""The files that hold synthetic photographs and their truth; README.md says what each array means.

A shard is one npz without compression: pictures are JPEG and part maps PNG, end to end in one
array of bytes each, so that a sample is decoded alone and a shard is read at the disk's speed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from faceborn.types import Array

SIZE_PX = 256  # of the picture and its part map
MAP_PX = 128  # of depth and normals
JPEG_QUALITY = 93
PARTS = (
    "background",
    "skin",
    "brow",
    "eye",
    "lip",
    "inner mouth",
    "hair",
    "beard",
    "spectacles",
    "hat",
    "hand",
    "cloth",
)
UNKNOWN = 255  # in a part map: nobody has looked
# What `visibility` says.
HIDDEN, COVERED, OUTSIDE, SEEN = 0, 1, 2, 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """One picture and what is known about it; the arrays of a shard without their first axis."""

    image: Array  # (256, 256, 3) uint8 sRGB
    parts: Array  # (256, 256) uint8 into PARTS, or UNKNOWN
    truth: dict[str, Array]  # everything else, by the names of README.md


@dataclass(frozen=True, kw_only=True, eq=False)
class Shard:
    """N samples."""

    jpeg: Array
    jpeg_end: Array
    png: Array
    png_end: Array
    truth: dict[str, Array] = field(default_factory=dict)  # name -> (N, ...)

    def __len__(self) -> int:
        return len(self.jpeg_end)

    def image(self, index: int) -> Array:
        """(256, 256, 3) uint8 sRGB"""
        bgr = cv2.imdecode(_piece(self.jpeg, self.jpeg_end, index), cv2.IMREAD_COLOR)
        assert bgr is not None
        return np.ascontiguousarray(bgr[:, :, ::-1])

    def parts(self, index: int) -> Array:
        """(256, 256) uint8 into PARTS, or UNKNOWN"""
        labels = cv2.imdecode(_piece(self.png, self.png_end, index), cv2.IMREAD_GRAYSCALE)
        assert labels is not None
        if labels.shape != (SIZE_PX, SIZE_PX):
            raise ValueError(f"a part map of {labels.shape} pixels: make this shard again")
        return labels

    def images(self) -> Array:
        """(N, 256, 256, 3) uint8 sRGB"""
        return np.stack([self.image(index) for index in range(len(self))])

    def all_parts(self) -> Array:
        """(N, 256, 256) uint8"""
        return np.stack([self.parts(index) for index in range(len(self))])


def read_shard(path: Path) -> Shard:
    """Read one file of `write_shard`; pictures stay compressed until they are asked for."""
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    streams = {name: arrays.pop(name) for name in ("jpeg", "jpeg_end", "png", "png_end")}
    return Shard(**streams, truth=arrays)


def write_shard(path: Path, samples: Sequence[Sample]) -> None:
    """Write samples to `path`, at once or not at all."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    jpegs = [cv2.imencode(".jpg", s.image[:, :, ::-1], settings)[1].ravel() for s in samples]
    pngs = [
        cv2.imencode(".png", s.parts, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].ravel() for s in samples
    ]
    arrays = {name: np.stack([s.truth[name] for s in samples]) for name in samples[0].truth}
    unfinished = path.with_name(f"unfinished_{path.name}")
    arrays |= {
        "jpeg": np.concatenate(jpegs),
        "jpeg_end": np.cumsum([len(item) for item in jpegs]),
        "png": np.concatenate(pngs),
        "png_end": np.cumsum([len(item) for item in pngs]),
    }
    np.savez(unfinished, allow_pickle=False, **arrays)
    os.replace(unfinished, path)


def find_shards(folder: Path) -> list[Path]:
    """Finished shards, in order."""
    return sorted(folder.glob("shard_*.npz"))


def read_folder(folder: Path) -> Iterator[Shard]:
    for path in find_shards(folder):
        yield read_shard(path)


def _piece(stream: Array, ends: Array, index: int) -> Array:
    start = int(ends[index - 1]) if index else 0
    return np.asarray(stream[start : int(ends[index])])
