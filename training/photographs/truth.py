"""What is known about a photograph: the rows of a shard, out of the scene that was drawn."""

from __future__ import annotations

import numpy as np

from faceborn.model.face_points import FacePoints
from faceborn.types import Array, Camera
from photographs.people import Person
from photographs.scene import Kind, Scene
from photographs.shards import COVERED, HIDDEN, MAP_PX, OUTSIDE, SEEN

SLACK_MM = 3.0  # a point this far behind the nearest surface still lies on it
KINDS = ("hair", "beard", "spectacles", "hat", "hand", "object", "background", "grey")


def see_points(
    scene: Scene, points: FacePoints, camera: Camera, head_z: Array, full_z: Array
) -> tuple[Array, Array]:
    """(L, 3) landmarks in pixels of the picture and (L,) visibility.

    head_z  z buffer of the head alone, full_z of everything
    """
    count = scene.head_count
    screen = points.of(scene.screen[:count])
    view = points.of(scene.view[:count])
    normal = points.of(scene.normal[:count])
    landmarks = screen.copy()
    middle = -view[points.core, 2].mean()
    landmarks[:, 2] = (view[:, 2] + middle) * camera.focal_px / middle
    facing = (normal * -view).sum(1) > 0
    size = head_z.shape[0]
    column, row = np.clip(screen[:, :2].astype(int), 0, size - 1).T
    outside = ((screen[:, :2] < 0) | (screen[:, :2] >= size)).any(1)
    hidden = ~facing | (head_z[row, column] > screen[:, 2] + SLACK_MM)
    covered = full_z[row, column] > np.maximum(head_z[row, column], screen[:, 2]) + 0.3
    visibility = np.full(len(screen), SEEN, np.uint8)
    visibility[covered] = COVERED
    visibility[hidden] = HIDDEN
    visibility[outside] = OUTSIDE
    return landmarks.astype(np.float32), visibility


def see_irises(
    scene: Scene, person: Person, camera: Camera, triangle: Array
) -> tuple[Array, Array]:
    """(2, 3) x, y, radius in pixels and (2,) share of each disc that shows."""
    iris = np.empty((2, 3), np.float32)
    seen = np.zeros(2, np.float32)
    around = np.arange(16) * (2 * np.pi / 16)
    rings = np.concatenate(
        [share * np.stack([np.cos(around), np.sin(around)], 1) for share in (0.4, 0.8)]
    )
    size = triangle.shape[0]
    for eye, kind in enumerate((Kind.EYE_LEFT, Kind.EYE_RIGHT)):
        center, radius = person.irises_mm[eye], float(person.iris_radius_mm[eye])
        depth = float(camera.to_camera(center)[2])
        iris[eye, :2] = camera.project(center)
        iris[eye, 2] = radius * camera.focal_px / depth
        gaze = person.gaze[eye]
        x, y, z = gaze.tolist()
        across = np.array([z, 0.0, -x]) / np.hypot(x, z)  # level, and up beside it
        up = np.array([-x * y, x * x + z * z, -y * z]) / np.hypot(x, z)
        towards = camera.camera_from_head @ gaze
        if towards @ camera.to_camera(center) > 0:
            continue
        disc = center + radius * (rings[:, :1] * across + rings[:, 1:] * up)
        pixel = camera.project(disc).astype(int)
        inside = ((pixel >= 0) & (pixel < size)).all(1)
        hit = triangle[np.clip(pixel[:, 1], 0, size - 1), np.clip(pixel[:, 0], 0, size - 1)]
        seen[eye] = (inside & (hit >= 0) & (scene.kinds[hit] == kind)).mean()
    return iris, seen


def see_surface(
    scene: Scene, z: Array, triangle: Array, first: Array, second: Array, depth_mm: float
) -> dict[str, Array]:
    """Depth and normals of the head alone, in cells of two pixels.

    depth_mm  of the head's origin, from the camera
    """
    size = z.shape[0]
    at = ((np.arange(MAP_PX) + 0.5) * size / MAP_PX).astype(int)
    cells = np.ix_(at, at)
    hit = triangle[cells] >= 0
    corners = scene.triangles[triangle[cells][hit]]
    weights = np.stack([first[cells][hit], second[cells][hit]], 1)
    weights = np.concatenate([weights, 1 - weights.sum(1, keepdims=True)], 1)
    normal = np.einsum("nc,ncx->nx", weights, scene.normal[corners])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    depth = np.full((MAP_PX, MAP_PX), np.nan, np.float16)
    depth[hit] = z[cells][hit] + depth_mm
    normals = np.zeros((MAP_PX, MAP_PX, 3), np.int8)
    normals[hit] = np.round(normal * 127)
    return {"depth": depth, "normals": normals}


def covered_share(points: FacePoints, visibility: Array) -> float:
    """Of the core points that the head itself does not hide, the share that something covers."""
    covered = int((visibility[points.core] == COVERED).sum())
    seen = int((visibility[points.core] == SEEN).sum())
    return covered / (covered + seen) if covered + seen else 0.0


def describe(
    person: Person,
    camera: Camera,
    rotation: Array,
    pose_deg: Array,
    landmarks: Array,
    visibility: Array,
    iris: Array,
    iris_seen: Array,
) -> dict[str, Array]:
    """The part of a shard's row that is geometry, in pixels of the picture."""
    return {
        "landmarks": landmarks,
        "visibility": visibility,
        "iris": iris,
        "iris_seen": iris_seen,
        "rotation": rotation.astype(np.float32),
        "pose_deg": pose_deg.astype(np.float32),
        "identity": person.identity.astype(np.float32),
        "expression": person.expression.weights.astype(np.float32),
        "gaze_deg": person.expression.gaze_deg.astype(np.float32),
        "focal_px": np.array(camera.focal_px, np.float32),
        "center_px": np.asarray(camera.center_px, np.float32),
        "translation_mm": camera.translation_mm.astype(np.float32),
    }
