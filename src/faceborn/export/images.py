"""Textures as bytes of image files."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from faceborn.light.srgb import srgb_curve
from faceborn.model.images import load_part_images
from faceborn.types import Array, Material, Source, Texture

JPEG_QUALITY = 92  # 2048 px of skin: 0.9 MB, errors under 2 levels
SOURCE_SIZE_PX = 512  # the map of sources is for the eye; smaller textures keep their size
SOURCE_MARGIN_PX = 3  # around each piece of the atlas: else its seams are dotted with OUTSIDE

SOURCE_COLOR = {
    Source.OUTSIDE: (24, 24, 27),
    Source.SEEN: (46, 160, 67),
    Source.MIRRORED: (47, 129, 247),
    Source.INFERRED: (219, 154, 4),
}


def encode_jpeg(image: Array) -> bytes:
    """(h, w, 3) uint8 sRGB or (h, w) grey; colour at full size, else lips bleed into skin."""
    out = BytesIO()
    Image.fromarray(image[..., :3] if image.ndim == 3 else image).save(
        out, "JPEG", quality=JPEG_QUALITY, subsampling=0
    )
    return out.getvalue()


def encode_png(image: Array) -> bytes:
    """(h, w), (h, w, 2 grey and alpha), (h, w, 3) or (h, w, 4) uint8."""
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "PNG", compress_level=4)
    return out.getvalue()


def encode_texture(name: str, image: Array, *, lossless: bool) -> bytes:
    """`image` as PNG or JPEG; what we have drawn ourselves is encoded once in a process."""
    drawn = load_part_images().get(name)
    if drawn is not None and np.array_equal(image, drawn):
        return _encode_drawn(name, lossless=lossless)
    return encode_png(image) if lossless else encode_jpeg(image)


@cache
def _encode_drawn(name: str, *, lossless: bool) -> bytes:
    image = load_part_images()[name]
    return encode_png(image) if lossless else encode_jpeg(image)


def source_image(source: Array) -> Array:
    """(h, w) of Source to a small picture in the colours of SOURCE_COLOR, (h', w', 3)."""
    step = max(1, max(source.shape) // SOURCE_SIZE_PX)
    palette = np.zeros((256, 3), np.uint8)
    for value, color in SOURCE_COLOR.items():
        palette[value] = color
    labels = np.ascontiguousarray(source[::step, ::step], dtype=np.uint8)
    for _ in range(SOURCE_MARGIN_PX):
        grown = cv2.dilate(labels, np.ones((3, 3), np.uint8))
        labels = np.where(labels == Source.OUTSIDE, grown, labels)
    return palette[labels]


def part_image(material: Material, texture: Texture) -> Array:
    """The picture of one part, (h, w, 3 or 4); plain colour where the part has none."""
    if material.image is not None:
        return texture.images[material.image]
    plain = np.round(255 * srgb_curve(np.asarray(material.base_color[:3]))).astype(np.uint8)
    return np.broadcast_to(plain, (4, 4, 3))
