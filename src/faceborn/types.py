"""The records that flow through the pipeline: plain, frozen, no behaviour beyond simple geometry.

photo -> faces -> fit -> texture -> head -> export

with volume between faces and fit where it is asked for.

Frames and units are those of docs/conventions.md: head space is +X to the person's left, +Y up,
+Z out of the nose, in millimetres; pixels are (x, y) with (0, 0) the corner of the upright photo;
left and right are the person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Record:
    """Base of all records: keeps every array as a read-only view."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, item.name, _read_only(value))
            elif isinstance(value, Mapping):
                frozen = {
                    key: _read_only(entry) if isinstance(entry, np.ndarray) else entry
                    for key, entry in value.items()
                }
                object.__setattr__(self, item.name, frozen)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[type-var]


def _read_only(value: Array) -> Array:
    view = value.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo(Record):
    """A decoded photo."""

    pixels: Array  # (H, W, 3) uint8 sRGB, upright
    focal_px: float | None  # from EXIF, in pixels of `pixels`; None if the file does not say
    source: str  # the path as given, or "<bytes>" / "<array>"
    sha256: str  # of the file, or of the pixels where there was no file

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)"""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Perspective(Record):
    """How near the camera was, as the points of a face tell it."""

    per_mm: float  # 1 / distance, as measured; far away the noise may make it negative
    sd_per_mm: float  # its standard deviation
    px_per_mm: float  # size of the face in the photo, at its mean depth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Face(Record):
    """A face as the front end sees it, before any head model."""

    box_px: tuple[float, float, float, float]  # x0, y0, x1, y1
    score: float  # 0..1, of the detector
    yaw_deg: float  # rough pose; the fit gives the good one
    pitch_deg: float
    roll_deg: float
    scheme: str  # which landmarks these are: a key of HeadModel.landmarks
    landmarks_px: Array  # (L, 2)
    landmarks_score: float  # 0..1, how sure the landmark network is that it sees a face
    iris_px: Array | None  # (2, 3) left then right iris: x, y, radius; None if not seen
    landmarks_sigma_px: Array | None = None  # (L,) noise of x and y; None: that of the scheme
    perspective: Perspective | None = None  # None: the points are the mesh's or the detector's


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartMap(Record):
    """What a network sees where, in a square of the photo, in cells of a 128th of its side."""

    skin: Array  # (S, S) 0..1, eyes, lips, brows and spectacles on it included
    hair: Array  # (S, S) 0..1, of the head and of the chin
    frames: Array  # (S, S) 0..1, of spectacles; they count as skin too
    square_from_photo: Array  # (2, 3) pixels of the photo to those of the map


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hints(Record):
    """What a look at the whole of a face tells the fit beside its points; None where nothing."""

    # As Fit.identity, or its first (K,): expected, the middle of the prior.
    identity: Array | None = None
    parts: PartMap | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Camera(Record):
    """A pinhole camera looking along its +z, x right and y down (OpenCV)."""

    size_px: tuple[int, int]  # (width, height) of the photo
    focal_px: float
    center_px: tuple[float, float]  # principal point (x, y)
    camera_from_head: Array  # (3, 3) rotation, flips of y and z included
    translation_mm: Array  # (3,) the head's origin in camera space, z > 0 in front

    def to_camera(self, points_mm: Array) -> Array:
        """(..., 3) head space to (..., 3) camera space, mm."""
        return points_mm @ self.camera_from_head.T + self.translation_mm

    def project(self, points_mm: Array) -> Array:
        """(..., 3) head space, mm, to (..., 2) pixels."""
        p = self.to_camera(points_mm)
        return p[..., :2] / p[..., 2:] * self.focal_px + np.asarray(self.center_px)

    def to_picture(self, points_mm: Array) -> Array:
        """(L, 3) head space to (L, 3): x, y in pixels, z towards the viewer at the same scale.

        z is 0 at the mean depth of the points; its scale is the picture's at that depth.
        """
        depth_mm = self.to_camera(points_mm)[:, 2]
        middle_mm = depth_mm.mean()
        towards_px = (middle_mm - depth_mm) * self.focal_px / middle_mm
        return np.column_stack([self.project(points_mm), towards_px])

    def to_plain(self) -> dict[str, Any]:
        """As it stands in the report and in a GLB; enough to draw their head over the photo."""
        return {
            "size_px": [int(size) for size in self.size_px],
            "focal_px": round(float(self.focal_px), 3),
            "center_px": [round(float(place), 3) for place in self.center_px],
            "camera_from_head": np.round(self.camera_from_head.astype(float), 7).tolist(),
            "translation_mm": np.round(self.translation_mm.astype(float), 4).tolist(),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solid(Record):
    """A face as the volumetric network sees it: how much of each small cube lies inside of it.

    The cubes stand behind a square of the photo. Lengths are sides of the square: x right and y
    down from its upper left corner, z towards the viewer, 0 at the mean depth of the face.
    """

    inside: Array  # (D, N, N) float32 0..1: slice from near to far, row, column; 0.5 is the surface
    near: float  # z of the front of the first slice; a slice is as thick as a cube is wide
    photo_from_square: Array  # (2, 3) x, y to pixels of the photo
    perspective: Perspective | None = None  # of the points that the guide was laid on

    @property
    def side_px(self) -> float:
        """Of the square, in pixels of the photo."""
        return float(np.linalg.norm(self.photo_from_square[:, 0]))

    def to_photo(self, points: Array) -> Array:
        """(..., 3) sides of the square to pixels of the photo, depth at the same scale."""
        flat = points[..., :2] @ self.photo_from_square[:, :2].T + self.photo_from_square[:, 2]
        return np.concatenate([flat, points[..., 2:] * self.side_px], -1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface(Record):
    """A mesh by itself, without parts or rig, as the photo shows it: x right, y up, z nearer.

    The frame's origin is the middle of the solid's square, at the mean depth of the face.
    """

    vertices_mm: Array  # (V, 3) float32
    normals: Array  # (V, 3) float32 unit, outwards
    triangles: Array  # (T, 3) int32
    colors: Array  # (V, 3) uint8 sRGB, of the photo's pixel before each vertex


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks(Record):
    """Where the points of one landmark scheme lie on the head model."""

    vertices: Array  # (L, 3) int32, corners of the triangle
    barycentrics: Array  # (L, 3) float32
    sigma_percent: Array  # (L,) noise of the network, percent of the outer-eye-corner distance
    bias_yaw_deg: Array  # (Y,) yaws at which the bias is tabled, ascending; may be empty
    bias_percent: Array  # (Y, L, 2) mean residual there, upright picture, same percent; x, y

    def of(self, vertices_mm: Array) -> Array:
        """(V, 3) vertices to (L, 3) landmark positions."""
        return np.einsum("lcx,lc->lx", vertices_mm[self.vertices], self.barycentrics)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Closing(Record):
    """Two edges of skin that can meet: lids or lips. model/closing.py closes them."""

    upper: Array  # (U,) int32, skin at the upper edge
    lower: Array  # (L,) int32
    moved: Array  # (N,) int32, what goes along when the slit is closed
    weight: Array  # (N,) float32, mm up or down per mm of slit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeadModel(Record):
    """The statistical head: a mean, its identity modes and its expressions.

    A vertex belongs to one part and has one texture coordinate; vertices that coincide on the
    surface (at a seam of the texture or between parts) share their entry in `weld`.
    """

    mean_mm: Array  # (V, 3) float32
    identity_mm: Array  # (K, V, 3) float32 per standard deviation
    expression_names: tuple[str, ...]  # the 52 ARKit names
    blendshapes_mm: Array  # (52, V, 3) float32, added at weight 1
    triangles: Array  # (T, 3) int32
    triangle_part: Array  # (T,) uint8 into part_names
    quads: Array  # (Q, 4) int32; a triangle repeats its last corner
    quad_part: Array  # (Q,) uint8
    part_names: tuple[str, ...]  # see model/parts.py
    uv: Array  # (V, 2) float32, each part in its own tile 0..1, v up
    weld: Array  # (V,) int32, the lowest vertex at the same point of the surface
    mirror: Array  # (V,) int32, the vertex on the other side of the head; an involution
    joint_names: tuple[str, ...]  # root neck head jaw eye_left eye_right
    joint_parents: Array  # (J,) int32, -1 at the root
    joints_mm: Array  # (J, 3) on the mean head
    joints_identity_mm: Array  # (K, J, 3) how identity moves them
    skin_weights: Array  # (V, J) float32, rows sum to 1
    eye_look_deg: Mapping[str, tuple[float, float]]  # eyeLook*: (yaw, pitch) of that eye's joint
    closings: Mapping[str, Closing]  # "lids_left" (the right ones by `mirror`), "lips"
    landmarks: Mapping[str, Landmarks]  # "ibug_68", "mediapipe_478", "dense_365", "centerface_5"
    masks: Mapping[str, Array]  # (V,) float32 0..1, 0.5 on the border; names in model/parts.py
    contour_vertices: Array  # (C,) int32, where face and jaw have their outline; training reads it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit(Record):
    """What the head model says about one face in one photo."""

    identity: Array  # (K + M,) standard deviations: the model's modes, then the mouth's own
    expression: Array  # (52,) 0..1, gaze included (eyeLook*)
    scale: float  # size of this head over the model's, from the iris and the prior
    scale_sd: float  # relative standard deviation of `scale`
    camera: Camera  # sees the head after `scale`
    landmarks_px: Array  # (L, 2) the measured points that were fitted, bias taken out
    residual_px: Array  # (L,) distance of the fitted point to the measured one; nan where unused
    scheme: str  # of the landmarks
    yaw_deg: float
    pitch_deg: float
    roll_deg: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape(Record):
    """One person's head at rest, ready to be textured, rigged and exported."""

    vertices_mm: Array  # (V, 3) neutral
    blendshapes_mm: Array  # (52, V, 3)
    joints_mm: Array  # (J, 3)
    model: HeadModel  # topology: triangles, quads, parts, uv, weld, names, skin weights

    def with_expression(self, expression: Array) -> Array:
        """(52,) weights to (V, 3) vertices in mm."""
        used = np.flatnonzero(expression)
        moved = np.tensordot(expression[used], self.blendshapes_mm[used], 1)
        return np.asarray(self.vertices_mm + moved, np.float32)


class Source(IntEnum):
    """Where the colour of a texel comes from."""

    OUTSIDE = 0  # no surface there
    SEEN = 1  # the photo
    MIRRORED = 2  # the other half of the face
    INFERRED = 3  # neither: statistics of skin or hair, matched to the photo


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Texture(Record):
    """Colour without light for every part, and where it comes from."""

    # part -> (h, w, 3 or 4) uint8 sRGB; PART_roughness -> (h, w) uint8, 255 is 1; row 0 is v = 1
    images: Mapping[str, Array]
    source: Mapping[str, Array]  # part -> (h, w) uint8 of Source; at least "face" and "scalp"
    seen_fraction: float  # of the face's surface, 0..1
    hair_height_mm: Array | None = None  # (V,) how far hair stands off the skull


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material(Record):
    """How one part looks; physically based, as in glTF."""

    part: str
    roughness: float  # 0..1, where there is no map
    image: str | None = None  # key of Texture.images; None: base_color alone
    roughness_image: str | None = None  # key of Texture.images
    base_color: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)  # linear, times the image
    alpha: str = "opaque"  # or "blend"
    double_sided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result(Record):
    """Everything that one face of one photo gave; what the exporters read."""

    photo: Photo
    face: Face
    fit: Fit
    shape: Shape
    texture: Texture
    seconds: Mapping[str, float] = field(default_factory=dict)
