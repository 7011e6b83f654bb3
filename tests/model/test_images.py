"""The pictures of the parts that are drawn, not photographed."""

from __future__ import annotations

import numpy as np

from faceborn.model import load_head_model, load_part_images
from faceborn.model.parts import MATERIAL_OF


def test_each_drawn_part_has_its_picture_with_alpha_where_it_blends() -> None:
    for part, image in load_part_images().items():
        material = MATERIAL_OF[part]
        assert material.image == part
        assert image.dtype == np.uint8
        assert image.shape[2] == (4 if material.alpha == "blend" else 3)
        assert not image.flags.writeable


def test_colours_are_in_rgb_order() -> None:
    """Gums and tongue are redder than blue, teeth warm and bright."""
    images = load_part_images()
    for part in ("gums", "tongue"):
        red, _, blue = images[part].reshape(-1, 3).mean(0)
        assert red > blue + 20
    red, _, blue = np.quantile(images["teeth"].reshape(-1, 3), 0.9, axis=0)
    assert red > blue
    assert red > 180


def test_lashes_are_strands_that_taper_from_root_to_tip() -> None:
    model = load_head_model()
    alpha = load_part_images()["lashes"][..., 3] / 255
    assert alpha.mean() < 0.25
    lashes = np.unique(model.triangles[model.triangle_part == model.part_names.index("lashes")])
    v = np.unique(model.uv[lashes, 1].round(3))
    tips, roots = v[v < 0.6].min(), v[v < 0.2].max()  # of the lowest row of cards
    rows = len(alpha)
    root_rows = alpha[round((1 - roots) * rows) + 4 : round((1 - roots) * rows) + 30]
    tip_rows = alpha[round((1 - tips) * rows) - 30 : round((1 - tips) * rows) - 4]
    assert root_rows.mean() > 4 * tip_rows.mean()


def test_the_shade_is_darkest_under_the_upper_lid() -> None:
    alpha = load_part_images()["eye_shade"][..., 3].astype(float)
    middle = alpha[:, len(alpha) // 2]
    assert middle[:5].mean() > 2 * middle[len(middle) // 2]
    assert middle[:5].mean() > middle[-5:].mean() > middle[len(middle) // 2]
