"""The single steps of baking."""

from __future__ import annotations

import numpy as np

from faceborn.light.harmonics import harmonics
from faceborn.texture.colour import log_linear, spread_into_gaps
from faceborn.texture.complete import complete, lay_over
from faceborn.texture.light import fit_light
from faceborn.texture.prior import MODE_SIZE_PX, load_prior
from faceborn.texture.view import sample_photo
from faceborn.texture.warp import warp_pixels
from faceborn.types import Photo


def test_gaps_are_filled_without_touching_the_rest() -> None:
    """A plane with a hole comes back as a plane; what was known is unchanged."""
    rows, columns = np.mgrid[:64, :64].astype(np.float32) / 64
    plane = (rows + 2 * columns)[..., None]
    weight = np.ones((64, 64), np.float32)
    weight[20:40, 24:44] = 0
    filled = spread_into_gaps(plane * weight[..., None], weight)
    assert np.array_equal(filled[weight == 1], plane[weight == 1])
    assert np.abs(filled - plane).max() < 0.25
    inside = filled[20:40, 24:44]
    assert inside.min() >= plane[weight == 1].min()
    assert inside.max() <= plane[weight == 1].max()


def test_a_layer_leaves_no_step_at_its_border() -> None:
    """Above is brighter by 0.5; the row across its border has no jump left."""
    size = 128
    below = np.zeros((size, size, 3), np.float32)
    above = np.full_like(below, 0.5)
    weight = np.zeros((size, size), np.float32)
    weight[:, :64] = 1
    weight[:, 64:70] = np.linspace(1, 0, 6)
    mixed = lay_over(below, above, weight, np.ones((size, size), bool), np.zeros((size, size)))
    row = mixed[64, :, 0]
    assert np.abs(np.diff(row)).max() < 0.06
    assert row[:60].min() > 0.49
    assert row[-5:].max() < 0.2


def test_unseen_half_comes_from_the_seen_one() -> None:
    """With one half seen, the other is its mirror image, and is called so."""
    size = 64
    random = np.random.default_rng(0)
    seen = random.normal(0, 0.1, (size, size, 3)).astype(np.float32)
    weight = np.zeros((size, size), np.float32)
    weight[:, :28] = 1
    covered = np.ones((size, size), bool)
    done = complete(seen, weight, np.zeros_like(seen), covered, np.zeros_like(weight))
    mirrored = done.log_albedo[:, -20:]
    # The far edge holds the prior's share too, so compare the pattern.
    assert np.corrcoef(mirrored.ravel(), seen[:, :20][:, ::-1].ravel())[0, 1] > 0.9
    assert (done.source(covered)[:, -20:] == 2).all()


def test_light_and_skin_are_told_apart_among_hair() -> None:
    """Known light on known skin, a fifth of it hidden by dark hair: both come back."""
    prior = load_prior()
    weights = np.zeros(len(prior.modes_log))
    weights[0], weights[1] = 0.8, -0.5
    albedo = prior.log_albedo(weights, MODE_SIZE_PX)
    rows, columns = (np.mgrid[:MODE_SIZE_PX, :MODE_SIZE_PX] + 0.5) / MODE_SIZE_PX * 2 - 1
    normals = np.stack([0.9 * columns, -0.9 * rows, np.ones_like(rows)], 2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    light = np.array([0.7, 0.2, 0.1, 0.3, 0, 0, 0, 0, 0.0])
    shading = np.log(harmonics(normals) @ light)
    photo = albedo + shading[..., None]
    photo[:26] = np.log(0.01)
    weight = np.ones((MODE_SIZE_PX, MODE_SIZE_PX), np.float32)
    bare = np.zeros(weight.shape, bool)
    bare[50:90, 40:90] = True
    fit = fit_light(photo.astype(np.float32), weight, normals, bare, prior)
    found = fit.log_shading(normals).mean(2)
    shown = slice(30, None)
    assert np.abs(found[shown] - shading[shown]).mean() < 0.10
    tone = prior.log_albedo(fit.albedo_weights, MODE_SIZE_PX)[bare] - albedo[bare]
    assert np.abs(np.median(tone, 0)).max() < 0.12


def test_warp_brings_landmarks_home_and_leaves_the_rest() -> None:
    """Landmarks land within a tenth of their error; far points do not move."""
    random = np.random.default_rng(1)
    landmarks = random.uniform(0, 100, (60, 2))
    # A smooth error, as the fit's is: 2 px of 100.
    measured = landmarks + 2 * np.stack(
        [np.sin(landmarks[:, 1] / 30), np.cos(landmarks[:, 0] / 25)], 1
    )
    far = np.array([[400.0, 400.0], [-300.0, 50.0]])
    moved = warp_pixels(np.concatenate([landmarks, far]), landmarks, measured, 100.0)
    error = np.linalg.norm(moved[:60] - measured, axis=1)
    assert np.median(error) < 0.25
    assert np.allclose(moved[60:], far)


def test_warp_ignores_wild_landmarks() -> None:
    """A landmark that is off by a fifth of the eye distance is not followed."""
    landmarks = np.random.default_rng(2).uniform(0, 100, (60, 2))
    measured = landmarks.copy()
    measured[0] += 20
    moved = warp_pixels(landmarks, landmarks, measured, 100.0)
    assert np.linalg.norm(moved - landmarks, axis=1).max() < 0.5


def test_darkest_is_not_minus_infinity() -> None:
    """Black has a finite logarithm."""
    assert np.isfinite(log_linear(np.zeros(3, np.float32))).all()


def test_no_skin_at_all_gives_the_mean_skin() -> None:
    """A head that lies outside the photo is still completed: with the prior's mean."""
    prior = load_prior()
    square = (MODE_SIZE_PX, MODE_SIZE_PX)
    fit = fit_light(
        np.zeros((*square, 3), np.float32),
        np.zeros(square, np.float32),
        np.broadcast_to(np.array([0.0, 0.0, 1.0]), (*square, 3)),
        np.zeros(square, bool),
        prior,
    )
    mean = prior.log_albedo(np.zeros(len(prior.modes_log)), MODE_SIZE_PX)
    assert np.array_equal(prior.log_albedo(fit.albedo_weights, MODE_SIZE_PX), mean)


def test_photos_wider_than_opencv_resamples_are_sampled() -> None:
    """At 40,000 px, both ends of a ramp are read where they are."""
    ramp = np.linspace(0, 255, 40_000).astype(np.uint8)
    pixels = np.broadcast_to(ramp[None, :, None], (40, 40_000, 3))
    photo = Photo(pixels=pixels, focal_px=None, source="<array>", sha256="")
    for x in (1_000.0, 39_000.0):
        around = np.stack(np.meshgrid(np.linspace(x, x + 8, 8), np.linspace(10, 18, 8)), 2)
        sampled = sample_photo(photo, around.astype(np.float32), 8)
        assert np.abs(sampled.astype(float) - 255 * x / 40_000).max() <= 2


def test_lips_do_not_redden_the_gap_around_them() -> None:
    """A refused ring between red lips and skin that fits takes on the skin's difference: none."""
    size = 128
    row, column = np.mgrid[:size, :size]
    from_centre = np.hypot(row - 64, column - 64)
    lips = (from_centre < 20).astype(np.float32)
    above = lips[..., None] * np.array([0.8, 0.0, 0.0], np.float32)
    weight = ((from_centre < 20) | (from_centre > 34)).astype(np.float32)
    done = lay_over(np.zeros_like(above), above, weight, np.ones((size, size), bool), lips)
    ring = (from_centre > 23) & (from_centre < 34)
    assert np.abs(done[ring]).max() < 0.02
    assert np.allclose(done[from_centre < 16], above[from_centre < 16], atol=1e-3)
