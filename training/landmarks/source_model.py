"""The ICT head as a HeadModel of its own points, before build_head.py makes ours of it.

The registration must not need head.npz, because head.npz embeds what it finds.
"""

from __future__ import annotations

import numpy as np

from faceborn.model.parts import PART_NAMES
from faceborn.types import Array, HeadModel, Landmarks
from head.source import Source

EXPRESSIONS = (
    "eyeBlink? eyeSquint? eyeWide? jawForward jawLeft jawRight jawOpen mouthFunnel mouthPucker "
    "mouthLeft mouthRight mouthSmile? mouthFrown? mouthDimple? mouthStretch? mouthRollLower "
    "mouthRollUpper mouthShrugLower mouthShrugUpper mouthPress? mouthLowerDown? mouthUpperUp? "
    "browDown? browOuterUp? browInnerUp cheekPuff cheekSquint? noseSneer? eyeLookDown? "
    "eyeLookIn? eyeLookOut? eyeLookUp?"
).split()


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
    count = len(source.points_mm)
    return HeadModel(
        mean_mm=source.points_mm.astype(np.float32),
        identity_mm=source.identity_mm,
        expression_names=tuple(names),
        blendshapes_mm=np.stack([expression_of(source, name) for name in names]),
        triangles=halves[solid].astype(np.int32),
        triangle_part=part[solid].astype(np.uint8),
        quads=source.quads,
        quad_part=source.part,
        part_names=PART_NAMES,
        uv=np.zeros((count, 2), np.float32),
        weld=np.arange(count, dtype=np.int32),
        mirror=np.arange(count, dtype=np.int32),
        joint_names=("root",),
        joint_parents=np.array([-1]),
        joints_mm=np.zeros((1, 3)),
        joints_identity_mm=np.zeros((len(source.identity_mm), 1, 3)),
        skin_weights=np.ones((count, 1), np.float32),
        eye_look_deg={},
        lid_vertices=np.zeros(0, np.int32),
        lid_rim=np.zeros(0, np.int32),
        lid_follow=np.zeros((0, 0), np.float32),
        landmarks={"mediapipe_478": landmarks},
        masks={},
        contour_vertices=np.zeros(0, np.int32),
    )
