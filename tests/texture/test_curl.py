"""Combed hair and curls are photographed and told apart; folds and tufts pass the gate rightly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from faceborn.texture.colour import blur
from faceborn.texture.curl import curls_on_tile, read_curl
from faceborn.texture.gate import skin_gate
from faceborn.texture.growth import grow_on_vertices
from faceborn.texture.regions import regions_of
from faceborn.texture.thickness import Thickness
from faceborn.types import Array
from tests.texture.synthetic import Portrayed, portray
from tests.texture.test_hair import TONES, map_of

SIZE_PX = 512


def patterned(made: Portrayed, pattern: Array) -> Portrayed:
    """The same photo with its hair brightened and darkened by (H, W) `pattern` of spread 1."""
    gain = np.exp(0.4 * pattern / pattern.std())[..., None]
    pixels = np.clip(made.photo.pixels * gain, 0, 255).astype(np.uint8)
    return Portrayed(
        photo=made.photo.replace(pixels=pixels),
        face=made.face,
        fit=made.fit,
        shape=made.shape,
        log_albedo=made.log_albedo,
    )


@pytest.mark.parametrize(("along_px", "curled"), [(12.0, 0.0), (1.2, 1.0)])
def test_lines_are_combed_and_grain_is_curled(along_px: float, curled: float) -> None:
    """Noise drawn out into strands is combed hair; noise that is the same every way is not."""
    made = portray(hair=TONES["auburn"], volume_mm=14.0)
    noise = np.random.default_rng(3).standard_normal(made.photo.pixels.shape[:2])
    pattern = cv2.GaussianBlur(noise.astype(np.float32), (0, 0), sigmaX=1.2, sigmaY=along_px)
    shown = patterned(made, pattern)
    assert abs(read_curl(shown.photo, made.fit.camera, map_of(made)) - curled) < 0.2


def test_a_bald_head_has_no_curls() -> None:
    """Where too little hair is to be seen nothing is said."""
    made = portray()
    assert read_curl(made.photo, made.fit.camera, map_of(made)) == 0.0


def test_curls_run_on_across_the_tiles() -> None:
    """At the common seam both tiles show the same curls."""
    model = portray().shape.model
    of = grow_on_vertices(model)
    values = {}
    for part in ("face", "scalp"):
        detail = curls_on_tile(model, part, 1024)
        vertices = np.unique(model.triangles[model.triangle_part == model.part_names.index(part)])
        vertices = vertices[of.hair_mm[vertices] > 10]
        x = (model.uv[vertices, 0] * 1024 - 0.5).astype(np.float32)
        y = ((1 - model.uv[vertices, 1]) * 1024 - 0.5).astype(np.float32)
        shown = cv2.remap(detail, x[None], y[None], cv2.INTER_LINEAR)[0]
        values[part] = dict(zip(model.weld[vertices].tolist(), shown.tolist(), strict=True))
    common = sorted(set(values["face"]) & set(values["scalp"]))
    assert len(common) > 20
    face, scalp = ([values[part][point] for point in common] for part in ("face", "scalp"))
    assert np.corrcoef(face, scalp)[0, 1] > 0.6


def test_what_stands_off_around_a_bald_top_is_no_stubble() -> None:
    """Side hair of 9 mm has strands, one of 3 mm has none; a film on top is stubble."""

    def cropped(sides_mm: float, top: float) -> float:
        return Thickness(top_mm=9.0, sides_mm=(sides_mm,) * 2, top_shown=True).cropped(top)

    assert cropped(9.0, 0.0) < 0.5
    assert cropped(3.0, 0.0) == 1.0
    assert cropped(3.0, 0.4) == 1.0


def test_a_fold_beside_the_mouth_is_skin_and_a_tuft_on_the_cheek_is_not() -> None:
    """A dark line is kept as part of the cheek; a dark patch cut off from the face is dropped."""
    regions = regions_of(portray().shape.model, "face", SIZE_PX)
    beard = (regions.beard > 0.5) & (regions.lips < 0.1) & (regions.features < 0.1)
    row = int(np.median(np.nonzero(beard)[0]))
    columns = np.flatnonzero(beard[row])
    columns = columns[columns > SIZE_PX // 2]
    fold = columns[len(columns) // 2]
    surprise = np.zeros((SIZE_PX, SIZE_PX, 3), np.float32)
    surprise[row - 40 : row + 40, fold - 3 : fold + 3] = -2.5
    flat = np.ones((SIZE_PX, SIZE_PX), np.float32)
    gate, _ = skin_gate(blur(surprise, 1.0), flat, 0 * flat, 0 * flat, flat, regions)
    assert gate[row - 20 : row + 20, fold].min() > 0.9

    # A beard along the jaw's edge of which the photo's shade leaves one tuft.
    tuft = np.zeros_like(flat)
    cv2.circle(tuft, (int(columns[-12]), row), 10, 1.0, -1)
    ring = cv2.dilate(tuft, np.ones((41, 41), np.uint8)) - tuft
    surprise = -ring[..., None] * np.array([8.0, 8.0, 8.0], np.float32)
    gate, _ = skin_gate(surprise, flat, 0 * flat, 0 * flat, flat, regions)
    assert gate[tuft > 0].max() < 0.1


def test_an_eye_alone_in_shadow_goes_with_the_skin_around_it() -> None:
    """One half of the face lies in a shadow that is refused: its eye is not kept either."""
    regions = regions_of(portray().shape.model, "face", SIZE_PX)
    surprise = np.zeros((SIZE_PX, SIZE_PX, 3), np.float32)
    surprise[:, SIZE_PX // 2 + 10 :] = -2.0
    flat = np.ones((SIZE_PX, SIZE_PX), np.float32)
    gate, _ = skin_gate(surprise, flat, 0 * flat, 0 * flat, flat, regions)
    eye = (regions.features > 0.9) & (regions.sockets > 0.9)
    eye &= np.arange(SIZE_PX) > SIZE_PX // 2 + 40
    assert gate[eye].max() < 0.1
    assert gate[eye[:, ::-1]].min() > 0.5


def test_the_frame_of_spectacles_is_no_skin() -> None:
    """Whatever its colour; on a brow it may be the brow."""
    regions = regions_of(portray().shape.model, "face", SIZE_PX)
    flat = np.ones((SIZE_PX, SIZE_PX), np.float32)
    nothing = np.zeros((SIZE_PX, SIZE_PX, 3), np.float32)
    cheek = (regions.bare > 0.5) & (regions.beard < 0.1) & (regions.sockets < 0.1)
    row = int(np.nonzero(regions.brows > 0.8)[0].max()) + SIZE_PX // 8
    frames = 0 * flat
    frames[row - 4 : row + 5] = 1.0
    brows = regions.brows > 0.8
    frames[brows] = 1.0
    gate, _ = skin_gate(nothing, flat, 0 * flat, frames, flat, regions)
    assert gate[row][cheek[row]].max() < 0.1
    assert gate[brows].min() > 0.9
    assert gate[row + 30][cheek[row + 30]].max() > 0.9


def test_shine_on_dark_skin_is_skin() -> None:
    """A white highlight on the forehead passes, a blue spot of the same strength does not."""
    regions = regions_of(portray().shape.model, "face", SIZE_PX)
    brow_to_hair = (regions.bare > 0.5) & (regions.oily > 0.8) & (regions.hair_mm > -60)
    row, column = (int(np.median(v)) for v in np.nonzero(brow_to_hair))
    spot = np.zeros((SIZE_PX, SIZE_PX), np.float32)
    cv2.circle(spot, (column, row), 30, 1.0, -1)
    spot = blur(spot, 4.0)[..., None]
    flat = np.ones((SIZE_PX, SIZE_PX), np.float32)
    passed = [
        skin_gate(spot * np.array(colour, np.float32), flat, 0 * flat, 0 * flat, flat, regions)[0]
        for colour in ((0.2, 0.5, 0.75), (-0.1, 0.2, 0.9))
    ]
    assert passed[0][row, column] > 0.9
    assert passed[1][row, column] < 0.1
