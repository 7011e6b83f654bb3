"""The baked texture is the skin that was photographed, whatever its tone and light."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.errors import TextureError
from faceborn.light.srgb import linear_from_srgb
from faceborn.model.parts import MATERIALS
from faceborn.texture import bake_texture
from faceborn.texture.colour import LUMINANCE, log_linear
from faceborn.texture.regions import regions_of
from faceborn.types import Array, Source, Texture
from tests.texture.synthetic import MOLE_TEXEL, Portrayed, portray


def bake(made: Portrayed, size_px: int = 512) -> Texture:
    return bake_texture(made.photo, made.face, made.fit, made.shape, size_px=size_px)


def error_of(made: Portrayed, texture: Texture) -> Array:
    """(N, 3) natural-log error on the bare skin of cheeks, nose and forehead."""
    bare = regions_of(made.shape.model, "face", 512).bare > 0.5
    return log_linear(linear_from_srgb(texture.images["face"]))[bare] - made.log_albedo[bare]


@pytest.mark.parametrize("skin", [-1.5, 0.0, 1.5])
def test_skin_of_every_tone_comes_back(skin: float) -> None:
    """Under light as in the training studio, the tone is right to 12 %, from pale to dark."""
    made = portray(skin=skin)
    error = error_of(made, bake(made))
    assert np.abs(np.median(error, 0)).max() < 0.12


@pytest.mark.parametrize("skin", [-1.0, 1.0])
def test_side_light_is_divided_out(skin: float) -> None:
    """Lit from one side, both cheeks come out alike; undivided they would differ by 40 %."""
    made = portray(skin=skin, side_light=0.25)
    regions = regions_of(made.shape.model, "face", 512)
    image = log_linear(linear_from_srgb(bake(made).images["face"])) @ LUMINANCE
    truth = made.log_albedo @ LUMINANCE
    bare = regions.bare > 0.5
    left, right = bare.copy(), bare.copy()
    left[:, :256] = False
    right[:, 256:] = False
    difference = np.median((image - truth)[left]) - np.median((image - truth)[right])
    assert abs(difference) < 0.08


def test_a_mole_stays_where_it_is() -> None:
    """What is seen is kept: a mole is on its cheek, and not on the other one."""
    plain, marked = (bake(portray(mole=mole)) for mole in (False, True))
    column, row = MOLE_TEXEL
    change = marked.images["face"].astype(float) - plain.images["face"].astype(float)
    assert change[row, column].mean() < -25
    assert np.abs(change[row, 511 - column]).mean() < 6


def test_turned_away_side_is_mirrored_and_said_so() -> None:
    """At 40 degrees the far cheek is not seen: it is taken from the near one."""
    made = portray(yaw_deg=40.0)
    texture = bake(made)
    source = texture.source["face"]
    size = source.shape[0]
    row = round(size * 0.5)
    near, far = round(size * 0.26), round(size * 0.74)
    # Turned to the own left, the person shows the right cheek: low u.
    assert source[row, near] == Source.SEEN
    assert source[row, far] != Source.SEEN
    assert (source == Source.MIRRORED).mean() > 0.03


def test_the_back_of_the_head_follows_the_front() -> None:
    """Dark hair in front: dark hair behind. Bald in front: skin behind."""
    haired, bald = bake(portray(hair=(0.03, 0.02, 0.015))), bake(portray())
    scalp = regions_of(portray().shape.model, "scalp", 256).hair_mm > 12
    tone = {
        name: np.median(linear_from_srgb(texture.images["scalp"])[scalp], 0)
        for name, texture in (("haired", haired), ("bald", bald))
    }
    skin = np.exp(np.median(portray().log_albedo[regions_of_bare()], 0))
    assert (tone["haired"] < 0.08).all()
    assert np.abs(np.log(tone["bald"] / skin)).max() < 0.25


def regions_of_bare() -> Array:
    """(512, 512) bool: cheeks, nose and forehead in the face tile."""
    return regions_of(portray().shape.model, "face", 512).bare > 0.5


def test_every_material_has_its_picture() -> None:
    """Exporters find what the parts name, in the sizes that were asked for."""
    texture = bake(portray(), size_px=1024)
    named = {m.image for m in MATERIALS} | {m.roughness_image for m in MATERIALS}
    assert named - {None} <= set(texture.images)
    assert texture.images["face"].shape == (1024, 1024, 3)
    assert texture.images["scalp"].shape == (512, 512, 3)
    assert 0.2 < texture.seen_fraction <= 1.0


def test_black_and_white_photos_stay_so() -> None:
    """No part of a grey photo's head is coloured, eyes and gums included."""
    made = portray()
    grey = (made.photo.pixels @ LUMINANCE).astype(np.uint8)
    photo = made.photo.replace(pixels=np.repeat(grey[..., None], 3, 2))
    texture = bake_texture(photo, made.face, made.fit, made.shape, size_px=512)
    coloured = {name: image for name, image in texture.images.items() if image.ndim == 3}
    for name, image in coloured.items():
        assert np.ptp(image[..., :3].astype(int), axis=2).max() <= 1, name


@pytest.mark.parametrize("size_px", [0, 100, 100_000])
def test_sizes_that_cannot_be_made_are_refused(size_px: int) -> None:
    """In words, before any work."""
    with pytest.raises(TextureError, match=str(size_px)):
        bake(portray(), size_px=size_px)


def test_baking_is_deterministic() -> None:
    """The same photo gives the same bytes."""
    made = portray(skin=0.5, yaw_deg=15.0)
    first, second = bake(made), bake(made)
    for name, image in first.images.items():
        assert np.array_equal(image, second.images[name]), name
