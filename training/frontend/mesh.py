"""The face mesh of 478 points with attention to lips and eyes (borrowed; see NOTICE).

Our own network's teacher on real fronts, and what it is measured against; not in the package.
Source: Grishchenko et al. 2020, "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from frontend.mesh_mirror import MIRROR

from faceborn.faces import find_faces
from faceborn.faces.pose import pose_of_points
from faceborn.geometry.crop import Crop
from faceborn.types import Array, Face, Photo, Record

FILE = Path(__file__).with_name("face_mesh.onnx")
SHA256 = "ff3c3b56c4da47ff13395e3ec0277f97a0f94ce14a8cde3fc8d81a29c30319bb"
SCHEME = "mediapipe_478"
SIZE_PX = 192
# Of an average head in mm, head space: rounded from MediaPipe's canonical face model (Apache-2.0),
# whose unit is the centimetre. Keys are vertex numbers of the mesh.
POINTS_MM = {
    33: (-44.5, 26.6, 31.7),  # outer and inner corner, right eye
    133: (-18.6, 25.9, 37.6),
    362: (18.6, 25.9, 37.6),
    263: (44.5, 26.6, 31.7),
    168: (0.0, 32.7, 52.4),  # between the eyes
    4: (0.0, -4.6, 75.9),  # tip of the nose
    61: (-24.6, -43.4, 42.8),  # corners of the mouth
    291: (24.6, -43.4, 42.8),
    10: (0.0, 82.6, 44.8),  # top of the forehead
    152: (0.0, -94.0, 42.6),  # chin
}
EYE_RIGHT_OUTER, EYE_LEFT_OUTER = 33, 263
OUTLINE_POINTS = 468  # the others are irises: centre, then four points of the limbus
IRIS_LEFT, IRIS_RIGHT = slice(473, 478), slice(468, 473)

CROP_OVER_BOX = 1.45  # of the long side of the detector's box
MIN_PRESENCE = 0.5
NETWORK_YAW_DEG = 25.0  # the mesh saturates near 50 degrees and tells people apart badly from 36 on

# Of the longer side of the points' bounds. From 1.5 to 1.6 nothing changes that 40 London training
# people could tell; at 1.3 the chin of a front is off by 4.2 instead of 2.6 % of the eye distance.
CROP_OVER_POINTS = 1.55

# A careful look is the mean of these four crops (factor of the side, turn in rad, shift in sides),
# each seen straight and mirrored: the error that depends on framing and side averages out.
# 60 London training people: raw error of fronts 1.69 -> 1.55 % of the eye distance, fitted shapes
# of one person from several views 1.08 -> 0.90 mm apart, of different people 1.24 -> 1.24 mm.
# Eight crops bring no more, larger shifts less.
LOOKS = (
    (0.92, 0.10, (0.02, 0.02)),
    (1.00, -0.10, (-0.02, -0.02)),
    (1.08, 0.05, (0.02, -0.02)),
    (1.00, -0.05, (-0.02, 0.02)),
)

# The network draws irises too wide and too low. 63 London training people, fronts: its horizontal
# and vertical radius over half the width of the hand-placed ring.
WIDTH_OVER_TRUE, HEIGHT_OVER_TRUE = 1.054, 0.936
# Between these yaws the far iris, drawn up to a quarter too small, gives way to the near one.
TURNED_DEG = (10.0, 30.0)


@cache
def _network() -> Any:
    # The new engine of OpenCV 5.0 cannot read GridSample.
    return cv2.dnn.readNetFromONNX(str(FILE), cv2.dnn.ENGINE_CLASSIC)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measurement(Record):
    """Dense points of one face."""

    points_px: Array  # (478, 2) in pixels of the photo
    iris_px: Array  # (2, 3) left then right iris: x, y, radius
    presence: float  # 0..1, how sure the network is that the crop shows a face


def find_by_mesh(photo: Photo) -> list[Face]:
    """As `find_faces`, but fronts, up to NETWORK_YAW_DEG, have the points of the mesh."""
    return [
        face if abs(face.yaw_deg) >= NETWORK_YAW_DEG else read_by_mesh(photo.pixels, face)
        for face in find_faces(photo)
    ]


def read_by_mesh(pixels: Array, face: Face) -> Face:
    """The same face with the points of the mesh, or as it is where the mesh sees none."""
    mesh = FaceMesh()
    low, high = np.reshape(face.box_px, (2, 2))
    crop = Crop(
        center_px=(low + high) / 2,
        side_px=CROP_OVER_BOX * float((high - low).max()),
        turn_rad=-float(np.deg2rad(face.roll_deg)),  # roll > 0 is counter-clockwise on screen
    )
    glance = mesh.locate(pixels, crop, careful=False)
    if glance.presence < MIN_PRESENCE:
        return face
    exact = mesh.locate(pixels, mesh.crop_around(glance.points_px), careful=True)
    yaw, pitch, roll = pose_from_mesh(exact.points_px)
    return face.replace(
        scheme=SCHEME,
        landmarks_px=exact.points_px,
        landmarks_sigma_px=None,
        perspective=None,
        landmarks_score=exact.presence,
        iris_px=exact.iris_px,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
    )


def pose_from_mesh(points_px: Array) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees from (478, 2) points."""
    return pose_of_points(points_px[list(POINTS_MM)], np.array(list(POINTS_MM.values())))


class FaceMesh:
    """The network with its crops."""

    def locate(self, pixels: Array, crop: Crop, *, careful: bool) -> Measurement:
        """The points of the face that `crop` cuts out; careful: as exact as the network can."""
        points_px, presence = _look(pixels, crop)
        if careful:
            points_px = np.mean([_both_ways(pixels, crop.moved(*look)) for look in LOOKS], axis=0)
        return Measurement(points_px=points_px, iris_px=_irises(points_px), presence=presence)

    def crop_around(self, points_px: Array) -> Crop:
        """The crop that frames a face of these points as the network likes it best."""
        points = points_px[:OUTLINE_POINTS]
        x, y = points[EYE_LEFT_OUTER] - points[EYE_RIGHT_OUTER]
        turn = float(np.arctan2(y, x))
        upright = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        turned = points @ upright.T
        low, high = turned.min(0), turned.max(0)
        side = CROP_OVER_POINTS * float((high - low).max())
        return Crop(center_px=upright.T @ ((low + high) / 2), side_px=side, turn_rad=turn)


def _look(pixels: Array, crop: Crop) -> tuple[Array, float]:
    """(478, 2) points in pixels of the photo, presence; one pass, 3.3 ms on one core."""
    picture = crop.sample(pixels, SIZE_PX)
    network = _network()
    network.setInput((picture.astype(np.float32) / 255).transpose(2, 0, 1)[None].copy(), "crop")
    points, presence = network.forward(["points", "presence"])
    return crop.to_photo(points.astype(np.float64), SIZE_PX), float(presence[0])


def _both_ways(pixels: Array, crop: Crop) -> Array:
    """(478, 2) mean of the points seen straight and in a mirror."""
    straight, _ = _look(pixels, crop)
    mirrored, _ = _look(pixels[:, ::-1], crop.mirrored(pixels.shape[1]))
    mirrored = mirrored[MIRROR]
    mirrored[:, 0] = pixels.shape[1] - mirrored[:, 0]
    return np.asarray((straight + mirrored) / 2)


def _irises(points_px: Array) -> Array:
    """(2, 3) left then right iris: x, y, radius; from (478, 2) points.

    On a turned head the width is foreshortened and the far iris unreliable: the height of the near
    one stands for both radii. (That the far eye is up to 60 mm further away is not corrected.)
    """
    yaw_deg = pose_from_mesh(points_px)[0]
    turned = float(np.interp(abs(yaw_deg), TURNED_DEG, (0.0, 1.0)))
    centers, radii = [], []
    for part in (IRIS_LEFT, IRIS_RIGHT):
        center, right, top, left, bottom = points_px[part]
        width = np.linalg.norm(right - left) / 2 / WIDTH_OVER_TRUE
        height = np.linalg.norm(top - bottom) / 2 / HEIGHT_OVER_TRUE
        centers.append(center)
        radii.append(height * (1 + turned) / 2 + width * (1 - turned) / 2)
    near = 1 if yaw_deg > 0 else 0  # turned to the own left, the right eye is in front
    radii[1 - near] += turned * (radii[near] - radii[1 - near])
    return np.column_stack([np.array(centers), radii])
