"""Measure and draw src/faceborn/assets/head.npz: what a person should look at after building it.

    python training/check_head.py --out /tmp/head

Writes expressions_front.png, expressions_side.png, identities.png, joints.png, masks.png and
report.txt into a folder outside git, and prints the report.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from head.draw import draw_head, sheet, write_png
from head.penetration import penetration_mm, slit_mm

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model import load_head_model, load_part_images, make_shape
from faceborn.model.parts import IRIS_UV_RADIUS, MASK_RAMP_MM
from faceborn.types import Array, HeadModel, Shape

FLIP_X = np.array([-1.0, 1.0, 1.0])
MOUTH_MM = np.array([0.0, -38.0, 70.0])
OPEN_AND_CLOSED = {"jawOpen": 1.0, "mouthClose": 1.0}
VIEWS_DEG = (0, 45, 90, 160)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    model = load_head_model()
    images = load_part_images() | {"eye_left": eye_image(), "eye_right": eye_image()}
    mean = make_shape(model, np.zeros(0))

    report = [*symmetry(model), *rig(model, mean), *openings(mean), *penetrations(model, mean)]
    report += strangers(model)
    (out / "report.txt").write_text("\n".join(report) + "\n", encoding="utf-8")
    print("\n".join(report))

    draw_expressions(mean, images, out)
    draw_identities(model, images, out)
    draw_joints(mean, images, out)
    draw_masks(mean, out)


def weights(shape: Shape, **expression: float) -> Array:
    """(52,) from names."""
    names = shape.model.expression_names
    return np.array([expression.get(name, 0.0) for name in names])


def symmetry(model: HeadModel) -> list[str]:
    """Mean, expressions and landmarks against their mirror images."""
    mirror = model.mirror
    mean = np.abs(model.mean_mm[mirror] * FLIP_X - model.mean_mm).max()
    lines = [f"asymmetry of the mean {mean:.4f} mm"]
    worst, where = 0.0, ""
    for k, name in enumerate(model.expression_names):
        other = name.replace("Left", "\0").replace("Right", "Left").replace("\0", "Right")
        twin = model.blendshapes_mm[model.expression_names.index(other)]
        off = float(np.abs(twin[mirror] * FLIP_X - model.blendshapes_mm[k]).max())
        if off > worst:
            worst, where = off, name
    lines.append(f"asymmetry of the expressions at most {worst:.4f} mm ({where})")
    per_mode = np.abs(model.identity_mm[:, mirror] * FLIP_X - model.identity_mm).max((1, 2))
    lines.append(f"identity modes with an asymmetry over 0.2 mm: {np.flatnonzero(per_mode > 0.2)}")
    return lines


def rig(model: HeadModel, mean: Shape) -> list[str]:
    """Skin weights, and the turn of jaw and eyes against the blendshapes that do the same."""
    total = model.skin_weights.sum(1)
    lines = [f"skin weights sum to {total.min():.6f}..{total.max():.6f}"]
    for name, (yaw_deg, pitch_deg) in model.eye_look_deg.items():
        joint = "eye_left" if name.endswith("Left") else "eye_right"
        turned = pose(mean, {joint: (yaw_deg, pitch_deg)})
        ball = part_vertices(model, joint)
        looked = mean.with_expression(weights(mean, **{name: 1.0}))
        off = np.abs(turned[ball] - looked[ball]).max()
        lines.append(f"{name} against the joint at ({yaw_deg:g}, {pitch_deg:g}) deg: {off:.4f} mm")
    teeth = part_vertices(model, "teeth", "tongue", "face")
    opened = mean.with_expression(weights(mean, jawOpen=1.0))[teeth]
    turned = pose(mean, {"jaw": (0.0, 25.33)})[teeth]
    off = np.linalg.norm(turned - opened, axis=1)
    lines.append(f"jawOpen against the jaw joint: mean {off.mean():.2f}, worst {off.max():.2f} mm")
    return lines


def openings(mean: Shape) -> list[str]:
    """What is seen between lips and lids, in mm, from the front."""
    mouth, eye = MOUTH_MM, mean.joints_mm[4]
    inside = ("mouth", "teeth", "gums", "tongue")
    lines = []
    for label, expression in {
        "neutral": {},
        "jawOpen + mouthClose": OPEN_AND_CLOSED,
        "half of both": {"jawOpen": 0.5, "mouthClose": 0.5},
        "jawOpen": {"jawOpen": 1.0},
    }.items():
        posed = mean.with_expression(weights(mean, **expression))
        gap = slit_mm(mean.model, posed, inside, ("face",), center_mm=mouth, width_mm=90)
        lines.append(f"lips apart, {label}: {gap:.2f} mm")
    for label, amount in (("neutral", 0.0), ("eyeBlink", 1.0)):
        posed = mean.with_expression(weights(mean, eyeBlinkLeft=amount))
        ball = ("eye_left", "sockets")
        gap = slit_mm(mean.model, posed, ball, ("face",), center_mm=eye, width_mm=40)
        lines.append(f"lids apart, {label}: {gap:.2f} mm")
    return lines


def penetrations(model: HeadModel, mean: Shape) -> list[str]:
    """Per expression: eyeball through lids and through its shade, teeth and tongue through lips."""
    lines = [f"{'sticks out, mm':<20} eye>lids eye>shade teeth>lips tongue>lips"]
    poses = {"neutral": {}, "open + close": OPEN_AND_CLOSED}
    poses |= {name: {name: 1.0} for name in model.expression_names if not name.endswith("Right")}
    for label, expression in poses.items():
        posed = mean.with_expression(weights(mean, **expression))
        eye, mouth = mean.joints_mm[4], MOUTH_MM
        values = [
            penetration_mm(model, posed, ["eye_left"], ["face"], center_mm=eye, radius_mm=30)[0],
            penetration_mm(model, posed, ["eye_left"], ["eye_shade"], center_mm=eye)[0],
            penetration_mm(model, posed, ["mouth", "teeth", "gums"], ["face"], center_mm=mouth)[0],
            penetration_mm(model, posed, ["tongue"], ["face"], center_mm=mouth)[0],
        ]
        lines.append(f"{label:<20} " + " ".join(f"{value:8.2f}" for value in values))
    return lines


def strangers(model: HeadModel) -> list[str]:
    """16 random identities at rest, blinking and with the mouth held closed."""
    rows = []
    for shape in random_shapes(model):
        eye = shape.joints_mm[4]
        blink = shape.with_expression(weights(shape, eyeBlinkLeft=1.0))
        aside = shape.with_expression(weights(shape, eyeLookInLeft=1.0))
        held = shape.with_expression(weights(shape, **OPEN_AND_CLOSED))
        inside = ("mouth", "teeth", "gums", "tongue")
        face, ball, rest = ("face",), ("eye_left",), shape.vertices_mm
        mouth = (shape.vertices_mm - model.mean_mm)[part_vertices(model, "teeth")].mean(0)
        mouth = MOUTH_MM + mouth
        rows.append(
            (
                penetration_mm(model, shape.vertices_mm, ball, face, center_mm=eye, radius_mm=30)[
                    0
                ],
                penetration_mm(model, aside, ball, face, center_mm=eye, radius_mm=30)[0],
                penetration_mm(model, aside, ball, ["eye_shade"], center_mm=eye)[0],
                slit_mm(model, blink, (*ball, "sockets"), face, center_mm=eye, width_mm=40),
                slit_mm(model, rest, inside, face, center_mm=mouth, width_mm=90),
                slit_mm(model, held, inside, face, center_mm=mouth, width_mm=90),
            )
        )
    names = (
        "eye>lids",
        "same, eyeLookIn",
        "eye>shade, eyeLookIn",
        "lids apart, eyeBlink",
        "lips apart",
        "lips apart, open + close",
    )
    table = np.array(rows)
    return ["16 random identities, median and worst in mm:"] + [
        f"  {name}: {np.median(column):.2f}, {column.max():.2f}"
        for name, column in zip(names, table.T, strict=True)
    ]


def random_shapes(model: HeadModel, count: int = 16) -> list[Shape]:
    generator = np.random.default_rng(4)
    return [make_shape(model, generator.normal(0, 1, len(model.identity_mm))) for _ in range(count)]


def part_vertices(model: HeadModel, *parts: str) -> Array:
    ids = [model.part_names.index(name) for name in parts]
    return np.unique(model.triangles[np.isin(model.triangle_part, ids)])


def pose(shape: Shape, turns_deg: dict[str, tuple[float, float]]) -> Array:
    """(V, 3) linear blend skinning; joint -> (yaw, pitch). The plain way, joint by joint."""
    model = shape.model
    count = len(model.joint_names)
    rotation, offset = np.tile(np.eye(3), (count, 1, 1)), np.zeros((count, 3))
    for j, name in enumerate(model.joint_names):
        turn = rotation_from_angles(*turns_deg.get(name, (0.0, 0.0)), 0.0)
        parent = model.joint_parents[j]
        above, shift = (rotation[parent], offset[parent]) if parent >= 0 else (np.eye(3), 0.0)
        rotation[j] = above @ turn
        offset[j] = above @ (shape.joints_mm[j] - turn @ shape.joints_mm[j]) + shift
    each = np.einsum("jab,vb->jva", rotation, shape.vertices_mm) + offset[:, None]
    return np.asarray(np.einsum("vj,jva->va", model.skin_weights, each), np.float32)


def draw_expressions(mean: Shape, images: dict[str, Array], out: Path) -> None:
    names = [*mean.model.expression_names, "open + close", "neutral"]
    for label, yaw_deg in (("front", 0), ("side", 50)):
        pictures = []
        for name in names:
            expression = OPEN_AND_CLOSED if name == "open + close" else {name: 1.0}
            posed = mean.with_expression(weights(mean, **expression))
            pictures.append(
                picture(mean, posed, images, yaw_deg, 270, center_mm=(0, -8, 80), width_mm=190)
            )
        write_png(str(out / f"expressions_{label}.png"), sheet(pictures, 9, names))


def draw_identities(model: HeadModel, images: dict[str, Array], out: Path) -> None:
    pictures = [
        picture(shape, shape.vertices_mm, images, yaw_deg, 240)
        for shape in random_shapes(model)
        for yaw_deg in VIEWS_DEG
    ]
    write_png(str(out / "identities.png"), sheet(pictures, 8))


def draw_joints(mean: Shape, images: dict[str, Array], out: Path) -> None:
    turns = {
        "neck yaw 40": {"neck": (40.0, 0.0)},
        "neck pitch 30": {"neck": (0.0, 30.0)},
        "neck pitch -30": {"neck": (0.0, -30.0)},
        "head yaw 40": {"head": (40.0, 0.0)},
        "head pitch 25": {"head": (0.0, 25.0)},
        "head pitch -25": {"head": (0.0, -25.0)},
        "both yaw 35": {"head": (35.0, 0.0), "neck": (35.0, 0.0)},
        "jaw 12": {"jaw": (0.0, 12.0)},
        "jaw 25": {"jaw": (0.0, 25.0)},
        "jaw yaw 6": {"jaw": (6.0, 4.0)},
        "eyes left 25": {"eye_left": (25.0, 0.0), "eye_right": (25.0, 0.0)},
        "eyes down 20": {"eye_left": (0.0, 20.0), "eye_right": (0.0, 20.0)},
    }
    pictures, labels = [], []
    for label, turn in turns.items():
        for yaw_deg in (0, 70):
            pictures.append(picture(mean, pose(mean, turn), images, yaw_deg, 300))
            labels.append(label)
    write_png(str(out / "joints.png"), sheet(pictures, 8, labels))


def draw_masks(mean: Shape, out: Path) -> None:
    pictures = []
    for trio in (
        ("scalp", "ears", "neck"),
        ("face", "lips", "brows"),
        ("beard", "lids", "nostrils"),
    ):
        ramps = np.array([MASK_RAMP_MM[name] for name in trio])
        signed = np.stack([mean.model.masks[name] - 0.5 for name in trio], 1) * ramps
        for yaw_deg, pitch_deg in ((0, 0), (50, 0), (90, 0), (150, 0), (0, -35)):
            pictures.append(
                draw_head(
                    mean.model,
                    mean.vertices_mm,
                    yaw_deg=yaw_deg,
                    pitch_deg=pitch_deg,
                    values=signed,
                    paint=lambda mm: 0.75 - 0.55 * np.roll(np.clip(mm + 0.5, 0, 1), 1, axis=1),
                    parts=("face", "scalp", "eye_left", "eye_right"),
                )
            )
    write_png(str(out / "masks.png"), sheet(pictures, 5))


def picture(
    shape: Shape,
    vertices_mm: Array,
    images: dict[str, Array],
    yaw_deg: float,
    size_px: int,
    *,
    center_mm: tuple[float, float, float] = (0.0, -20.0, 20.0),
    width_mm: float = 330.0,
) -> Array:
    """Drawn twice as large and reduced, so that lashes do not fall between the pixels."""
    large = draw_head(
        shape.model,
        vertices_mm,
        yaw_deg=yaw_deg,
        size_px=2 * size_px,
        images=images,
        center_mm=center_mm,
        width_mm=width_mm,
    )
    return np.asarray(cv2.resize(large, (size_px, size_px), interpolation=cv2.INTER_AREA))


def eye_image(size: int = 512) -> Array:
    """A plain eye to look at; the product paints its own."""
    axis = (np.arange(size) + 0.5) / size - 0.5
    radius = np.hypot(*np.meshgrid(axis, axis))
    image = np.full((size, size, 3), (226, 220, 214), np.uint8)
    image[radius < IRIS_UV_RADIUS] = (98, 74, 50)
    image[radius < 0.4 * IRIS_UV_RADIUS] = (12, 10, 10)
    return image


if __name__ == "__main__":
    main()
