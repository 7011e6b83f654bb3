"""Read the ICT-FaceKit light model and cut it into our parts.

Source: Li et al. 2020, "Learning Formation of Physically-Based Face Attributes", MIT licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceborn.model.parts import PART_NAMES
from faceborn.types import Array

# Kept materials. Dropped: the inner iris mesh (the eye is painted on the outer one, whose cornea
# bulges) and EyeBlend (a film over the gap between lid and eye that no real-time renderer needs).
PART_OF_MATERIAL = {
    "M_Face": "face",
    "M_BackHead": "scalp",
    "M_GumsTongue": "gums",
    "M_Teeth": "teeth",
    "M_ScleraLeft": "eye_left",
    "M_ScleraRight": "eye_right",
    "M_EyeOcclusion": "eye_shade",
    "M_LacrimalFluid": "tearline",
    "M_EyeLashes": "lashes",
}
FIRST_MOUTH_POINT = 11248  # source vertex ranges, ../shared/data/README.md
FIRST_SOCKET_POINT = 13294
TONGUE_ISLAND_QUADS = 434  # gums and tongue are one piece; this island of its UV is the tongue
LASH_CARDS = 3  # per lid; the middle one is kept, three alpha cards in one place only flicker


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """The parts of ICT that we keep, one entry per point of the surface, in mm."""

    points_mm: Array  # (P, 3) mean
    identity_mm: Array  # (K, P, 3) float32
    shapes_mm: Mapping[str, Array]  # ICT's name -> (P, 3) float32
    quads: Array  # (Q, 4) into points; a triangle repeats its last corner
    quads_uv: Array  # (Q, 4) into uv
    uv: Array  # (U, 2), each part in its own tile 0..1
    part: Array  # (Q,) into PART_NAMES
    number: Array  # (P,) vertex number in ICT
    landmarks68: Array  # (68,) points, as ICT lists them


def read_source(data: Path) -> Source:
    """ICT from data/ict/ict.npz."""
    stored = np.load(data / "ict" / "ict.npz")
    quads, quads_uv = stored["quads"], stored["quads_uv"]
    part = part_of_quads(quads, quads_uv, stored["material"], len(stored["uv"]))
    quads, quads_uv, part = quads[part >= 0], quads_uv[part >= 0], part[part >= 0]
    number = np.unique(quads)
    point = np.full(len(stored["neutral"]), -1)
    point[number] = np.arange(len(number))

    def modes(name: str) -> Array:
        scale = stored[f"{name}_scale"].astype(np.float32)[:, None, None] * 10
        return stored[name][:, number].astype(np.float32) * scale

    names = [str(name) for name in stored["expression_names"]]
    return Source(
        points_mm=stored["neutral"][number].astype(np.float64) * 10,
        identity_mm=modes("identity"),
        shapes_mm=dict(zip(names, modes("expression"), strict=True)),
        quads=point[quads].astype(np.int32),
        quads_uv=quads_uv,
        uv=stored["uv"] - np.floor(stored["uv"]),
        part=part.astype(np.uint8),
        number=number,
        landmarks68=point[stored["landmarks68"]],
    )


def part_of_quads(quads: Array, quads_uv: Array, material: Array, uv_count: int) -> Array:
    """(Q,) index into PART_NAMES, -1 for what is dropped."""
    index = {name: k for k, name in enumerate(PART_NAMES)}
    part = np.array([index[PART_OF_MATERIAL[m]] if m in PART_OF_MATERIAL else -1 for m in material])
    scalp = part == index["scalp"]
    part[scalp & (quads.max(1) >= FIRST_MOUTH_POINT)] = index["mouth"]
    part[scalp & (quads.max(1) >= FIRST_SOCKET_POINT)] = index["sockets"]
    gums = part == index["gums"]
    island = islands(quads_uv, uv_count)
    sizes = {label: int((island == label).sum()) for label in np.unique(island[gums])}
    tongue = [label for label, size in sizes.items() if size == TONGUE_ISLAND_QUADS]
    assert len(tongue) == 1, sizes
    part[gums & (island == tongue[0])] = index["tongue"]
    return part


def islands(quads: Array, count: int) -> Array:
    """(Q,) label of the connected piece of each quad."""
    label = np.arange(count)
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, quads.ravel(), np.repeat(label[quads].min(1), 4))
        lowest = lowest[lowest]
        if (lowest == label).all():
            return np.asarray(label[quads[:, 0]])
        label = lowest
