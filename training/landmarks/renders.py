"""Plain pictures of random ICT heads on which every point of the surface is known.

Photos cannot tell a misplaced landmark from a differently shaped mean face; pictures of the model
itself can. They are crude (colours per vertex, no hair, no pores) but they show what the network
goes by: lids, irises, nose, lips, brows, jaw, hairline.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from head.source import Source

from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.raster import Raster, rasterise
from faceborn.geometry.rotations import FLIP, rotation_from_angles
from faceborn.model.parts import PART_NAMES
from faceborn.types import Array, Camera
from landmarks.source_model import expression_of

DRAWN = ("face", "scalp", "mouth", "sockets", "gums", "tongue", "teeth", "eye_left", "eye_right")
IRIS_RADIUS_MM, PUPIL_RADIUS_MM = 5.85, 1.9
SLIGHT = ("jawOpen", "mouthSmile", "eyeBlink", "browInnerUp", "mouthPucker", "eyeWide")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One render."""

    pixels: Array  # (H, W, 3) uint8 sRGB
    raster: Raster
    triangles: Array  # (T, 3) into the source's points
    points_mm: Array  # (P, 3) float32, of this person
    camera: Camera
    yaw_deg: float


class Painter:
    """Draws random heads of a Source."""

    def __init__(self, source: Source, *, size_px: int = 512) -> None:
        self.source, self.size_px = source, size_px
        index = [PART_NAMES.index(name) for name in DRAWN]
        quads = source.quads[np.isin(source.part, index)]
        part = source.part[np.isin(source.part, index)]
        halves = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        solid = (halves[:, 0] != halves[:, 2]) & (halves[:, 1] != halves[:, 2])
        self.triangles = halves[solid].astype(np.int32)
        self.part = np.concatenate([part, part])[solid]
        self.lips = lip_mask(source)
        self.brows = brow_mask(source)
        self.lids = lid_mask(source)

    def draw(self, rng: np.random.Generator, *, yaw_deg: float) -> Picture:
        """A random person, light and camera at about this yaw."""
        source = self.source
        identity = rng.standard_normal(len(source.identity_mm)) * 0.8
        points = source.points_mm + np.tensordot(identity, source.identity_mm, 1)
        for name in SLIGHT:
            points = points + expression_of(source, name) * max(rng.normal(0, 0.06), 0.0)
        rotation = rotation_from_angles(yaw_deg, rng.normal(2, 5), rng.normal(0, 3))
        camera = Camera(
            size_px=(self.size_px, self.size_px),
            focal_px=1.7 * self.size_px * rng.uniform(1.0, 1.8),
            center_px=(self.size_px / 2, self.size_px / 2),
            camera_from_head=FLIP @ rotation,
            translation_mm=np.zeros(3),
        )
        # The face takes a bit more than half of the picture's height.
        distance = camera.focal_px / self.size_px * 255 * rng.uniform(0.95, 1.15)
        middle = camera.camera_from_head @ np.array([0.0, 5.0, 60.0])
        shift = np.array([rng.normal(0, 10), rng.normal(0, 10), distance])
        camera = camera.replace(translation_mm=shift - middle)
        raster = rasterise(camera.to_camera(points), self.triangles, camera)
        colours = self._colours(rng)
        return Picture(
            pixels=self._shade(points, colours, raster, camera, rng),
            raster=raster,
            triangles=self.triangles,
            points_mm=points.astype(np.float32),
            camera=camera,
            yaw_deg=yaw_deg,
        )

    def _colours(self, rng: np.random.Generator) -> Array:
        """(P, 3) linear colour of every point, and everything painted on it."""
        source = self.source
        tone = rng.uniform(0, 1)
        skin = (1 - tone) * np.array([0.62, 0.38, 0.28]) + tone * np.array([0.16, 0.08, 0.05])
        hair = rng.uniform(0.01, 0.12) * np.array([1.2, 0.9, 0.7])
        colours = np.tile(skin, (len(source.points_mm), 1))
        place = source.points_mm
        top = smooth(place[:, 1] + 0.55 * np.minimum(0, place[:, 2] - 60), 86, 94)
        behind = smooth(-place[:, 2], 10, 20) * smooth(place[:, 1], -60, -40)
        colours = blend(colours, hair, np.maximum(top, behind))
        lip = skin * np.array([0.95, 0.55, 0.6])
        colours = blend(colours, lip, self.lips * rng.uniform(0.6, 1.0))
        colours = blend(colours, hair, self.brows * rng.uniform(0.5, 0.9))
        colours = blend(colours, hair * 0.5, self.lids * rng.uniform(0.3, 0.8))
        part_colour = {
            "mouth": (0.05, 0.01, 0.01),
            "sockets": (0.2, 0.06, 0.05),
            "gums": (0.3, 0.1, 0.1),
            "tongue": (0.3, 0.1, 0.1),
            "teeth": (0.6, 0.55, 0.45),
        }
        for name, colour in part_colour.items():
            colours[self._points(name)] = colour
        iris = rng.uniform(0.02, 0.2) * np.array([1.0, 0.8, 0.7])
        for name in ("eye_left", "eye_right"):
            used = self._points(name)
            ball = place[used]
            pole = ball[ball[:, 2].argmax()]
            away = np.linalg.norm(ball[:, :2] - pole[:2], axis=1)
            front = ball[:, 2] > ball[:, 2].max() - 8
            colours[used] = (0.65, 0.6, 0.58)
            inside = front * smooth(-away, -IRIS_RADIUS_MM - 0.5, -IRIS_RADIUS_MM + 0.5)
            colours[used] = blend(colours[used], iris, inside)
            pupil = front * smooth(-away, -PUPIL_RADIUS_MM - 0.3, -PUPIL_RADIUS_MM + 0.3)
            colours[used] = blend(colours[used], np.full(3, 0.005), pupil)
        return colours

    def _points(self, name: str) -> Array:
        return np.unique(self.triangles[self.part == PART_NAMES.index(name)])

    def _shade(
        self,
        points: Array,
        colours: Array,
        raster: Raster,
        camera: Camera,
        rng: np.random.Generator,
    ) -> Array:
        """sRGB picture: sky light from above, a lamp, a plain uneven background."""
        normals = vertex_normals(points, self.triangles)
        lamp = np.array([rng.normal(0, 0.6), rng.uniform(0.0, 0.9), 1.0])
        lamp /= np.linalg.norm(lamp)
        share = rng.uniform(0.3, 0.6)
        sky = 0.75 + 0.25 * normals[:, 1]
        light = (1 - share) * sky + share * np.clip(normals @ lamp, 0, None) * 1.6
        seen = raster.interpolate(colours * light[:, None], self.triangles)
        side = self.size_px
        back = rng.uniform(0.05, 0.7, 3) * np.linspace(rng.uniform(0.7, 1), 1, side)[:, None, None]
        picture = np.broadcast_to(back, (side, side, 3)).copy()
        picture[raster.covered] = seen
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7))
        srgb = np.clip(picture * rng.uniform(0.9, 1.3), 0, 1) ** (1 / 2.2) * 255
        srgb += rng.normal(0, 2, srgb.shape)
        return np.clip(srgb, 0, 255).astype(np.uint8)


def smooth(value: Array, low: float, high: float) -> Array:
    """0 below low, 1 above high, smooth between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def blend(under: Array, over: Array, amount: Array) -> Array:
    """`over` on `under` (N, 3), `amount` (N,) 0..1."""
    return np.asarray(under * (1 - amount[:, None]) + over * amount[:, None])


def _skin(source: Source) -> Array:
    """(P,) bool, points of the face part."""
    used = np.zeros(len(source.points_mm), bool)
    used[source.quads[source.part == PART_NAMES.index("face")]] = True
    return used


def lip_mask(source: Source) -> Array:
    """(P,) 1 within the border that ICT's own landmarks 48-59 draw."""
    border = source.points_mm[source.landmarks68[48:60]]
    closed = np.concatenate([border, border[:1]])
    fine = np.concatenate(
        [np.linspace(a, b, 8, endpoint=False) for a, b in itertools.pairwise(closed)]
    )
    polygon = (fine[:, :2] * 100).astype(np.float32)
    mask = np.zeros(len(source.points_mm))
    near = np.flatnonzero(
        _skin(source) & (np.linalg.norm(source.points_mm - border.mean(0), axis=1) < 45)
    )
    for point in near:
        x, y = source.points_mm[point, :2] * 100
        mask[point] = cv2.pointPolygonTest(polygon, (float(x), float(y)), True) / 100
    mask[near] = smooth(mask[near], -0.4, 0.4)
    return mask


def brow_mask(source: Source) -> Array:
    """(P,) strokes about ICT's landmarks 17-26, thinner outwards."""
    mask = np.zeros(len(source.points_mm))
    skin = _skin(source)
    for part in (slice(17, 22), slice(26, 21, -1)):
        line = source.points_mm[source.landmarks68[part]]
        fine = np.concatenate([np.linspace(a, b, 12) for a, b in itertools.pairwise(line)])
        width = np.linspace(1.8, 4.2, len(fine))  # outer end first
        away = np.linalg.norm(source.points_mm[:, None] - fine[None], axis=2) - width
        mask = np.maximum(mask, smooth(-away.min(1), -1.0, 1.0) * skin)
    return mask


def lid_mask(source: Source) -> Array:
    """(P,) the roots of the lashes: skin within a millimetre or so of the lash cards."""
    lashes = np.unique(source.quads[source.part == PART_NAMES.index("lashes")])
    skin = np.flatnonzero(_skin(source))
    mask = np.zeros(len(source.points_mm))
    apart = np.full(len(skin), np.inf)
    for point in source.points_mm[lashes][::3]:
        apart = np.minimum(apart, np.linalg.norm(source.points_mm[skin] - point, axis=1))
    mask[skin] = smooth(-apart, -1.6, -0.5)
    return mask
