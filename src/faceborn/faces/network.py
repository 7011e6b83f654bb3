"""Our own face network on one face: points of the head model at any yaw, pose, and what is where.

Trained on synthetic and registered real photographs: docs/model_card_faces.md. After a glance at
the detector's box it looks at an upright square around its own points, straight and in a mirror.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from faceborn.assets import asset_path
from faceborn.faces.edges import follow_edges
from faceborn.geometry.crop import Crop
from faceborn.geometry.rotations import rotation_from_angles
from faceborn.geometry.upright import lean_rad, square_around
from faceborn.model.face_points import SCHEME, load_face_points
from faceborn.types import Array, Face, Record

FILE = "face_network.onnx"
SIZE_PX = 128
INPUTS = {"picture": SIZE_PX, "sharp": 2 * SIZE_PX}  # of the file; parts are read off the latter
OUTPUTS = ("points", "irises", "rotation", "expression", "face", "parts")  # of the file, in order

PARTS = (
    *("background", "skin", "brow", "eye", "lip", "inner mouth"),
    *("hair", "beard", "spectacles", "hat", "hand", "cloth"),
)  # of the output "parts", in order
# Outside, face and hair end at edges of the picture. On 40 portraits with masks drawn by hand hair
# has an IoU of .82 so and .78 without, skin .88 and .87; frames, hats and hands are left
# to the network: they are as thin as edges, or hardly found.
AROUND = ("background", "cloth")
ON_FACE = ("skin", "brow", "eye", "lip", "inner mouth", "beard")
LARGE_PARTS = tuple(
    tuple(PARTS.index(name) for name in group) for group in (AROUND, ON_FACE, ("hair",))
)

INNER_LIPS = ((61, 67), (62, 66), (63, 65))  # of iBUG: upper, lower
EYE_CORNERS = (36, 45)  # outer, right and left
# Gap between the inner lips over the distance of the outer eye corners: below the first they touch,
# above the second they are as far apart as the network says. Of 106 portraits whose lips touch nine
# in ten stay below .012, of 59 that smile with teeth one is below .025.
LIPS_TOUCH = (0.012, 0.024)

FIRST_SIDE_OVER_BOX = 1.36  # of the detector's box, longer side
FIRST_SHIFT_DOWN = 0.07  # of its height
LEVEL_YAW_DEG = 55.0  # beyond, the line of the detector's eyes says nothing about the roll


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look(Record):
    """What the network says about one square of a photo, in the photo's pixels."""

    points_px: Array  # (L, 3) x, y, depth towards the viewer at the same scale
    sigma_px: Array  # (L,) of x and of y
    visible: Array  # (L,) 0..1
    irises_px: Array  # (2, 3) left, right: x, y, radius
    rotation: Array  # (3, 3) R of docs/conventions.md, as the photo shows it
    score: float  # 0..1, whether there is a face
    parts: Array  # (P, S, S) float32 0..1, what each cell of the square shows; 1 in all
    crop: Crop


class FaceNetwork:
    """The network of one ONNX file; without a path, the one that ships with the package."""

    scheme = SCHEME

    def __init__(self, path: Path | None = None) -> None:
        self._network: Any = _read(path or asset_path(FILE))

    def find(self, pixels: Array, face: Face) -> Look:
        """A face in `pixels` (H, W, 3) uint8 RGB, looked at closely: straight and in a mirror.

        Around its own points, if it has them; else around those of a first look at the detector's
        box.
        """
        if face.scheme == self.scheme:
            rotation = rotation_from_angles(face.yaw_deg, face.pitch_deg, face.roll_deg)
            return self.both_ways(pixels, crop_around(face.landmarks_px, rotation))
        return self.both_ways(pixels, second_crop(self.glance(pixels, face)))

    def glance(self, pixels: Array, face: Face) -> Look:
        """One pass around the detector's box."""
        return self.look(pixels, first_crop(face))

    def look(self, pixels: Array, crop: Crop) -> Look:
        """One pass."""
        for name, size_px in INPUTS.items():
            square = crop.sample(pixels, size_px)
            picture = (square.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
            self._network.setInput(np.ascontiguousarray(picture), name)
        found = dict(zip(OUTPUTS, self._network.forward(list(OUTPUTS)), strict=True))
        points = found["points"].reshape(-1, 6).astype(np.float64)
        irises = found["irises"].reshape(2, 4).astype(np.float64)
        side = crop.side_px
        c, s = np.cos(crop.turn_rad), np.sin(crop.turn_rad)
        back = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])  # y up: clockwise
        return Look(
            points_px=np.column_stack([crop.to_photo(points[:, :2], 1), points[:, 2] * side]),
            sigma_px=np.exp(points[:, 3]) * side,
            visible=points[:, 5],
            irises_px=np.column_stack(
                [crop.to_photo(irises[:, :2], 1), np.exp(irises[:, 2]) * side]
            ),
            rotation=back @ rotation_from_columns(found["rotation"].reshape(2, 3)),
            score=float(found["face"].ravel()[0]),
            parts=_shares(found["parts"][0]),
            crop=crop,
        )

    def both_ways(self, pixels: Array, crop: Crop) -> Look:
        """The mean of the square seen straight and in a mirror: errors of a side cancel."""
        width = pixels.shape[1]
        straight = self.look(pixels, crop)
        other = self.look(pixels[:, ::-1], crop.mirrored(width))
        mirror = load_face_points().mirror
        points, irises = other.points_px[mirror], other.irises_px[::-1].copy()
        points[:, 0] = width - points[:, 0]
        irises[:, 0] = width - irises[:, 0]
        flip = np.diag([-1.0, 1.0, 1.0])
        turned = straight.rotation + flip @ other.rotation @ flip
        return straight.replace(
            points_px=sealed((straight.points_px + points) / 2),
            sigma_px=(straight.sigma_px + other.sigma_px[mirror]) / 2,
            visible=(straight.visible + other.visible[mirror]) / 2,
            irises_px=(straight.irises_px + irises) / 2,
            rotation=rotation_from_columns(turned.T[:2]),
            score=(straight.score + other.score) / 2,
            parts=follow_edges(
                (straight.parts + other.parts[:, :, ::-1]) / 2,
                LARGE_PARTS,
                crop.sample(pixels, SIZE_PX),
            ),
        )


@cache
def _read(path: Path) -> Any:
    return cv2.dnn.readNetFromONNX(str(path))


def sealed(points_px: Array) -> Array:
    """(L, 3) points whose inner lips touch where what parts them is no more than noise."""
    upper, lower = (points_px[list(lip)] for lip in zip(*INNER_LIPS, strict=True))
    right, left = points_px[list(EYE_CORNERS)]
    gap = np.linalg.norm(upper - lower, axis=1).mean() / np.linalg.norm(right - left)
    low, high = LIPS_TOUCH
    kept = float(np.clip((gap - low) / (high - low), 0, 1))
    touching = points_px.copy()
    for one, other in INNER_LIPS:
        half = (points_px[one] - points_px[other]) / 2 * (1 - kept)
        touching[one] -= half
        touching[other] += half
    return touching


def first_crop(face: Face) -> Crop:
    """Around the detector's box, the eyes level if they say where level is."""
    x0, y0, x1, y1 = face.box_px
    turn = -np.deg2rad(face.roll_deg) if abs(face.yaw_deg) <= LEVEL_YAW_DEG else 0.0
    return Crop(
        center_px=np.array([(x0 + x1) / 2, (y0 + y1) / 2 + FIRST_SHIFT_DOWN * (y1 - y0)]),
        side_px=FIRST_SIDE_OVER_BOX * max(x1 - x0, y1 - y0),
        turn_rad=float(turn),
    )


def second_crop(look: Look) -> Crop:
    """Around the points of a first look."""
    return crop_around(look.points_px[:, :2], look.rotation)


def crop_around(points_px: Array, rotation: Array) -> Crop:
    """Around points (L, 2) of the network, the crown up as a rotation R (3, 3) has it."""
    turn = lean_rad(rotation)
    middle, side = square_around(points_px[load_face_points().core], turn)
    return Crop(center_px=middle, side_px=side, turn_rad=turn)


def _shares(logits: Array) -> Array:
    """(P, S, S) softmax over the parts."""
    odds = np.exp(logits - logits.max(0))
    return np.asarray(odds / odds.sum(0))


def rotation_from_columns(columns: Array) -> Array:
    """(3, 3) from its first two columns, given as rows (2, 3), made orthonormal by Gram-Schmidt."""
    first = columns[0] / np.linalg.norm(columns[0])
    second = columns[1] - (columns[1] @ first) * first
    second = second / np.linalg.norm(second)
    return np.column_stack([first, second, np.cross(first, second)])
