"""read_photo: from a path, bytes or an array to a Photo."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from faceborn.errors import NoPhoto, PhotoTooLarge, UnreadablePhoto
from faceborn.photo.decode import MAX_PIXELS, decode, on_white
from faceborn.types import Array, Photo

MAX_BYTES = 500_000_000

__all__ = ["MAX_PIXELS", "read_photo"]


def read_photo(source: str | os.PathLike[str] | bytes | Array) -> Photo:
    """Decode a photo: upright, sRGB, 8 bit.

    source  a path; the content of a file; or an array (H, W), (H, W, 1|3|4) of sRGB in RGB order,
            uint8, uint16 or float 0..1, upright

    JPEG, PNG, WebP, HEIC, AVIF, BMP, TIFF and GIF; transparent parts become white; of an animation
    the first frame. Raises NoPhoto, UnreadablePhoto, and PhotoTooLarge above MAX_PIXELS.
    """
    if isinstance(source, np.ndarray):
        pixels = _from_array(source)
        digest = hashlib.sha256(pixels.tobytes()).hexdigest()
        return Photo(pixels=pixels, focal_px=None, source="<array>", sha256=digest)
    if isinstance(source, (bytes, bytearray, memoryview)):
        content, name = bytes(source), "<bytes>"
    else:
        content, name = _read_file(Path(source)), os.fspath(source)
    pixels, focal_px = decode(content, name)
    digest = hashlib.sha256(content).hexdigest()
    return Photo(pixels=pixels, focal_px=focal_px, source=name, sha256=digest)


def _read_file(path: Path) -> bytes:
    if path.is_dir():
        raise NoPhoto(f"{path} is a folder", hint="name a photo in it")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # a pipe or a device does not tell its size before
    except FileNotFoundError as error:
        raise NoPhoto(f"{path} is not there", hint="check the path") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadablePhoto(f"{path} cannot be read: {reason}", hint="check the file") from error
    if len(content) > MAX_BYTES:
        raise PhotoTooLarge(
            f"{path} is larger than {MAX_BYTES // 1_000_000} MB", hint="make it smaller"
        )
    return content


def _from_array(array: Array) -> Array:
    """(H, W, 3) uint8 from any array that read_photo accepts."""
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise UnreadablePhoto(
            f"an array of shape {array.shape} is no picture",
            hint="give (H, W), (H, W, 3) or (H, W, 4)",
        )
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise PhotoTooLarge(
            f"{array.shape[1]} x {array.shape[0]} pixels are more than"
            f" {MAX_PIXELS // 1_000_000} million",
            hint="make it smaller",
        )
    if array.dtype == np.uint16:
        array = np.round(array / 257.0).astype(np.uint8)
    elif np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all() or array.min() < -0.01 or array.max() > 1.01:
            raise UnreadablePhoto(
                "a picture of floats must lie between 0 and 1", hint="divide by its white"
            )
        array = np.round(np.clip(array, 0.0, 1.0) * 255.0).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise UnreadablePhoto(
            f"an array of {array.dtype} is no picture", hint="give uint8, uint16 or float 0..1"
        )
    if array.shape[2] == 4:
        return on_white(array[..., :3], array[..., 3])
    return np.ascontiguousarray(np.broadcast_to(array, (*array.shape[:2], 3)))
