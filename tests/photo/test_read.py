"""read_photo: whatever the file, the same upright sRGB picture."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from faceborn.errors import NoPhoto, PhotoTooLarge, UnreadablePhoto
from faceborn.photo import read_photo
from faceborn.types import Array

pillow_heif.register_heif_opener()


@pytest.fixture(scope="module")
def picture() -> Array:
    """(90, 120, 3): smooth, so that lossy formats keep it, and different in every corner."""
    y, x = np.mgrid[0:90, 0:120]
    return np.stack([x * 2, y * 2 + 20, 200 - x], 2).astype(np.uint8)


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def difference(a: Array, b: Array) -> float:
    """Mean absolute difference in levels."""
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b.astype(float)).mean())


@pytest.mark.parametrize(
    ("format", "options", "allowed"),
    [
        ("JPEG", {"quality": 95}, 1.5),
        ("JPEG", {"quality": 95, "progressive": True}, 1.5),
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 2.5),
        ("HEIF", {"quality": 95}, 2.5),
        ("AVIF", {"quality": 95}, 2.5),
    ],
)
def test_every_format_gives_the_same_picture(
    picture: Array, format: str, options: dict[str, object], allowed: float
) -> None:
    photo = read_photo(encoded(Image.fromarray(picture), format, **options))
    assert photo.pixels.dtype == np.uint8
    assert difference(photo.pixels, picture) <= allowed


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
@pytest.mark.parametrize("kind", ["grey", "colour", "alpha"])
def test_16_bit_keeps_its_range(picture: Array, format: str, kind: str) -> None:
    """A white of 65535 is 255, whether grey, colour or with opacity."""
    deep = picture.astype(np.uint16) * 257
    if kind == "grey":
        stored, expected = deep[..., 0], np.repeat(picture[..., :1], 3, 2)
    elif kind == "colour":
        stored, expected = deep[..., ::-1], picture
    else:
        opaque = np.full((*picture.shape[:2], 1), 65535, np.uint16)
        stored, expected = np.concatenate([deep[..., ::-1], opaque], 2), picture
    ok, content = cv2.imencode("." + format.lower(), stored)
    assert ok
    assert difference(read_photo(content.tobytes()).pixels, expected) < 0.6


def test_grey_bilevel_and_palette(picture: Array) -> None:
    grey = Image.fromarray(picture).convert("L")
    assert difference(read_photo(encoded(grey, "PNG")).pixels, np.asarray(grey.convert("RGB"))) == 0
    two = grey.point(lambda level: 255 * (level > 100)).convert("1")
    assert set(np.unique(read_photo(encoded(two, "PNG")).pixels)) == {0, 255}
    palette = Image.fromarray(picture).quantize(64)
    expected = np.asarray(palette.convert("RGB"))
    for format in ("PNG", "GIF"):
        assert difference(read_photo(encoded(palette, format)).pixels, expected) == 0


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_transparency_lies_on_white(picture: Array, format: str) -> None:
    alpha = np.zeros(picture.shape[:2], np.uint8)
    alpha[:, 40:80], alpha[:, 80:] = 128, 255
    image = Image.fromarray(np.dstack([picture, alpha]))
    options = {"lossless": True, "exact": True} if format == "WEBP" else {}
    pixels = read_photo(encoded(image, format, **options)).pixels
    assert (pixels[:, :40] == 255).all()
    assert difference(pixels[:, 80:], picture[:, 80:]) == 0
    half = picture[:, 40:80] * (128 / 255) + 255 * (127 / 255)
    assert difference(pixels[:, 40:80], half) < 1


def test_a_transparent_colour_lies_on_white(picture: Array) -> None:
    """PNG and GIF may name one colour as transparent instead of having opacity."""
    image = Image.fromarray(picture)
    content = encoded(image, "PNG", transparency=tuple(int(c) for c in picture[10, 10]))
    pixels = read_photo(content).pixels
    assert (pixels[10, 10] == 255).all()
    assert (pixels[50, 50] == picture[50, 50]).all()


def test_cmyk(picture: Array) -> None:
    image = Image.fromarray(picture).convert("CMYK")
    for format, allowed in (("TIFF", 0.0), ("JPEG", 3.0)):
        options = {"quality": 95} if format == "JPEG" else {}
        pixels = read_photo(encoded(image, format, **options)).pixels
        assert difference(pixels, picture) <= allowed


def test_of_an_animation_the_first_frame(picture: Array) -> None:
    first = Image.fromarray(picture)
    others = [Image.new("RGB", first.size, "red")] * 2
    for format in ("WEBP", "PNG", "TIFF"):
        options = {"lossless": True} if format == "WEBP" else {}
        content = encoded(first, format, save_all=True, append_images=others, **options)
        assert difference(read_photo(content).pixels, picture) == 0


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_every_exif_turn_comes_upright(picture: Array, format: str, turn: int) -> None:
    """What a camera stores for an upright scene, whichever way it was held, comes upright."""
    stored_of = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.swapaxes(0, 1),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(p, 2).swapaxes(0, 1),
        8: lambda p: np.rot90(p, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = turn
    stored = Image.fromarray(np.ascontiguousarray(stored_of[turn](picture)))
    content = encoded(stored, format, exif=exif.tobytes(), **LEAST_LOSS.get(format, {}))
    assert difference(read_photo(content).pixels, picture) < 2


LEAST_LOSS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 98, "subsampling": 0},
    "WEBP": {"lossless": True},
}


def test_heic_is_turned_once(picture: Array) -> None:
    """libheif turns the picture itself; the tag that it leaves must not turn it again."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(picture, 1)))
    content = encoded(stored, "HEIF", exif=exif.tobytes(), quality=95)
    assert difference(read_photo(content).pixels, picture) < 2.5


def profile_with_swapped_primaries() -> bytes:
    """sRGB's profile with the tags of red and blue exchanged."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return plain.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_the_colour_profile_is_obeyed(picture: Array, format: str) -> None:
    """Pixels in a profile whose red is our blue come with red and blue exchanged."""
    # The name says sRGB; a profile of another name is needed, for that one is taken at its word.
    profile = profile_with_swapped_primaries().replace(b"s\0R\0G\0B", b"o\0t\0h\0e")
    described = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.profile_description
    assert not (described or "").lower().startswith("srgb")
    content = encoded(
        Image.fromarray(picture), format, icc_profile=profile, **LEAST_LOSS.get(format, {})
    )
    assert difference(read_photo(content).pixels, picture[..., ::-1]) < 3


def test_a_broken_profile_is_no_reason_to_refuse(picture: Array) -> None:
    content = encoded(Image.fromarray(picture), "PNG", icc_profile=b"nonsense")
    assert difference(read_photo(content).pixels, picture) == 0


def test_a_profile_of_another_kind_of_picture_is_ignored(picture: Array) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    content = encoded(Image.fromarray(picture), "PNG", icc_profile=profile)
    assert difference(read_photo(content).pixels, picture) == 0


def test_paths_bytes_and_arrays_agree(picture: Array, tmp_path: Path) -> None:
    content = encoded(Image.fromarray(picture), "PNG")
    path = tmp_path / "me.png"
    path.write_bytes(content)
    by_path, by_text = read_photo(path), read_photo(str(path))
    by_bytes, by_array = read_photo(content), read_photo(picture)
    assert by_path.source == by_text.source == str(path)
    assert by_path.sha256 == by_bytes.sha256 == hashlib.sha256(content).hexdigest()
    assert (by_bytes.source, by_array.source) == ("<bytes>", "<array>")
    for photo in (by_path, by_text, by_bytes, by_array):
        assert difference(photo.pixels, picture) == 0
        assert photo.size_px == (120, 90)
        assert not photo.pixels.flags.writeable


def test_arrays_of_every_kind(picture: Array) -> None:
    assert difference(read_photo(picture / 255.0).pixels, picture) == 0
    assert difference(read_photo(picture.astype(np.uint16) * 257).pixels, picture) == 0
    grey = read_photo(picture[..., 0]).pixels
    assert difference(grey, np.repeat(picture[..., :1], 3, 2)) == 0
    clear = np.dstack([picture, np.zeros(picture.shape[:2], np.uint8)])
    assert (read_photo(clear).pixels == 255).all()


@pytest.mark.parametrize(
    "array",
    [np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros(9, np.uint8)],
)
def test_arrays_that_are_no_picture(array: Array) -> None:
    with pytest.raises(UnreadablePhoto, match="no picture"):
        read_photo(array)


def test_floats_beyond_white_are_refused(picture: Array) -> None:
    with pytest.raises(UnreadablePhoto, match="between 0 and 1"):
        read_photo(picture.astype(np.float32))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF", "BMP", "TIFF", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_truncated_file_is_refused(format: str, share: float) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    content = encoded(Image.fromarray(noise), format)
    with pytest.raises(UnreadablePhoto) as caught:
        read_photo(content[: int(len(content) * share)])
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"hello, I am a text\n" * 50, b"%!PS-Adobe-3.0 EPSF-3.0"])
def test_what_is_no_picture_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "me.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadablePhoto, match=r"me\.jpg") as caught:
        read_photo(path)
    assert caught.value.hint


def test_a_bomb_is_refused_before_it_is_unpacked(bomb: bytes) -> None:
    """60,000 x 60,000: 10 GB when unpacked, some bytes as a file."""
    assert len(bomb) < 1000
    with pytest.raises(PhotoTooLarge, match="120 million"):
        read_photo(bomb)


def test_above_the_limit_of_ours_and_below_that_of_pillow() -> None:
    content = encoded(Image.new("1", (12_000, 10_001)), "PNG")
    with pytest.raises(PhotoTooLarge, match="12000 x 10001"):
        read_photo(content)


def test_a_large_photo_is_read_without_a_warning() -> None:
    """100 million pixels: above the size at which Pillow warns."""
    content = encoded(Image.new("L", (10_000, 10_000), 7), "PNG")
    assert read_photo(content).size_px == (10_000, 10_000)


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(NoPhoto, match="not there"):
        read_photo(tmp_path / "nothing.jpg")
    with pytest.raises(NoPhoto, match="folder"):
        read_photo(tmp_path)


def test_what_never_ends_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe or a device has size 0 until it is read."""
    monkeypatch.setattr("faceborn.photo.read.MAX_BYTES", 1000)
    (tmp_path / "long.jpg").write_bytes(bytes(1001))
    endless = Path("/dev/zero")
    for path in (tmp_path / "long.jpg", *([endless] if endless.exists() else [])):
        with pytest.raises(PhotoTooLarge, match="larger than"):
            read_photo(path)
