"""Build src/faceborn/assets/head.npz from the ICT-FaceKit light model.

    python training/build_head.py --data ../shared/data

Source: Li et al. 2020, "Learning Formation of Physically-Based Face Attributes", MIT licence.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from faceborn.model.parts import PART_NAMES
from faceborn.types import Array

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "src" / "faceborn" / "assets" / "head.npz"
MATERIAL_PART = {
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    source = np.load(data / "ict" / "ict.npz", allow_pickle=True)
    names = [str(n) for n in source["expression_names"]]

    quads, quads_uv, material = source["quads"], source["quads_uv"], source["material"]
    part = np.array([PART_NAMES.index(MATERIAL_PART[m]) if m in MATERIAL_PART else -1 for m in material])
    lowest = quads.min(1)
    scalp = part == PART_NAMES.index("scalp")
    part[scalp & (lowest >= 11248)] = PART_NAMES.index("mouth")
    part[scalp & (lowest >= 13294)] = PART_NAMES.index("sockets")
    gums = part == PART_NAMES.index("gums")
    centre = source["neutral"][quads].mean(1)
    component = components(quads[gums], len(source["neutral"]))
    which = component[quads[:, 0]]
    for label in np.unique(which[gums]):
        chosen = gums & (which == label)
        c = centre[chosen]
        print("gums/tongue component", label, chosen.sum(), c.min(0).round(1), c.max(0).round(1))
        if np.abs(c[:, 0]).max() < 2.7 and c[:, 2].max() < 9.9:
            part[chosen] = PART_NAMES.index("tongue")
    keep = part >= 0
    quads, quads_uv, part = quads[keep], quads_uv[keep], part[keep]

    pairs, corner = np.unique(
        np.stack([quads.ravel(), quads_uv.ravel()], 1), axis=0, return_inverse=True
    )
    quads = corner.reshape(quads.shape).astype(np.int32)
    used, point_of = np.unique(pairs[:, 0], return_inverse=True)
    uv = source["uv"][pairs[:, 1]]
    uv = uv - np.floor(uv)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    triangle_part = np.concatenate([part, part])
    solid = (
        (triangles[:, 0] != triangles[:, 1])
        & (triangles[:, 1] != triangles[:, 2])
        & (triangles[:, 0] != triangles[:, 2])
    )
    triangles, triangle_part = triangles[solid], triangle_part[solid]

    mean = source["neutral"][used] * 10
    expression = source["expression"].astype(np.float32) * source["expression_scale"].astype(
        np.float32
    )[:, None, None]
    expression = expression[:, used] * 10

    def arkit(name: str) -> Array:
        if name in names:
            return expression[names.index(name)]
        side = name.replace("Left", "_L").replace("Right", "_R")
        if side in names:
            return expression[names.index(side)]
        if f"{name}_L" in names:
            return expression[names.index(f"{name}_L")] + expression[names.index(f"{name}_R")]
        return np.zeros_like(expression[0])

    shapes = np.stack([arkit(n) for n in ARKIT])
    scale = np.abs(shapes).max((1, 2)) / 32767 + 1e-12

    first_of_point = np.unique(point_of, return_index=True)[1]
    vertex_of_source = {int(s): int(first_of_point[i]) for i, s in enumerate(used)}
    lab = np.load(data.parent / "lab" / "fit" / "mediapipe_to_ict.npz")
    corners = np.vectorize(vertex_of_source.get)(lab["triangle"])
    eye = {side: np.flatnonzero(np.isin(point_of, np.unique(point_of[quads[part == PART_NAMES.index(side)]]))) for side in ("eye_left", "eye_right")}
    centres = {k: mean[point_of[v]].mean(0) for k, v in eye.items()}

    joints = np.array([[0, -150, -20], [0, -110, -20], [0, -40, -5], [0, -5, 25], centres["eye_left"], centres["eye_right"]], np.float32)
    weights = np.zeros((len(used), 6), np.float32)
    weights[:, 2] = 1
    for j, side in ((4, "eye_left"), (5, "eye_right")):
        ids = np.unique(point_of[eye[side]])
        weights[ids] = 0
        weights[ids, j] = 1

    ibug = np.vectorize(vertex_of_source.get)(source["landmarks68"])
    one = lambda v: (np.repeat(np.asarray(v)[:, None], 3, 1).astype(np.int32), np.tile(np.array([1, 0, 0], np.float32), (len(v), 1)))
    schemes = {"mediapipe_478": (corners.astype(np.int32), lab["barycentric"], lab["sigma_percent_eye"], lab["bias_yaw"], lab["bias_percent_eye"])}
    schemes["ibug_68"] = (*one(ibug), np.ones(68, np.float32), np.zeros(0), np.zeros((0, 68, 2)))
    stored = {}
    for k, (v, b, s, y, bb) in schemes.items():
        stored |= {f"landmarks.{k}.vertices": v, f"landmarks.{k}.barycentrics": b, f"landmarks.{k}.sigma_percent": s, f"landmarks.{k}.bias_yaw_deg": y, f"landmarks.{k}.bias_percent": bb}
    np.savez_compressed(
        TARGET,
        point_of=point_of.astype(np.int32),
        mean_mm=mean.astype(np.float32),
        identity=source["identity"][:, used],
        identity_scale=source["identity_scale"] * 10,
        blendshapes=np.round(shapes / scale[:, None, None]).astype(np.int16),
        blendshapes_scale=scale,
        expression_names=np.array(ARKIT),
        triangles=triangles.astype(np.int32),
        triangle_part=triangle_part.astype(np.uint8),
        quads=quads,
        quad_part=part.astype(np.uint8),
        part_names=np.array(PART_NAMES),
        uv=uv.astype(np.float32),
        joint_names=np.array(["root", "neck", "head", "jaw", "eye_left", "eye_right"]),
        joint_parents=np.array([-1, 0, 1, 2, 2, 2], np.int32),
        joints_mm=joints,
        joints_identity_mm=np.zeros((100, 6, 3), np.float32),
        skin_weights=weights,
        schemes=np.array(list(schemes)),
        masks=np.array([], dtype="<U16"),
        contour_vertices=np.zeros(0, np.int32),
        **stored,
    )
    print(TARGET, TARGET.stat().st_size / 1e6, "MB", len(used), "points", len(pairs), "vertices")


def components(quads: Array, count: int) -> Array:
    label = np.arange(count)
    while True:
        low = label[quads].min(1)
        new = label.copy()
        np.minimum.at(new, quads.ravel(), np.repeat(low, 4))
        if (new == label).all():
            return label
        label = new


ARKIT = (
    "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft "
    "eyeWideLeft eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight "
    "eyeSquintRight eyeWideRight jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel "
    "mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight mouthFrownLeft "
    "mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight "
    "mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthPressLeft "
    "mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight "
    "browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff "
    "cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut"
).split()


if __name__ == "__main__":
    main()
