"""Hair of known tone and line is photographed: tone, line and cover come back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from faceborn.assets import asset_path
from faceborn.faces import look_at, part_map
from faceborn.light.srgb import linear_from_srgb
from faceborn.photo import read_photo
from faceborn.pipeline import Portrait
from faceborn.texture import bake_texture
from faceborn.texture.atlas import covered
from faceborn.texture.growth import grow_on_tile, grow_on_vertices
from faceborn.texture.hair_map import HairMap, map_hair
from faceborn.texture.hairline import KNOTS, find_hairline
from faceborn.texture.light import LightFit
from faceborn.texture.prior import load_prior
from faceborn.texture.strands import strand_detail
from faceborn.texture.thickness import read_thickness
from faceborn.types import Array
from tests.texture.synthetic import Portrayed, portray

TONES = {
    "black": (0.022, 0.019, 0.017),
    "auburn": (0.09, 0.04, 0.02),
    "grey": (0.24, 0.23, 0.215),
    "blond": (0.33, 0.22, 0.12),
}


def map_of(made: Portrayed) -> HairMap:
    """The map under the light that the photo was made with."""
    light = LightFit(
        luminance=np.array([0.7, 0.0, 0.1, 0.3, 0, 0, 0, 0, 0.0]),
        cast=np.zeros((4, 3)),
        albedo_weights=np.zeros(len(load_prior().modes_log)),
    )
    below = grow_on_tile(made.shape.model, "face", 512).hair_mm < -40
    tone = np.median(made.log_albedo[below & covered(made.shape.model, "face", 512)], 0)
    return map_hair(made.photo, made.fit, made.shape, light, tone)


def scalp_of(made: Portrayed) -> Array:
    """(256, 256, 3) linear scalp tile."""
    texture = bake_texture(made.photo, made.face, made.fit, made.shape, size_px=512)
    return linear_from_srgb(texture.images["scalp"])


@pytest.mark.parametrize("name", TONES)
@pytest.mark.parametrize("skin", [-1.0, 1.5])
def test_hair_has_the_tone_of_the_photo(name: str, skin: float) -> None:
    """On top and behind, on pale and dark heads, to a quarter of its brightness."""
    made = portray(hair=TONES[name], skin=skin)
    growth = grow_on_tile(made.shape.model, "scalp", 256)
    grown = (growth.hair_mm > 15) & covered(made.shape.model, "scalp", 256)
    found = np.log(np.median(scalp_of(made)[grown], 0))
    assert np.abs(found - np.log(TONES[name])).max() < 0.3


def test_a_background_of_the_hair_s_colour_does_no_harm() -> None:
    """Brown hair before a brown wall is as brown as before a grey one."""
    brown = (0.08, 0.045, 0.03)
    tones = []
    for background in ((0.3, 0.3, 0.3), brown, (0.9, 0.9, 0.9)):
        made = portray(hair=brown, background=background)
        grown = grow_on_tile(made.shape.model, "scalp", 256).hair_mm > 15
        tones.append(np.log(np.median(scalp_of(made)[grown], 0)))
    assert np.ptp(tones, axis=0).max() < 0.25


@pytest.mark.parametrize("receded_mm", [0.0, 6.0, 12.0])
@pytest.mark.parametrize("yaw_deg", [0.0, 30.0])
def test_the_hairline_is_found_where_it_is(receded_mm: float, yaw_deg: float) -> None:
    """Above the forehead to 5 mm, also from the side and if it has receded."""
    made = portray(hair=TONES["black"], receded_mm=receded_mm, yaw_deg=yaw_deg)
    line = find_hairline(map_of(made))
    front = line.offset_mm[[0, 1, 2, 3, KNOTS - 1, KNOTS - 2, KNOTS - 3]]
    assert np.abs(front - receded_mm).max() < 5.0
    assert line.top > 0.9
    assert line.sides > 0.9


def test_bald_above_and_hair_at_the_sides() -> None:
    """A bald top gets skin, the back and the sides keep their hair; a bare head has none at all."""
    made = portray(hair=TONES["grey"], bald_top=True, yaw_deg=25.0, skin=-1.0)
    line = find_hairline(map_of(made))
    assert line.top < 0.1
    assert line.sides > 0.8
    bare = find_hairline(map_of(portray(yaw_deg=25.0, skin=-1.0)))
    assert bare.top < 0.1
    assert bare.sides < 0.1


def test_a_notch_does_not_tear_the_hairline() -> None:
    """A patch of shine in the hair and a lock on the forehead move the line by less than 3 mm."""
    seen = map_of(portray(hair=TONES["black"]))
    before = find_hairline(seen).offset_mm
    row = int(np.flatnonzero(seen.hair[:, seen.hair.shape[1] // 2] > 0.5).max())
    column = seen.hair.shape[1] // 2
    hair, skin = seen.hair.copy(), seen.skin.copy()
    for patch, there in ((hair, 0.0), (skin, 1.0)):
        cv2.circle(patch, (column - 15, row - 4), 5, there, -1)
    for patch, there in ((hair, 1.0), (skin, 0.0)):
        cv2.line(patch, (column + 20, row), (column + 24, row + 30), there, 4)
    after = find_hairline(seen.replace(hair=hair, skin=skin)).offset_mm
    assert np.abs(after - before).max() < 3.0


def test_strands_run_on_across_the_tiles() -> None:
    """At the common seam both tiles show the same strands."""
    model = portray().shape.model
    parts = ("face", "scalp")
    values = {}
    of = grow_on_vertices(model)
    for part in parts:
        growth = grow_on_tile(model, part, 512)
        detail = strand_detail(growth, 512, np.ones((512, 512), np.float32))
        vertices = np.unique(model.triangles[model.triangle_part == model.part_names.index(part)])
        vertices = vertices[of.hair_mm[vertices] > 10]
        x = (model.uv[vertices, 0] * 512 - 0.5).astype(np.float32)
        y = ((1 - model.uv[vertices, 1]) * 512 - 0.5).astype(np.float32)
        shown = cv2.remap(detail, x[None], y[None], cv2.INTER_LINEAR)[0]
        values[part] = dict(zip(model.weld[vertices].tolist(), shown.tolist(), strict=True))
    common = sorted(set(values["face"]) & set(values["scalp"]))
    assert len(common) > 20
    face, scalp = ([values[part][point] for point in common] for part in parts)
    assert np.corrcoef(face, scalp)[0, 1] > 0.8


def test_hair_is_rough_and_skin_is_not_across_the_border_of_the_tiles() -> None:
    """Black hair must not shine like a helmet, and no highlight may be cut off at the seam."""
    made = portray(hair=TONES["black"])
    texture = bake_texture(made.photo, made.face, made.fit, made.shape, size_px=512)
    for part in ("face", "scalp"):
        rough = texture.images[f"{part}_roughness"] / 255
        growth = grow_on_tile(made.shape.model, part, rough.shape[0])
        there = covered(made.shape.model, part, rough.shape[0])
        assert rough[there & (growth.hair_mm > 18)].min() > 0.75
        assert np.median(rough[there & (growth.hair_mm < -40)]) < 0.6


@pytest.mark.parametrize("volume_mm", [0.0, 10.0, 20.0])
def test_hair_stands_as_high_as_in_the_photo(volume_mm: float) -> None:
    """On top to a quarter and 2 mm; neither face, ears nor neck are moved."""
    made = portray(hair=TONES["auburn"], volume_mm=volume_mm)
    texture = bake_texture(made.photo, made.face, made.fit, made.shape, size_px=512)
    model = made.shape.model
    assert texture.hair_height_mm is not None
    assert abs(texture.hair_height_mm.max() - volume_mm) < 0.25 * volume_mm + 2.0
    below = (grow_on_vertices(model).hair_mm < -10) | (model.masks["ears"] > 0.5)
    assert texture.hair_height_mm[below].max() < 0.1 * volume_mm + 0.01


def test_a_bald_head_keeps_its_outline() -> None:
    """Nothing stands off it, although background may look like hair."""
    made = portray(background=(0.08, 0.045, 0.03))
    texture = bake_texture(made.photo, made.face, made.fit, made.shape, size_px=512)
    assert texture.hair_height_mm is not None
    assert texture.hair_height_mm.max() < 1.0


@pytest.mark.parametrize(("volume_mm", "cropped"), [(0.0, 1.0), (20.0, 0.0)])
def test_hair_that_lies_on_the_skull_is_cropped(volume_mm: float, cropped: float) -> None:
    """Thick hair is combed in strands; what does not stand off the skull is clipped short."""
    thickness = read_thickness(map_of(portray(hair=TONES["black"], volume_mm=volume_mm)))
    assert abs(thickness.cropped(1.0) - cropped) < 0.2


def test_the_way_from_the_hairline_has_no_ledge() -> None:
    """Between neighbours it changes by less than twice their distance: raised hair has no kink."""
    model = portray().shape.model
    parts = [model.part_names.index(part) for part in ("face", "scalp")]
    triangles = model.triangles[np.isin(model.triangle_part, parts)]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    hair = grow_on_vertices(model).hair_mm[edges]
    long = np.linalg.norm(model.mean_mm[edges[:, 0]] - model.mean_mm[edges[:, 1]], axis=1)
    inside = (hair > 0).all(1) & (long > 1.0)
    assert (np.abs(hair[:, 0] - hair[:, 1]) / long)[inside].max() < 2.0


@pytest.mark.parametrize("grey", [False, True])
def test_the_portrait_of_the_demo_has_a_full_head_of_hair(grey: bool) -> None:
    """Light locks have the colour of skin, and a grey copy has no colour at all."""
    pixels = read_photo(asset_path("astronaut.jpg")).pixels
    if grey:
        pixels = np.repeat(pixels.mean(2, keepdims=True).astype(np.uint8), 3, 2)
    portrait = Portrait(np.asarray(pixels))
    fit, shape = portrait.fit(1)
    face = portrait.faces[0]
    parts = part_map(look_at(portrait.photo, face))
    made = bake_texture(portrait.photo, face, fit, shape, parts=parts, size_px=512)
    growth = grow_on_tile(shape.model, "scalp", 256)
    tile, on_head = made.images["scalp"].mean(2), covered(shape.model, "scalp", 256)
    skin = np.median(tile[on_head & (growth.hair_mm < -60)])
    grown = on_head & (growth.hair_mm > 15)
    assert (tile[grown] < 0.85 * skin).mean() > 0.95
