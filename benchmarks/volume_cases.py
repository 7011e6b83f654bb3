"""Synthetic photographs of people nobody was trained on, with the solid that each should give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from photographs.people import Crowd
from photographs.scene import Scene
from photographs.shards import SIZE_PX, find_shards, read_shard
from photographs.sitters import draw_sitters
from scipy.spatial import cKDTree

from faceborn.faces.network import FaceNetwork, Look
from faceborn.geometry.crop import Crop
from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.rotations import FLIP
from faceborn.geometry.similarity import align
from faceborn.geometry.upright import lean_rad, square_around
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.model.perspective import perspective_of
from faceborn.types import Array, Camera, Face, Photo

FLIP_Y = np.array([1.0, -1.0, 1.0])
NEIGHBOUR_SHARE = 0.9  # of matches that lie nearest, which the rigid alignment goes by
ROUNDS = 25


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One photograph and its truth; places are pixels, depth towards the viewer at their scale."""

    photo: Photo
    face: Face
    look: Look
    truth: Array  # (V, 3) of the posed head
    mm_per_px: float
    yaw_deg: float
    lively: bool  # whether an expression moves the face by much


def cases(folder: Path, count: int) -> Iterator[Case]:
    """The first `count` photographs of a folder of training/synthesize.py."""
    crowd, scene = Crowd(load_head_model()), Scene(load_head_model())
    points, network = load_face_points(), FaceNetwork()
    made = 0
    for path in find_shards(folder):
        shard = read_shard(path)
        for index in range(len(shard)):
            if made == count:
                return
            made += 1
            seed, number = shard.truth["seed"][index].tolist()
            (sitter,) = draw_sitters(crowd, seed, [number])
            scene.set_head(sitter.person.vertices_mm, sitter.pose)
            camera = Camera(
                size_px=(SIZE_PX, SIZE_PX),
                focal_px=float(shard.truth["focal_px"][index]),
                center_px=tuple(shard.truth["center_px"][index].tolist()),
                camera_from_head=FLIP @ sitter.pose.rotation,
                translation_mm=shard.truth["translation_mm"][index].astype(np.float64),
            )
            head = scene.place[: scene.head_count].astype(np.float64)
            core = points.of(head)[points.core]
            middle = float(camera.to_camera(core)[:, 2].mean())
            photo = Photo(
                pixels=shard.image(index), focal_px=None, source=f"{seed}/{number}", sha256=""
            )
            turn = lean_rad(sitter.pose.rotation)
            place, side = square_around(camera.project(core), turn)
            look = network.both_ways(
                photo.pixels, Crop(center_px=place, side_px=side, turn_rad=turn)
            )
            yield Case(
                photo=photo,
                face=_face(look, sitter.pose.yaw_deg),
                look=look,
                truth=in_picture(camera, head, middle),
                mm_per_px=middle / camera.focal_px,
                yaw_deg=sitter.pose.yaw_deg,
                lively=float(sitter.person.expression.weights.sum()) > 1.5,
            )


def in_picture(camera: Camera, points_mm: Array, middle_mm: float) -> Array:
    """(N, 3) head space to pixels, depth 0 at `middle_mm` from the camera."""
    depth = (middle_mm - camera.to_camera(points_mm)[:, 2]) * camera.focal_px / middle_mm
    return np.column_stack([camera.project(points_mm), depth])


def _face(look: Look, yaw_deg: float) -> Face:
    x0, y0 = look.points_px[:, :2].min(0).tolist()
    x1, y1 = look.points_px[:, :2].max(0).tolist()
    return Face(
        box_px=(x0, y0, x1, y1),
        score=1.0,
        yaw_deg=yaw_deg,
        pitch_deg=0.0,
        roll_deg=0.0,
        scheme=FaceNetwork.scheme,
        landmarks_px=look.points_px[:, :2],
        landmarks_sigma_px=look.sigma_px,
        landmarks_score=look.score,
        iris_px=look.irises_px,
        perspective=perspective_of(look.points_px),
    )


@dataclass(frozen=True, kw_only=True)
class Distances:
    """From the true skin to a surface, mean over the skin, mm."""

    visible: float
    hidden: float
    visible_aligned: float  # after the best rotation, shift and size
    hidden_aligned: float
    nme: float  # of seen and hidden together, by the distance of the outer eye corners
    nme_aligned: float
    normal_deg: float  # between the normals of seen skin and of the nearest surface, aligned


@dataclass(frozen=True, kw_only=True, eq=False)
class Skin:
    """A surface as points and normals, in the picture: x right, y down, z towards the viewer."""

    points: Array  # (N, 3)
    normals: Array  # (N, 3)

    def at(self, chosen: Array) -> Skin:
        return Skin(points=self.points[chosen], normals=self.normals[chosen])


def skin_of(points: Array, triangles: Array) -> Skin:
    """Of a closed mesh whose triangles run against the clock with y up."""
    return Skin(points=points, normals=vertex_normals(points * FLIP_Y, triangles) * FLIP_Y)


def surface_of(points: Array, triangles: Array) -> Skin:
    """As `skin_of`, of what the triangles use, with the middles of edges and triangles.

    So that the nearest point is nearly as near as the surface, however coarse the mesh is.
    """
    skin = skin_of(points, triangles)
    a, b, c = np.moveaxis(triangles, 1, 0)
    used = np.unique(triangles)
    places, normals = (
        np.concatenate(
            [
                of[used],
                *((of[p] + of[q]) / 2 for p, q in ((a, b), (b, c), (c, a))),
                (of[a] + of[b] + of[c]) / 3,
            ]
        )
        for of in (skin.points, skin.normals)
    )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return Skin(points=places, normals=normals / np.maximum(length, 1e-9))


def distances(
    truth: Skin, visible: Array, surface: Skin, *, mm_per_px: float, eyes_mm: float
) -> Distances:
    """Of the true face (N points), `visible` (N,) bool of them, to a dense surface.

    Matches are nearest neighbours, as in Jackson et al. 2017; `eyes_mm` is what they divide by.
    """
    raw = cKDTree(surface.points).query(truth.points)[0] * mm_per_px
    moved, rotation = _aligned_to(surface.points, truth.points)
    after, near = cKDTree(moved).query(truth.points)
    after = after * mm_per_px
    cosine = (truth.normals * (surface.normals @ rotation.T)[near]).sum(1)
    angle_deg = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return Distances(
        visible=_mean(raw[visible]),
        hidden=_mean(raw[~visible]),
        visible_aligned=_mean(after[visible]),
        hidden_aligned=_mean(after[~visible]),
        nme=_mean(raw) / eyes_mm,
        nme_aligned=_mean(after) / eyes_mm,
        normal_deg=_mean(angle_deg[visible]),
    )


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")


def corner_distance(mesh: Array) -> float:
    """Between the outer eye corners of a head (V, 3)."""
    right, left = load_face_points().of(mesh)[[36, 45]]
    return float(np.linalg.norm(left - right))


def _aligned_to(surface: Array, truth: Array) -> tuple[Array, Array]:
    """The surface laid on the true points, and how it was turned: Besl & McKay 1992."""
    moved, turned = surface, np.eye(3)
    for _ in range(ROUNDS):
        gap, near = cKDTree(moved).query(truth)
        kept = gap <= np.quantile(gap, NEIGHBOUR_SHARE)
        scale, rotation, shift = align(moved[near[kept]], truth[kept])
        moved, turned = moved @ rotation.T * scale + shift, rotation @ turned
    return moved, turned
