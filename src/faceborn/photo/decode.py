"""From the bytes of a picture file to upright 8 bit sRGB."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from faceborn.errors import FacebornError, PhotoTooLarge, UnreadablePhoto
from faceborn.photo.exif import focal_from_exif
from faceborn.types import Array

MAX_PIXELS = 120_000_000  # the largest phones give 108 million
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "HEIF", "BMP", "DIB", "TIFF", "GIF", "AVIF")
STRIP_ROWS = 256
EXIF_DIRECTORY = 0x8769
COLOUR_SPACE_OF = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

pillow_heif.register_heif_opener()


def decode(content: bytes, name: str) -> tuple[Array, float | None]:
    """The picture (H, W, 3) uint8 sRGB and its focal length in pixels, if the file tells it.

    Raises UnreadablePhoto, PhotoTooLarge (before anything is unpacked).
    """
    try:
        # Pillow warns of odd metadata and of large pictures; the limit here is our own.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(content, name)
    except FacebornError:
        raise
    except Image.DecompressionBombError as error:
        raise too_large(name) from error
    except Exception as error:
        # Decoders answer a broken file with any exception: OSError, SyntaxError, EOFError,
        # struct.error, ValueError, ...
        raise unreadable(content, name, error) from error


def _decode(content: bytes, name: str) -> tuple[Array, float | None]:
    known = openers()
    with Image.open(io.BytesIO(content), formats=known) as image:
        if image.width * image.height > MAX_PIXELS:
            raise too_large(name, image.size)
        if getattr(image, "is_animated", False):
            image.seek(0)
        tags = _exif_tags(image)
        focal_px = focal_from_exif(tags, image.size)
        profile = image.info.get("icc_profile")
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        colour, alpha = _split_alpha(image)
        pixels = _to_array(_to_srgb(colour, profile))
        if alpha is not None:
            pixels = on_white(pixels, alpha)
        return pixels, focal_px


def openers() -> list[str]:
    """Those of FORMATS that this Pillow can open. No others: some start other programs."""
    Image.preinit()
    if not all(name in Image.OPEN for name in FORMATS):
        Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def _exif_tags(image: Image.Image) -> dict[int, Any]:
    """The Exif sub-directory; empty if it is missing or broken, the picture may still be fine."""
    try:
        return dict(image.getexif().get_ifd(EXIF_DIRECTORY))
    except Exception:
        return {}


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Array | None]:
    """Colour in a mode of COLOUR_SPACE_OF, and (H, W) uint8 opacity or None."""
    if image.mode in ("LA", "La"):
        both = image.convert("LA")
        return both.getchannel("L"), np.asarray(both.getchannel("A"))
    if image.mode in ("RGBA", "RGBa", "PA") or "transparency" in image.info:
        both = image.convert("RGBA")
        return both.convert("RGB"), np.asarray(both.getchannel("A"))
    if image.mode in COLOUR_SPACE_OF:
        return image, None
    if image.mode == "1":
        return image.convert("L"), None
    if image.mode.startswith("I"):  # 16 bit grey; some files of it come as 32 bit integers
        grey = np.asarray(image).astype(np.float32) / 257.0
        return Image.fromarray(np.clip(np.round(grey), 0, 255).astype(np.uint8)), None
    if image.mode == "F":
        grey = np.nan_to_num(np.asarray(image)) * 255.0
        return Image.fromarray(np.clip(np.round(grey), 0, 255).astype(np.uint8)), None
    return image.convert("RGB"), None


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB, by the embedded profile if it is sound and speaks of this kind of picture."""
    if image.mode == "LAB":
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        return _transform(image, lab)
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            described = (source.profile.profile_description or "").lower()
            speaks_of = source.profile.xcolor_space.strip()
            if speaks_of == "RGB" and image.mode == "L":
                image = image.convert("RGB")
            if speaks_of == COLOUR_SPACE_OF[image.mode] and not described.startswith("srgb"):
                return _transform(image, source)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: most viewers show such a picture as sRGB, so do we
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_array(image: Image.Image) -> Array:
    """(H, W, 3) uint8, strip by strip: Pillow would hold two more copies of a large picture."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, image.height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, image.width, bottom)))
    return pixels


def _transform(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    done = ImageCms.profileToProfile(
        image,
        source,
        SRGB,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert done is not None  # only an in-place transform gives None
    return done


def on_white(pixels: Array, alpha: Array) -> Array:
    """(H, W, 3) uint8 before white, with opacity (H, W) uint8."""
    weight = alpha[..., None].astype(np.uint16)
    mixed = (pixels * weight + 255 * (255 - weight) + 127) // 255
    return mixed.astype(np.uint8)


def too_large(name: str, size_px: tuple[int, int] | None = None) -> PhotoTooLarge:
    has = f"{size_px[0]} x {size_px[1]} pixels, more" if size_px else "more pixels"
    return PhotoTooLarge(
        f"{name} has {has} than the limit of {MAX_PIXELS // 1_000_000} million",
        hint="make it smaller; a face needs no more than 4 million",
    )


def unreadable(content: bytes, name: str, error: Exception) -> UnreadablePhoto:
    if not content:
        return UnreadablePhoto(f"{name} is empty", hint="fetch it again")
    if isinstance(error, UnidentifiedImageError):
        return UnreadablePhoto(
            f"{name} is not a picture that can be read",
            hint="JPEG, PNG, WebP, HEIC, AVIF, BMP, TIFF and GIF are; save it as one of them",
        )
    return UnreadablePhoto(f"{name} is damaged or cut short", hint="fetch or save it again")
