"""Find the faces of a photo: boxes, points, a rough pose."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.faces.boxes import same_face, strongest
from faceborn.faces.centerface import CenterFace
from faceborn.faces.interface import Detection, Detector
from faceborn.faces.network import FaceNetwork, Look
from faceborn.faces.pose import pose_from_five
from faceborn.geometry.rotations import angles_from_rotation
from faceborn.model.perspective import perspective_of
from faceborn.types import Array, Face, Photo

FIVE_SCHEME = "centerface_5"

# The detector looks at a small picture first. Faces that it would miss there, it finds in a
# larger one; that costs four times as much per doubling, so only where there is reason to look.
LONG_SIDES_PX = (320, 640, 1280)
SMALL_FACE_PX = 40  # a face so small in the detector's picture has perhaps smaller neighbours

# Where nothing was found, a large photo is looked at once more, so that a face of 40 px is 20 px
# large for the detector; in tiles, for a whole one would take 2 GB. Twelve London training people
# pasted into pictures 6000 px wide: found with 60 px (1 % of the side) 12, without this look none;
# with 40 px 12, too. 32 pictures without a face: none found.
FINEST_OVER_PHOTO = 0.5
FINEST_SIDE_PX = 3200
TILE_PX = 1024
TILE_OVERLAP_PX = 96  # in the detector's picture; faces larger than that are found before

# A face counts if detector and network agree on it, or if one of them is sure. On 192 portraits of
# the fellows and 71 of the congress set: all found, one more person in a background, nothing else.
MIN_SCORE = 0.5
MIN_PRESENCE = 0.5
# Makes up for a lower score. 250 real faces have .997 and more, one read upside down has .96.
SURE_PRESENCE = 0.99
MIN_SCORE_ALONE = 0.6  # where the network sees none

# Below this score, or tilted that far, the photo may lie on its side: the detector also finds faces
# that lie or stand on their head, but with a lower score, and often takes them for profiles.
SURE_SCORE = 0.65
MOST_ROLL_DEG = 75.0
LEAST_ROLL_LYING_DEG = 45.0


def find_faces(
    photo: Photo, *, detector: Detector | None = None, network: FaceNetwork | None = None
) -> list[Face]:
    """The faces of `photo`, largest first; an empty list if there is none.

    Each has the points of our own network (scheme "dense_365"), or, where that one sees no face,
    the detector's five (scheme "centerface_5") and no irises.
    """
    detector, network = detector or CenterFace(), network or FaceNetwork()
    faces = _look(photo.pixels, detector, network)
    if not any(_convincing(face) for face in faces):
        faces = _without_doubles(faces + _look_turned(photo.pixels, detector, network))
    exact = [_exact(photo.pixels, face, network) for face in faces]
    return sorted(exact, key=_area, reverse=True)


def look_at(photo: Photo, face: Face, *, network: FaceNetwork | None = None) -> Look:
    """All that our own network sees of a face, wherever its points come from."""
    return (network or FaceNetwork()).find(photo.pixels, face)


def _look(pixels: Array, detector: Detector, network: FaceNetwork) -> list[Face]:
    """Faces of the photo as it stands."""
    long_side = max(pixels.shape[:2])
    faces: list[Face] = []
    for level_px in LONG_SIDES_PX:
        side_px = min(level_px, 2 * long_side)  # enlarging more than that brings nothing
        found = detector.detect(pixels, long_side_px=side_px)
        known = _boxes([face for face in faces if _convincing(face)])
        new = [item for item in found if not same_face(item.box_px, known).any()]
        seen = [_glance(pixels, detection, network) for detection in new]
        faces = _without_doubles(faces + [face for face in seen if _plausible(face)])
        largest = max((_long_side(face) for face in faces), default=0.0)
        if largest * side_px / long_side > SMALL_FACE_PX or side_px < level_px:
            break
    finest_px = min(FINEST_OVER_PHOTO * long_side, FINEST_SIDE_PX)
    if not faces and finest_px > LONG_SIDES_PX[-1]:
        found = _in_tiles(pixels, detector, finest_px / long_side)
        seen = [_glance(pixels, detection, network) for detection in found]
        faces = _without_doubles([face for face in seen if _plausible(face)])
    return faces


def _in_tiles(pixels: Array, detector: Detector, scale: float) -> list[Detection]:
    """Detections of overlapping tiles, TILE_PX wide at this scale; some twice."""
    tile_px = round(TILE_PX / scale)
    found = []
    for y0, y1 in _spans(pixels.shape[0], tile_px):
        for x0, x1 in _spans(pixels.shape[1], tile_px):
            corner, side_px = np.array([x0, y0]), round(max(x1 - x0, y1 - y0) * scale)
            for item in detector.detect(pixels[y0:y1, x0:x1], long_side_px=side_px):
                box_px, points_px = item.box_px + np.tile(corner, 2), item.points_px + corner
                found.append(item.replace(box_px=box_px, points_px=points_px))
    return found


def _spans(side_px: int, tile_px: int) -> list[tuple[int, int]]:
    """Stretches of equal length, at most `tile_px`, that cover a side and overlap."""
    overlap = tile_px * TILE_OVERLAP_PX // TILE_PX
    count = max(1, int(np.ceil((side_px - overlap) / (tile_px - overlap))))
    length = min(tile_px, side_px)
    starts = np.linspace(0, side_px - length, count).round().astype(int)
    return [(int(start), int(start) + length) for start in starts]


def _look_turned(pixels: Array, detector: Detector, network: FaceNetwork) -> list[Face]:
    """Faces that lie on their side or stand on their head."""
    # Turning 48 megapixels about takes longer than the networks.
    shrink = min(1.0, LONG_SIDES_PX[-1] / max(pixels.shape[:2]))
    height, width = (max(1, round(side * shrink)) for side in pixels.shape[:2])
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    faces: list[Face] = []
    for quarters in (1, 2, 3):
        turned = np.ascontiguousarray(np.rot90(small, quarters))
        for level_px in LONG_SIDES_PX[:2]:
            found = detector.detect(turned, long_side_px=level_px)
            back = [_turned_back(detection, quarters, small, pixels) for detection in found]
            seen = [_glance(pixels, detection, network) for detection in back]
            faces += [face for face in seen if _lies(face)]
            if found:
                break
    return faces


def _turned_back(detection: Detection, quarters: int, small: Array, pixels: Array) -> Detection:
    """A detection in np.rot90(small, quarters) as one in `pixels`, of which `small` is a copy."""
    height, width = small.shape[:2]
    points = np.concatenate([detection.box_px.reshape(2, 2), detection.points_px])
    for step in range(quarters):
        # One quarter back: x of the turned picture is y before, its y counts from the right edge.
        side = width if (quarters - step) % 2 else height
        points = np.stack([side - points[:, 1], points[:, 0]], 1)
    points = points * (pixels.shape[1] / width, pixels.shape[0] / height)
    low, high = points[:2].min(0), points[:2].max(0)
    return Detection(
        box_px=np.concatenate([low, high]), score=detection.score, points_px=points[2:]
    )


def _glance(pixels: Array, detection: Detection, network: FaceNetwork) -> Face:
    """The face of a detection, its dense points roughly."""
    yaw, pitch, roll = pose_from_five(detection.points_px)
    x0, y0, x1, y1 = (float(edge) for edge in detection.box_px)
    face = Face(
        box_px=(x0, y0, x1, y1),
        score=detection.score,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        scheme=FIVE_SCHEME,
        landmarks_px=detection.points_px,
        landmarks_score=0.0,
        iris_px=None,
    )
    look = network.glance(pixels, face)
    if look.score < MIN_PRESENCE:
        return face.replace(landmarks_score=look.score)
    return _told_by(look, face, network.scheme)


def _exact(pixels: Array, face: Face, network: FaceNetwork) -> Face:
    """The same face, its dense points as good as the network can."""
    if face.scheme == FIVE_SCHEME:
        return face
    look = network.find(pixels, face)
    return _told_by(look, face, network.scheme) if look.score >= MIN_PRESENCE else face


def _told_by(look: Look, face: Face, scheme: str) -> Face:
    """The same face with the points of our own network."""
    yaw, pitch, roll = angles_from_rotation(look.rotation)
    return face.replace(
        scheme=scheme,
        landmarks_px=look.points_px[:, :2],
        landmarks_sigma_px=look.sigma_px,
        landmarks_score=look.score,
        iris_px=look.irises_px,
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        perspective=perspective_of(look.points_px),
    )


def _plausible(face: Face) -> bool:
    if face.scheme == FIVE_SCHEME:
        return face.score >= MIN_SCORE_ALONE
    return face.score >= MIN_SCORE or face.landmarks_score >= SURE_PRESENCE


def _convincing(face: Face) -> bool:
    """Good enough not to try the photo the other way up."""
    if face.scheme == FIVE_SCHEME or abs(face.roll_deg) > MOST_ROLL_DEG:
        return False
    return face.score >= SURE_SCORE and face.landmarks_score >= SURE_PRESENCE


def _lies(face: Face) -> bool:
    """Whether a face found in the turned photo is one that the upright photo would not show.

    A profile seen lying may pass for a front; a face that lies has a large roll. Faces rarely lie,
    so nothing doubtful counts.
    """
    return (
        face.scheme != FIVE_SCHEME
        and abs(face.roll_deg) > LEAST_ROLL_LYING_DEG
        and face.score >= SURE_SCORE
        and face.landmarks_score >= SURE_PRESENCE
    )


def _quality(face: Face) -> float:
    """By which the better of two readings of one face is chosen."""
    return face.score * (0.6 if face.scheme == FIVE_SCHEME else face.landmarks_score)


def _without_doubles(faces: list[Face]) -> list[Face]:
    qualities = np.array([_quality(face) for face in faces])
    return [faces[i] for i in strongest(_boxes(faces), qualities)]


def _boxes(faces: list[Face]) -> Array:
    """(N, 4)"""
    return np.array([face.box_px for face in faces]).reshape(-1, 4)


def _long_side(face: Face) -> float:
    x0, y0, x1, y1 = face.box_px
    return max(x1 - x0, y1 - y0)


def _area(face: Face) -> float:
    x0, y0, x1, y1 = face.box_px
    return (x1 - x0) * (y1 - y0)
