"""Build src/faceborn/assets/head.npz from the ICT-FaceKit light model.

    python training/build_head.py --data ../shared/data

Source: Li et al. 2020, "Learning Formation of Physically-Based Face Attributes", MIT licence.
One file per subject in training/head/; `training/check_head.py` measures and draws the result.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from head.expressions import ARKIT_NAMES, add_eye_turns, source_shape, symmetric_shapes
from head.eyes import Eyeball, find_eyeballs, look_angles_deg, rigid_identity, turn_to_rest
from head.joints import JOINT_NAMES, JOINT_PARENTS, make_rig
from head.landmarks import (
    contour_vertices,
    embed_centerface,
    embed_ibug,
    embed_mediapipe,
    vertex_of_point,
)
from head.lids import find_lids, lift_shade, mend_lids
from head.masks import make_masks
from head.mouth import (
    CLOSED_UNDER,
    Lips,
    close_identities,
    close_mean,
    closing_shape,
    find_lips,
    keep_closed,
    lip_closing,
)
from head.source import Source, read_source
from head.surface import FLIP_X, Surface, make_surface, mirror_of_points
from head.tongue import tongue_out

from faceborn.model.parts import PART_NAMES
from faceborn.types import Array, Closing

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "src" / "faceborn" / "assets" / "head.npz"
DENSE_POINTS = HERE / "head" / "mediapipe_478.npz"  # made by register_landmarks.py


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=TARGET)
    arguments = parser.parse_args()

    source = read_source(arguments.data)
    mirror = mirror_of_points(source)
    middle = (source.points_mm + source.points_mm[mirror] * FLIP_X) / 2
    source = replace(source, points_mm=middle, shapes_mm=symmetric_shapes(source, mirror))
    surface = make_surface(source, mirror)

    eyes = find_eyeballs(source)
    identity, eye_centers = rigid_identity(source, eyes)
    lips = find_lips(source)
    resting = turn_to_rest(close_mean(source, lips), eyes)
    source = replace(source, points_mm=resting, identity_mm=close_identities(lips, identity))
    source = replace(source, points_mm=lift_shade(source, eyes, mirror))
    shapes = make_expressions(source, lips, eyes, mirror)
    closings = {"lids_left": find_lids(source, eyes[0]), "lips": lip_closing(source, lips)}
    rig = make_rig(source, eyes, eye_centers, shapes["jawOpen"])
    masks = make_masks(source, mirror)

    face_vertices = np.unique(surface.triangles[surface.triangle_part == PART_NAMES.index("face")])
    mesh = embed_mediapipe(DENSE_POINTS, source, surface)
    schemes = {
        "mediapipe_478": mesh,
        "ibug_68": embed_ibug(source, surface),
        "centerface_5": embed_centerface(surface, mesh),
    }

    looks = look_angles_deg()
    save(
        arguments.out,
        point_of=surface.point_of,
        mean_mm=source.points_mm.astype(np.float32),
        **quantized("identity", source.identity_mm),
        **quantized("blendshapes", np.stack([shapes[name] for name in ARKIT_NAMES])),
        expression_names=np.array(ARKIT_NAMES),
        triangles=surface.triangles,
        triangle_part=surface.triangle_part,
        quads=surface.quads,
        quad_part=source.part,
        part_names=np.array(PART_NAMES),
        uv=surface.uv,
        mirror=surface.mirror,
        joint_names=np.array(JOINT_NAMES),
        joint_parents=np.array(JOINT_PARENTS, np.int32),
        joints_mm=rig.joints_mm.astype(np.float32),
        joints_identity_mm=rig.identity_mm,
        skin_weights=rig.weights,
        eye_look_names=np.array(list(looks)),
        eye_look_deg=np.array(list(looks.values()), np.float32),
        closings=np.array(list(closings)),
        **{
            f"closing.{name}.{key}": array
            for name, closing in closings.items()
            for key, array in closing_arrays(closing, surface).items()
        },
        schemes=np.array(list(schemes)),
        masks=np.array(list(masks)),
        contour_vertices=contour_vertices(source, surface, masks, face_vertices).astype(np.int32),
        **{f"mask.{name}": mask.astype(np.float16) for name, mask in masks.items()},
        **{
            f"landmarks.{scheme}.{key}": value
            for scheme, entry in schemes.items()
            for key, value in entry.items()
        },
    )


def make_expressions(
    source: Source, lips: Lips, eyes: tuple[Eyeball, Eyeball], mirror: Array
) -> dict[str, Array]:
    """ARKit name -> (P, 3)."""
    shapes = {
        name: source_shape(name, source.shapes_mm) for name in ARKIT_NAMES if name != "tongueOut"
    }
    shapes |= {name: keep_closed(lips, shapes[name]) for name in CLOSED_UNDER}
    shapes["mouthClose"] = closing_shape(source, lips, shapes["jawOpen"], shapes["mouthClose"])
    shapes["tongueOut"] = tongue_out(source, shapes["jawOpen"])
    shapes = add_eye_turns(shapes, source.points_mm, eyes)
    return mend_lids(shapes, source, eyes, mirror)


def closing_arrays(closing: Closing, surface: Surface) -> dict[str, Array]:
    """A closing of points as one of vertices: all vertices at a moved point go along."""
    vertex_of = vertex_of_point(surface)
    moved = np.flatnonzero(np.isin(surface.point_of, closing.moved))
    row = np.searchsorted(closing.moved, surface.point_of[moved])
    return {
        "upper": vertex_of[closing.upper].astype(np.int32),
        "lower": vertex_of[closing.lower].astype(np.int32),
        "moved": moved.astype(np.int32),
        "weight": closing.weight[row].astype(np.float32),
    }


def quantized(name: str, modes: Array) -> dict[str, Array]:
    """(M, P, 3) as int16 times a scale per mode, 1/65000 of its largest move."""
    scale = np.abs(modes).max((1, 2)) / 32767 + 1e-12
    return {
        name: np.round(modes / scale[:, None, None]).astype(np.int16),
        f"{name}_scale": scale.astype(np.float64),
    }


def save(path: Path, **arrays: Array) -> None:
    """Write the asset at once, so that nobody reads half a file."""
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, allow_pickle=False, **arrays)
    part.replace(path)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {len(arrays['mean_mm'])} points")


if __name__ == "__main__":
    main()
