"""Heads of which everything is known are found again from their landmarks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceborn.errors import FaceTurnedAway, FitError
from faceborn.fit import FitSettings, fit_face
from faceborn.fit.points import LIPS, SKIN_COUNT
from faceborn.fit.settings import OF_NETWORK
from faceborn.geometry.rotations import FLIP, angles_from_rotation
from faceborn.model import load_head_model, make_shape
from faceborn.model.face_points import load_face_points
from faceborn.model.mouth import mouth_count
from faceborn.model.shape import place_vertices
from faceborn.report import landmarks_68_px
from faceborn.types import Array, Fit, HeadModel, Hints
from tests.fit.people import (
    DENSE_SCHEME,
    SCHEME,
    camera_at,
    distance_mm,
    face_of,
    known_dense_face,
    known_face,
    pupil_vertices,
)

# Exact points deserve more trust than a network's.
EXACT = FitSettings(identity_weight=0.2, expression_weight=0.2, rounds=14)


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model()


@pytest.fixture(scope="module")
def person() -> Array:
    return np.random.default_rng(3).standard_normal(100) * 0.7


def landmarks_mm(model: HeadModel, fit: Fit) -> Array:
    """(468, 3) of the fitted, posed head."""
    moved = np.tensordot(fit.expression.astype(np.float32), model.blendshapes_mm, 1)
    posed = place_vertices(model, fit.identity) + moved
    return model.landmarks[SCHEME].of(posed)[:SKIN_COUNT]


@pytest.mark.parametrize("yaw_deg", [-35.0, 0.0, 25.0])
def test_a_known_head_comes_back(model: HeadModel, person: Array, yaw_deg: float) -> None:
    """Pose within a degree, shape three times closer than the mean head's."""
    known = known_face(
        model, camera_at(yaw_deg, 4, -3), identity=person, weights={"mouthSmileLeft": 0.5}
    )
    fit = fit_face(known.photo, known.face, model, settings=EXACT)
    truth = angles_from_rotation(FLIP @ known.camera.camera_from_head)
    assert np.allclose((fit.yaw_deg, fit.pitch_deg, fit.roll_deg), truth, atol=1.5)
    mean_mm = model.landmarks[SCHEME].of(model.mean_mm)[:SKIN_COUNT]
    reached = distance_mm(landmarks_mm(model, fit), known.landmarks_mm)
    assert reached < 0.6
    assert reached < distance_mm(mean_mm, known.landmarks_mm) / 3


def test_an_identity_that_is_known_draws_the_head_to_it(model: HeadModel, person: Array) -> None:
    """Sure of it, the fit keeps it; half sure, it comes nearer than without."""
    known = known_face(model, camera_at(10, 0, 0), identity=person)
    count = len(fit_face(known.photo, known.face, model).identity)
    told = np.pad(person, (0, count - len(person)))

    def off(weight: float, expected: Array | None) -> float:
        settings = FitSettings(identity_weight=weight)
        fit = fit_face(
            known.photo, known.face, model, hints=Hints(identity=expected), settings=settings
        )
        return float(np.abs(fit.identity - told).mean())

    assert off(1e5, told) < 0.01
    assert off(25.0, told) < 0.3 * off(25.0, None)


@pytest.mark.parametrize("yaw_deg", [-90.0, 75.0])
def test_a_known_profile_comes_back(model: HeadModel, person: Array, yaw_deg: float) -> None:
    """Of the face network's points: pose and shape, and a size that is the population's."""
    known = known_dense_face(model, camera_at(yaw_deg, 5, -8), identity=person, sigma_px=1.0)
    fit = fit_face(known.photo, known.face, model, settings=EXACT)
    truth = angles_from_rotation(FLIP @ known.camera.camera_from_head)
    assert np.allclose((fit.yaw_deg, fit.pitch_deg, fit.roll_deg), truth, atol=1.5)
    reached = place_vertices(model, fit.identity) + np.tensordot(
        fit.expression.astype(np.float32), model.blendshapes_mm, 1
    )
    places = model.landmarks[DENSE_SCHEME]
    apart = distance_mm(places.of(reached), known.landmarks_mm)
    assert apart < distance_mm(places.of(model.mean_mm), known.landmarks_mm) / 3
    assert fit.scale == 1.0


def test_points_off_the_face_move_the_head_less(model: HeadModel) -> None:
    """Ears, skull and neck drawn 2 px to one side: hair hides them, so they may be wrong."""
    known = known_dense_face(model, camera_at(0), identity=np.zeros(100), sigma_px=1.0)
    core = load_face_points().core
    wrong = known.face.landmarks_px + np.where(core, 0.0, 2.0)[:, None] * (1, 0)
    face = known.face.replace(landmarks_px=wrong)

    def off(factor: float) -> float:
        settings = replace(OF_NETWORK, off_face_sigma=factor)
        fit = fit_face(known.photo, face, model, settings=settings)
        return float(np.linalg.norm(fit.identity))

    assert off(OF_NETWORK.off_face_sigma) < 0.7 * off(1.0)


def test_points_of_which_the_network_is_unsure_count_little(model: HeadModel) -> None:
    """A third of the points far off, and told to be."""
    known = known_dense_face(model, camera_at(80), identity=np.zeros(100), sigma_px=2.0)
    wrong = np.random.default_rng(1).choice(365, 120, replace=False)
    points, sigma = known.face.landmarks_px.copy(), known.face.landmarks_sigma_px
    assert sigma is not None
    points[wrong] += (40.0, -25.0)
    told = sigma.copy()
    told[wrong] = 400.0
    fit = fit_face(
        known.photo, known.face.replace(landmarks_px=points, landmarks_sigma_px=told), model
    )
    assert fit.yaw_deg == pytest.approx(80, abs=1.0)
    right = np.setdiff1d(np.arange(365), wrong)
    assert np.nanmedian(fit.residual_px[right]) < 2.0


def test_yaw_is_positive_to_the_own_left(model: HeadModel) -> None:
    """The nose of a head that turns to its own left moves right in the picture."""
    known = known_face(model, camera_at(20))
    nose, cheek = known.face.landmarks_px[4], known.face.landmarks_px[[234, 454]].mean(0)
    assert nose[0] > cheek[0]
    assert fit_face(known.photo, known.face, model).yaw_deg == pytest.approx(20, abs=1.5)


def test_twice_the_pixels_give_the_same_head(model: HeadModel, person: Array) -> None:
    """Only the focal length doubles."""
    known = known_face(model, camera_at(10, -5, 8), identity=person)
    once = fit_face(known.photo, known.face, model)
    larger = known.photo.replace(pixels=np.zeros((2400, 1800, 3), np.uint8))
    iris = known.face.iris_px
    assert iris is not None
    twice = fit_face(larger, face_of(known.face.landmarks_px * 2, iris * 2), model)
    assert np.allclose(once.identity, twice.identity, atol=0.02)
    assert np.allclose(once.expression, twice.expression, atol=0.02)
    assert np.allclose(once.camera.translation_mm, twice.camera.translation_mm, atol=0.5)
    assert twice.camera.focal_px == pytest.approx(2 * once.camera.focal_px)


def test_a_mirrored_photo_gives_the_mirrored_head(model: HeadModel, person: Array) -> None:
    """Nothing in the fit prefers a side."""
    known = known_face(model, camera_at(22, 3, 5), identity=person, weights={"jawOpen": 0.2})
    other = known_face(
        model,
        camera_at(-22, 3, -5, shift_mm=(-10.0, -15.0)),
        identity=mirrored_identity(model, person),
        weights={"jawOpen": 0.2},
    )
    one = fit_face(known.photo, known.face, model)
    two = fit_face(other.photo, other.face, model)
    here = landmarks_mm(model, one)
    there = landmarks_mm(model, two)[mirror_points(model)] * (-1, 1, 1)
    assert one.yaw_deg == pytest.approx(-two.yaw_deg, abs=0.5)
    assert np.abs(here - there).mean() < 0.3


def mirrored_identity(model: HeadModel, identity: Array) -> Array:
    """Coefficients of the mirrored person."""
    shape = np.tensordot(identity, model.identity_mm, 1)
    wanted = shape[model.mirror] * (-1, 1, 1)
    some = slice(None, None, 40)
    basis = model.identity_mm[:, some].reshape(len(identity), -1).T
    return np.asarray(np.linalg.lstsq(basis, wanted[some].ravel(), rcond=None)[0])


def test_full_lips_stay_full(model: HeadModel, person: Array) -> None:
    """Lips that the rest of the face does not foretell are mostly found at the usual weights."""
    fuller = np.r_[person, np.random.default_rng(8).standard_normal(mouth_count(model)) * 1.5]
    known = known_face(model, camera_at(), identity=fuller)
    fit = fit_face(known.photo, known.face, model)
    lips = model.masks["lips"] > 0.5
    own, found = place_vertices(model, fuller)[lips], place_vertices(model, fit.identity)[lips]
    without = place_vertices(model, fit.identity[: len(person)])[lips]
    apart = [
        np.linalg.norm(lip - lip.mean(0) - (own - own.mean(0)), axis=1).mean()
        for lip in (found, without)
    ]
    assert apart[0] < 0.8 * apart[1]


def mirror_points(model: HeadModel) -> Array:
    """(468,) which mesh point lies on the other side."""
    places = model.landmarks[SCHEME].of(model.mean_mm)[:SKIN_COUNT]
    apart = np.linalg.norm(places[:, None] * (-1, 1, 1) - places[None], axis=2)
    return np.asarray(apart.argmin(1))


def test_a_closed_mouth_stays_closed_and_an_open_one_opens(model: HeadModel, person: Array) -> None:
    """The gap of the lips is the photo's to half a percent of the eye distance."""
    for weights in ({}, {"jawOpen": 0.3}):
        known = known_face(model, camera_at(5), identity=person, weights=weights)
        fit = fit_face(known.photo, known.face, model)
        fitted, true = landmarks_mm(model, fit), known.landmarks_mm
        upper, lower = LIPS[4]
        eyes = np.linalg.norm(true[33] - true[263])
        gap = np.linalg.norm(fitted[upper] - fitted[lower])
        assert abs(gap - np.linalg.norm(true[upper] - true[lower])) < 0.006 * eyes


def test_a_tenth_of_wild_points_does_no_harm(model: HeadModel, person: Array) -> None:
    """Hair, a hand, a microphone: points far off are told apart."""
    known = known_face(model, camera_at(-8, 2), identity=person)
    clean = fit_face(known.photo, known.face, model)
    rng = np.random.default_rng(5)
    points = known.face.landmarks_px.copy()
    wild = rng.choice(SKIN_COUNT, SKIN_COUNT // 10, replace=False)
    eyes = np.linalg.norm(points[33] - points[263])
    points[wild] += rng.normal(0, 0.3 * eyes, (len(wild), 2))
    fit = fit_face(known.photo, face_of(points, known.face.iris_px), model)
    assert distance_mm(landmarks_mm(model, fit), landmarks_mm(model, clean)) < 0.5
    assert fit.yaw_deg == pytest.approx(clean.yaw_deg, abs=1.5)


@pytest.mark.parametrize(
    "weights",
    [
        {"eyeLookOutLeft": 0.6, "eyeLookInRight": 0.6},
        {"eyeLookInLeft": 0.4, "eyeLookOutRight": 0.4, "eyeLookUpLeft": 0.3, "eyeLookUpRight": 0.3},
        {"eyeLookDownLeft": 0.4, "eyeLookDownRight": 0.4},
    ],
)
def test_pupils_land_on_the_irises(model: HeadModel, weights: dict[str, float]) -> None:
    """Both eyes look where the photo's do, to 1.5 percent of the eye distance."""
    known = known_face(model, camera_at(12, -3), weights=weights)
    fit = fit_face(known.photo, known.face, model)
    shape = make_shape(model, fit.identity, scale=fit.scale)
    drawn = fit.camera.project(shape.with_expression(fit.expression)[pupil_vertices(model)])
    iris = known.face.iris_px
    assert iris is not None
    eyes = np.linalg.norm(known.face.landmarks_px[33] - known.face.landmarks_px[263])
    assert np.linalg.norm(drawn - iris[:, :2], axis=1).max() < 0.015 * eyes
    for name, value in weights.items():
        assert fit.expression[model.expression_names.index(name)] == pytest.approx(value, abs=0.12)


def test_larger_irises_mean_a_smaller_head(model: HeadModel) -> None:
    """The iris and the prior on head size share the difference by their precisions."""
    normal = known_face(model, camera_at())
    large = known_face(model, camera_at(), iris_scale=1.1)
    one = fit_face(normal.photo, normal.face, model)
    two = fit_face(large.photo, large.face, model)
    assert one.scale == pytest.approx(1.0, abs=0.02)
    share = np.log(one.scale / two.scale) / np.log(1.1)
    assert 0.2 < share < 0.6
    assert 0.02 < one.scale_sd < 0.035


def test_scale_does_not_move_the_picture(model: HeadModel, person: Array) -> None:
    """A larger head farther away looks the same."""
    known = known_face(model, camera_at(15), identity=person, iris_scale=0.9)
    fit = fit_face(known.photo, known.face, model)
    assert abs(fit.scale - 1) > 0.01
    head = make_shape(model, fit.identity, scale=fit.scale).with_expression(fit.expression)
    points = fit.camera.project(model.landmarks[SCHEME].of(head))[:SKIN_COUNT]
    used = np.isfinite(fit.residual_px)
    apart = np.linalg.norm(points - fit.landmarks_px, axis=1)
    eyes = np.linalg.norm(fit.landmarks_px[33] - fit.landmarks_px[263])
    # make_shape pushes lids off the eyeballs by up to a millimetre.
    assert np.median(np.abs(apart - fit.residual_px)[used]) < 0.001 * eyes


def test_mouth_close_never_exceeds_jaw_open(model: HeadModel, person: Array) -> None:
    """mouthClose alone would push the lips through each other."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        known = known_face(model, camera_at(rng.normal(0, 10)), identity=person)
        noisy = known.face.landmarks_px + rng.normal(0, 4, known.face.landmarks_px.shape)
        fit = fit_face(known.photo, face_of(noisy, known.face.iris_px), model)
        names = model.expression_names
        closed = fit.expression[names.index("mouthClose")]
        assert closed <= fit.expression[names.index("jawOpen")] + 1e-9
        assert (fit.expression >= 0).all()
        assert (fit.expression <= 1).all()


def test_the_68_points_lie_on_the_picture_with_depth_towards_the_viewer(
    model: HeadModel, person: Array
) -> None:
    """x and y as the camera sees them; the nose tip is nearer than eyes and jaw."""
    known = known_face(model, camera_at(), identity=person)
    fit = fit_face(known.photo, known.face, model)
    shape = make_shape(model, fit.identity, scale=fit.scale)
    points = landmarks_68_px(fit, shape)
    assert points.shape == (68, 3)
    head = shape.with_expression(fit.expression)
    assert np.allclose(points[:, :2], fit.camera.project(model.landmarks["ibug_68"].of(head)))
    nose, eyes, ears = points[30, 2], points[36:48, 2].mean(), points[[0, 16], 2].mean()
    assert nose > eyes > ears
    width = np.ptp(points[:, 0])
    assert 0.3 * width < nose - ears < 1.2 * width


def test_five_points_of_a_profile_are_refused_with_the_yaw(model: HeadModel) -> None:
    """A profile needs another photo, and the error says so."""
    known = known_face(model, camera_at())
    five = face_of(known.face.landmarks_px[[33, 263, 4, 61, 291]], None, "centerface_5")
    with pytest.raises(FaceTurnedAway) as caught:
        fit_face(known.photo, five, model)
    assert caught.value.yaw_deg == 70.0
    assert caught.value.hint


def test_points_that_make_no_face_are_refused(model: HeadModel) -> None:
    """A line of points, a point without a position."""
    known = known_face(model, camera_at())
    line = known.face.landmarks_px.copy()
    line[:, 1] = 300.0
    gap = known.face.landmarks_px.copy()
    gap[7] = np.nan
    for points in (line, gap):
        with pytest.raises(FitError):
            fit_face(known.photo, face_of(points, None), model)


@pytest.mark.parametrize("wild", [0.25, 0.6])
def test_what_has_not_the_shape_of_a_face_is_refused(model: HeadModel, wild: float) -> None:
    """As the network's points where there is no face: in one place, but in no order."""
    known = known_dense_face(model, camera_at(60), identity=np.zeros(100), sigma_px=8.0)
    points = known.face.landmarks_px
    noise = np.random.default_rng(4).normal(0, wild * np.ptp(points, axis=0) / 4, points.shape)
    with pytest.raises(FitError, match="shape of a face") as caught:
        fit_face(known.photo, known.face.replace(landmarks_px=points + noise), model)
    assert caught.value.hint


def test_exif_focal_length_is_used(model: HeadModel) -> None:
    """With the photo's own focal length the distance comes out right."""
    known = known_face(model, camera_at(8, distance_mm=500.0))
    photo = known.photo.replace(focal_px=known.camera.focal_px)
    fit = fit_face(photo, known.face, model, settings=EXACT)
    assert fit.camera.focal_px == known.camera.focal_px
    depth = fit.camera.translation_mm[2] / fit.scale
    assert depth == pytest.approx(known.camera.translation_mm[2], rel=0.03)


def test_lip_points_that_meet_do_not_draw_the_corners_inwards(
    model: HeadModel, person: Array
) -> None:
    """A network draws facing lips at one place; on the head their points lie apart across."""
    known = known_face(model, camera_at(), identity=person)
    points = known.face.landmarks_px.copy()
    points[LIPS, 0] = points[LIPS, 0].mean(1, keepdims=True)
    fit = fit_face(known.photo, face_of(points, known.face.iris_px), model)
    fitted, true = landmarks_mm(model, fit), known.landmarks_mm
    width = [np.linalg.norm(at[61] - at[291]) for at in (fitted, true)]
    assert abs(width[0] - width[1]) < 0.012 * np.linalg.norm(true[33] - true[263])
