"""The 52 ARKit expressions from ICT's 57 shapes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from faceborn.types import Array
from head.eyes import Eyeball, look_angles_deg, turn_of
from head.source import Source
from head.surface import FLIP_X

ARKIT_NAMES = (
    "eyeBlinkLeft",
    "eyeLookDownLeft",
    "eyeLookInLeft",
    "eyeLookOutLeft",
    "eyeLookUpLeft",
    "eyeSquintLeft",
    "eyeWideLeft",
    "eyeBlinkRight",
    "eyeLookDownRight",
    "eyeLookInRight",
    "eyeLookOutRight",
    "eyeLookUpRight",
    "eyeSquintRight",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawRight",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "noseSneerLeft",
    "noseSneerRight",
    "tongueOut",
)
MIRRORED = {"jawLeft": "jawRight", "mouthLeft": "mouthRight"}


def symmetric_shapes(source: Source, mirror_of_point: Array) -> dict[str, Array]:
    """ICT's shapes with left and right exactly mirrored (the source is off by up to 1.2 mm)."""
    shapes = {}
    for name, shape in source.shapes_mm.items():
        other = shapes_partner(name)
        flipped = source.shapes_mm[other][mirror_of_point] * FLIP_X
        shapes[name] = ((shape + flipped) / 2).astype(np.float32)
    return shapes


def shapes_partner(name: str) -> str:
    """The name of the same shape on the other side, itself if it has none."""
    if name[-2:] in ("_L", "_R"):
        return name[:-1] + ("R" if name[-1] == "L" else "L")
    both = MIRRORED | {b: a for a, b in MIRRORED.items()}
    return both.get(name, name)


def source_shape(name: str, shapes: Mapping[str, Array]) -> Array:
    """(P, 3) of an ARKit name that ICT has, whole or in halves."""
    for candidate in (name, name.replace("Left", "_L"), name.replace("Right", "_R")):
        if candidate in shapes:
            return shapes[candidate]
    return np.asarray(shapes[f"{name}_L"] + shapes[f"{name}_R"])


def add_eye_turns(
    shapes: dict[str, Array], points_mm: Array, eyes: tuple[Eyeball, Eyeball]
) -> dict[str, Array]:
    """ARKit's eyeLook* with the eyeballs turned: in the source only the lids move."""
    turned = dict(shapes)
    for name, (yaw_deg, pitch_deg) in look_angles_deg().items():
        eye = eyes[0] if name.endswith("Left") else eyes[1]
        shape = shapes[name].copy()
        shape[eye.points] = turn_of(points_mm, eye, yaw_deg, pitch_deg)
        turned[name] = shape
    return turned
