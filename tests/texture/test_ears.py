"""The outline of the ears, within which no hair grows."""

from __future__ import annotations

import numpy as np

from faceborn.model import load_head_model
from faceborn.texture.ears import inside_ears


def test_the_outline_holds_the_ears_and_nothing_of_the_face() -> None:
    """An ear but for its corners; cheeks, eyes and crown lie outside; both sides are alike."""
    model = load_head_model()
    inside, ears = inside_ears(model), model.masks["ears"]
    assert (inside[ears > 0.6] > -0.5).mean() > 0.9
    assert (inside[model.landmarks["ibug_68"].vertices] < -5.0).all()
    assert inside[model.mean_mm[:, 1].argmax()] < -5.0
    skin = model.masks["face"] + ears > 0.5
    assert np.abs(inside - inside[model.mirror])[skin].max() < 1.0


def test_no_corner_of_skin_juts_into_the_hair() -> None:
    """Halfway between two places inside one ear, in the side view, one is inside or on the edge."""
    model = load_head_model()
    inside = inside_ears(model)
    left = np.flatnonzero((inside > 0.0) & (model.mean_mm[:, 0] > 0))
    random = np.random.default_rng(1)
    one, other = model.mean_mm[random.choice(left, (2, 200))][..., [2, 1]]
    middle = (one + other) / 2
    side = np.flatnonzero(model.mean_mm[:, 0] > 0)
    away = np.linalg.norm(model.mean_mm[side][None, :, [2, 1]] - middle[:, None], axis=2)
    near = away.min(1) < 1.0
    assert near.sum() > 50
    assert (inside[side[away.argmin(1)]][near] > -2.0).all()
