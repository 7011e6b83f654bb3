"""The focal length that a camera noted, in pixels."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from PIL import Image

from faceborn.photo import read_photo
from faceborn.photo.exif import focal_from_exif

DIAGONAL_MM = math.hypot(36, 24)


def test_the_35_mm_equivalent_compares_diagonals() -> None:
    """Full frame at 50 mm: 50 mm on a picture 36 mm wide."""
    assert focal_from_exif({41989: 50}, (3600, 2400)) == pytest.approx(5000)
    # A phone: 4:3 at 26 mm.
    expected = 26 * math.hypot(4032, 3024) / DIAGONAL_MM
    assert focal_from_exif({41989: 26}, (4032, 3024)) == pytest.approx(expected)


def test_a_picture_made_smaller_keeps_its_view() -> None:
    large = focal_from_exif({41989: 26, 40962: 4032, 40963: 3024}, (4032, 3024))
    small = focal_from_exif({41989: 26, 40962: 4032, 40963: 3024}, (1008, 756))
    assert large is not None
    assert small == pytest.approx(large / 4)


def test_a_cropped_picture_tells_nothing() -> None:
    assert focal_from_exif({41989: 26, 40962: 4032, 40963: 3024}, (1500, 1500)) is None


def test_focal_plane_resolution() -> None:
    """50 mm with 4000 px over 36 mm, told in inches and in centimetres."""
    per_mm = 4000 / 36
    tags = {37386: 50, 40962: 4000, 40963: 2667}
    inch = focal_from_exif({**tags, 41486: per_mm * 25.4, 41488: 2}, (4000, 2667))
    centimetre = focal_from_exif({**tags, 41486: per_mm * 10, 41488: 3}, (2000, 1333))
    assert inch == pytest.approx(50 * per_mm)
    assert centimetre == pytest.approx(50 * per_mm / 2, rel=1e-3)


@pytest.mark.parametrize("value", [0, -3, "nonsense", None, math.nan, 1e9, (1, 2)])
def test_broken_tags_tell_nothing(value: object) -> None:
    assert focal_from_exif({41989: value, 40962: value, 40963: value}, (400, 300)) is None


@pytest.mark.parametrize("turn", [1, 6])
@pytest.mark.parametrize("format", ["JPEG", "HEIF"])
def test_it_is_read_from_the_file_upright_or_not(turn: int, format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    exif.get_ifd(0x8769)[41989] = 26
    stream = io.BytesIO()
    Image.fromarray(np.zeros((300, 400, 3), np.uint8)).save(stream, format, exif=exif.tobytes())
    photo = read_photo(stream.getvalue())
    assert photo.focal_px == pytest.approx(26 * 500 / DIAGONAL_MM)


def test_without_exif_there_is_none() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30)).save(stream, "JPEG")
    assert read_photo(stream.getvalue()).focal_px is None
