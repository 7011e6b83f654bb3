"""Everything that is drawn in one photograph, in arrays that are used again for the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from faceborn.model.parts import MASK_RAMP_MM
from faceborn.render.occlusion import see_directions, soften
from faceborn.types import Array, Camera, HeadModel, Record
from photographs.cameras import Pose
from photographs.raster import project, unit_rows, vertex_normals

MOST_VERTICES, MOST_TRIANGLES = 120_000, 200_000
TORSO_JOINT_MM = np.array([0.0, -118.0, -18.0], np.float32)  # the model's `neck`
# How much sky the linings of a mouth see when it is open, where the closed mean mouth sees none.
OPENNESS = {"mouth": 0.12, "gums": 0.4, "tongue": 0.4, "teeth": 0.5, "sockets": 0.35, "lashes": 1.0}


class Kind(IntEnum):
    """What a triangle is; the first ten are the head model's own."""

    FACE = 0
    SCALP = 1
    MOUTH = 2
    SOCKET = 3
    GUMS = 4
    TONGUE = 5
    TEETH = 6
    EYE_LEFT = 7
    EYE_RIGHT = 8
    LASHES = 9
    HAIR = 10
    BEARD = 11
    FRAME = 12
    CLOTH = 13
    HAT = 14
    HAND = 15
    OBJECT = 16


HEAD_KINDS = {
    "face": Kind.FACE,
    "scalp": Kind.SCALP,
    "mouth": Kind.MOUTH,
    "sockets": Kind.SOCKET,
    "gums": Kind.GUMS,
    "tongue": Kind.TONGUE,
    "teeth": Kind.TEETH,
    "eye_left": Kind.EYE_LEFT,
    "eye_right": Kind.EYE_RIGHT,
    "lashes": Kind.LASHES,
}
MOUTH_PARTS = ("mouth", "gums", "tongue", "teeth")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part(Record):
    """Something beside the head: a mesh in head space."""

    vertices_mm: Array  # (V, 3)
    triangles: Array  # (T, 3)
    kind: Kind
    colour: Array  # (3,) or (V, 3) linear
    uv: Array | None = None  # (V, 2) pixels of the mask that cuts it
    edge: Array | None = None  # (V,) how sure it is there; None: all of it
    strength: float = 0.0  # of the mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """Where a part lies in the scene's arrays."""

    kind: Kind
    vertices: slice
    triangles: slice
    strength: float  # of the cutting mask; < 0: not cut


class Scene:
    """The head of one model and what is around it, ready to be drawn."""

    def __init__(self, model: HeadModel) -> None:
        self.model = model
        names = list(HEAD_KINDS)
        order = []
        spans = []
        at = 0
        for name in names:
            some = model.triangles[model.triangle_part == model.part_names.index(name)]
            order.append(some)
            spans.append((name, at, at + len(some)))
            at += len(some)
        self.head_count = len(model.mean_mm)
        self.head_triangles = at
        self.head_spans = {name: (start, stop) for name, start, stop in spans}
        self.triangles = np.zeros((MOST_TRIANGLES, 3), np.int32)
        self.triangles[:at] = np.concatenate(order)
        self.kinds = np.zeros(MOST_TRIANGLES, np.uint8)
        for name, start, stop in spans:
            self.kinds[start:stop] = HEAD_KINDS[name]
        self.welded = model.weld[self.triangles[:at]].astype(np.int32)
        self.own = model.weld  # whose normal a vertex takes

        def rows(width: int) -> Array:
            return np.zeros((MOST_VERTICES, width), np.float32)

        self.place = rows(3)  # head space, mm
        self.view = rows(3)  # from the camera: x right, y up, z towards the viewer
        self.screen = rows(3)
        self.normal = rows(3)
        self.colour = rows(3)
        self.uv = rows(2)
        self.uv[: self.head_count] = model.uv
        self.edge = np.full(MOST_VERTICES, 9.0, np.float32)
        self.openness = np.ones(MOST_VERTICES, np.float32)
        self.openness[: self.head_count] = head_openness(model)
        self.masks = head_masks(model)
        weight = model.skin_weights
        self._root = weight[:, [0]].astype(np.float32)
        self._neck = weight[:, [1]].astype(np.float32)
        self._below = np.flatnonzero(weight[:, :2].sum(1) > 0)
        self.spans: list[Span] = []

    def set_head(self, vertices_mm: Array, pose: Pose) -> None:
        """Put the head in, its shoulders turned; removes all other parts."""
        self.spans = []
        self.place[: self.head_count] = vertices_mm
        below = self._below
        arm = vertices_mm[below] - TORSO_JOINT_MM
        whole = (pose.torso - np.eye(3)).astype(np.float32)
        half = whole / 2
        self.place[below] += (arm @ whole.T) * self._root[below] + (arm @ half.T) * self._neck[
            below
        ]

    def add(self, part: Part) -> None:
        """Append a part."""
        first = self.spans[-1].vertices.stop if self.spans else self.head_count
        start = self.spans[-1].triangles.stop if self.spans else self.head_triangles
        last, stop = first + len(part.vertices_mm), start + len(part.triangles)
        if last > MOST_VERTICES or stop > MOST_TRIANGLES:
            raise ValueError(f"the scene is full: {last} vertices, {stop} triangles")
        self.place[first:last] = part.vertices_mm
        self.triangles[start:stop] = part.triangles
        self.triangles[start:stop] += first
        self.kinds[start:stop] = part.kind
        self.colour[first:last] = part.colour
        self.uv[first:last] = 0 if part.uv is None else part.uv
        self.edge[first:last] = 9 if part.edge is None else part.edge
        self.spans.append(
            Span(
                kind=part.kind,
                vertices=slice(first, last),
                triangles=slice(start, stop),
                strength=-1.0 if part.edge is None else part.strength,
            )
        )

    @property
    def vertex_count(self) -> int:
        return self.spans[-1].vertices.stop if self.spans else self.head_count

    @property
    def triangle_count(self) -> int:
        return self.spans[-1].triangles.stop if self.spans else self.head_triangles

    def look(self, camera: Camera) -> None:
        """Place everything before the camera and find the normals."""
        count = self.vertex_count
        project(
            self.place,
            count,
            camera.camera_from_head.astype(np.float32),
            camera.translation_mm.astype(np.float32),
            np.float32(camera.focal_px),
            np.float32(camera.center_px[0]),
            np.float32(camera.center_px[1]),
            self.view,
            self.screen,
        )
        normal = self.normal
        normal[:count] = 0
        head = self.head_count
        vertex_normals(self.view, self.welded, 0, len(self.welded), normal)
        normal[:head] = normal[self.own]
        for span in self.spans:
            part = span.triangles
            vertex_normals(self.view, self.triangles, part.start, part.stop, normal)
        unit_rows(normal, 0, count)


def head_openness(model: HeadModel) -> Array:
    """(V,) 0..1 how much of the sky each vertex of the mean head sees."""
    seen = see_directions(model.mean_mm, model)
    openness = soften(seen.openness(), model)[:, 0]
    for name, value in OPENNESS.items():
        used = model.triangles[model.triangle_part == model.part_names.index(name)]
        openness[np.unique(used)] = value
    return np.asarray(0.2 + 0.8 * openness, np.float32)


def head_masks(model: HeadModel) -> Array:
    """(V, 5): mm inside the hairline, lips, brows, border of the face tile, place for a beard."""
    hair_mm = (model.masks["scalp"] - 0.5) * MASK_RAMP_MM["scalp"]
    border = np.zeros(len(model.mean_mm), np.float32)
    face = np.unique(model.triangles[model.triangle_part == 0])
    scalp = np.unique(model.triangles[model.triangle_part == 1])
    shared = model.mean_mm[face[np.isin(model.weld[face], model.weld[scalp])]]
    for start in range(0, len(face), 512):
        some = face[start : start + 512]
        gap = np.sqrt(((model.mean_mm[some][:, None] - shared) ** 2).sum(2).min(1))
        border[some] = np.clip(1 - gap / 16.0, 0, 1)
    border[scalp] = 1
    columns = [hair_mm, model.masks["lips"], model.masks["brows"], border, np.zeros(len(border))]
    return np.stack(columns, 1).astype(np.float32)
