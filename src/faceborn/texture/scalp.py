"""The tile of scalp, neck and shoulders: the person's skin and hair where no face is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from faceborn.light.srgb import linear_from_srgb, srgb_float
from faceborn.texture.colour import (
    blur,
    brightened,
    log_linear,
    resize,
    spread_into_gaps,
)
from faceborn.texture.hair import Hair, hair_cover, hair_detail, hair_layer
from faceborn.texture.hair_map import HairMap, look_up
from faceborn.texture.light import LightFit
from faceborn.texture.regions import regions_of
from faceborn.texture.roughness import roughness_map
from faceborn.texture.view import HeadView, sample_photo, view_part
from faceborn.types import Array, Camera, HeadModel, Photo, Record, Source

WORK_SIZE_PX = 512
SEAM_REACH = 1 / 9  # how far the tone at the seam is carried, of the tile's side


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhotoReading(Record):
    """What was read from the photo while the face tile was made."""

    photo: Photo
    camera: Camera
    head: HeadView
    light: LightFit
    map: HairMap
    hair: Hair


def bake_scalp(
    model: HeadModel, reading: PhotoReading, face_log: Array, noise: Array, size_px: int
) -> tuple[Array, Array, Array]:
    """(S, S, 3) uint8 sRGB, (S, S) uint8 of types.Source, and the map of roughness.

    face_log  (s, s, 3) finished log albedo of the face tile
    noise     (N, N, 1) relative grain of skin
    """
    photo, seen, hair = reading.photo, reading.map, reading.hair
    regions = regions_of(model, "scalp", WORK_SIZE_PX)
    face_regions = regions_of(model, "face", face_log.shape[0])
    below = (face_regions.neck > 0.8) & face_regions.covered
    tone = np.median(face_log[below], 0)
    cover = hair_cover(hair, model, "scalp", WORK_SIZE_PX)
    skin = np.broadcast_to(tone, (*regions.covered.shape, 3)).astype(np.float32)
    view = view_part(photo, model, reading.head, "scalp", WORK_SIZE_PX)
    shown = log_linear(linear_from_srgb(sample_photo(photo, view.pixels, WORK_SIZE_PX)))
    shown = shown - reading.light.log_shading_of_hair()
    hair_like = look_up(seen, seen.hair, view.pixels, reading.camera)
    hair_log, own = hair_layer(hair, shown, hair_like, view.trust, cover, regions)
    base = skin * (1 - cover[..., None]) + hair_log * cover[..., None]

    matched = base + _seam_difference(model, face_log, base)
    image = resize(srgb_float(np.exp(matched)), size_px)
    skin_grain = resize(noise, size_px).reshape(size_px, size_px)
    made_up = np.clip(resize(cover * (1 - own), size_px), 0, 1)
    strands = hair_detail(hair, model, "scalp", skin_grain, size_px)[..., 0]
    bare = np.clip(resize(1 - cover, size_px), 0, 1)
    image = brightened(image, skin_grain * bare + strands * made_up)
    labels = np.where(own * cover > 0.5, Source.SEEN, Source.INFERRED)
    source = np.where(regions.covered, labels, Source.OUTSIDE).astype(np.uint8)
    enlarged = cv2.resize(source, (size_px, size_px), interpolation=cv2.INTER_NEAREST)
    return image, np.asarray(enlarged), roughness_map(regions, cover)


def _seam_difference(model: HeadModel, face_log: Array, base: Array) -> Array:
    """(S, S, 3) what brings the scalp tile to the face tile's colour along their common seam."""
    face_vertex, scalp_vertex = _seam(model)
    wanted = _at(face_log, model.uv[face_vertex])
    there = _at(base, model.uv[scalp_vertex])
    size = base.shape[0]
    sparse = np.zeros_like(base)
    weight = np.zeros(base.shape[:2], np.float32)
    column = np.clip((model.uv[scalp_vertex, 0] * size).astype(int), 0, size - 1)
    row = np.clip(((1 - model.uv[scalp_vertex, 1]) * size).astype(int), 0, size - 1)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            place = np.clip(row + dy, 0, size - 1), np.clip(column + dx, 0, size - 1)
            sparse[place] = wanted - there
            weight[place] = 1.0
    spread = spread_into_gaps(sparse, weight)
    near = np.clip(blur(weight, SEAM_REACH * size / 3) * 12, 0, 1)
    reach = np.maximum(blur(np.maximum(near, weight), 2.0), weight)
    return np.asarray(spread * reach[..., None])


def _at(texels: Array, uv: Array) -> Array:
    """(N, 3) values of a tile at (N, 2) uv."""
    size = texels.shape[0]
    x = (uv[:, 0] * size - 0.5).astype(np.float32)[None]
    y = ((1 - uv[:, 1]) * size - 0.5).astype(np.float32)[None]
    return np.asarray(cv2.remap(blur(texels, 1.0), x, y, cv2.INTER_LINEAR)[0])


@lru_cache(maxsize=2)
def _seam(model: HeadModel) -> tuple[Array, Array]:
    """Vertices of the face and of the scalp that lie at the same points."""
    by_part = {
        part: np.unique(model.triangles[model.triangle_part == model.part_names.index(part)])
        for part in ("face", "scalp")
    }
    point = {part: model.weld[vertices] for part, vertices in by_part.items()}
    _, in_face, in_scalp = np.intersect1d(point["face"], point["scalp"], return_indices=True)
    return by_part["face"][in_face], by_part["scalp"][in_scalp]
