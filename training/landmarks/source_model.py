"""The ICT head as a HeadModel of its own points, before build_head.py makes ours of it.

The registration must not need head.npz, because head.npz embeds what it finds.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from head.source import Source

from faceborn.model.parts import PART_NAMES
from faceborn.types import Array, HeadModel, Landmarks

EXPRESSIONS = (
    "eyeBlink?",
    "eyeSquint?",
    "eyeWide?",
    "jawForward",
    "jawLeft",
    "jawRight",
    "jawOpen",
    "mouthFunnel",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "mouthSmile?",
    "mouthFrown?",
    "mouthDimple?",
    "mouthStretch?",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPress?",
    "mouthLowerDown?",
    "mouthUpperUp?",
    "browDown?",
    "browOuterUp?",
    "browInnerUp",
    "cheekPuff",
    "cheekSquint?",
    "noseSneer?",
    "eyeLookDown?",
    "eyeLookIn?",
    "eyeLookOut?",
    "eyeLookUp?",
)


def expression_of(source: Source, name: str) -> Array:
    """(P, 3) an ARKit expression from ICT's, whose sides end in _L and _R."""
    shapes = source.shapes_mm
    for candidate in (name, name.replace("Left", "_L"), name.replace("Right", "_R")):
        if candidate in shapes:
            return shapes[candidate]
    return np.asarray(shapes[f"{name}_L"] + shapes[f"{name}_R"])


def source_model(source: Source, landmarks: Landmarks) -> HeadModel:
    """A HeadModel good enough to fit with: points as vertices, no texture, no joints of use."""
    names = [
        name.replace("?", side)
        for name in EXPRESSIONS
        for side in (("Left", "Right") if "?" in name else ("",))
    ]
    halves = np.concatenate([source.quads[:, [0, 1, 2]], source.quads[:, [0, 2, 3]]])
    part = np.concatenate([source.part, source.part])
    solid = (halves[:, 0] != halves[:, 2]) & (halves[:, 1] != halves[:, 2])
    given: dict[str, Any] = {
        "mean_mm": source.points_mm.astype(np.float32),
        "identity_mm": source.identity_mm,
        "expression_names": tuple(names),
        "blendshapes_mm": np.stack([expression_of(source, name) for name in names]),
        "triangles": halves[solid].astype(np.int32),
        "triangle_part": part[solid].astype(np.uint8),
        "quads": source.quads,
        "quad_part": source.part,
        "part_names": PART_NAMES,
        "weld": np.arange(len(source.points_mm), dtype=np.int32),
        "eye_look_deg": {},
        "landmarks": {"mediapipe_478": landmarks},
        "masks": {},
    }
    # What the fit does not read stays empty: joints, texture coordinates, lids.
    empty: dict[str, Any] = {
        field.name: np.zeros(0) for field in fields(HeadModel) if field.name not in given
    }
    return HeadModel(**given, **empty)
