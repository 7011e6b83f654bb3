"""Joints, weights, and expressions that have to agree with them or to close something."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.geometry.skinning import skin
from faceborn.model import load_head_model, make_shape
from faceborn.types import Array, HeadModel, Shape


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model()


@pytest.fixture(scope="module", params=["mean", "stranger"])
def shape(model: HeadModel, request: pytest.FixtureRequest) -> Shape:
    if request.param == "mean":
        return make_shape(model, np.zeros(len(model.identity_mm)))
    identity = np.random.default_rng(11).normal(0, 1, len(model.identity_mm))
    return make_shape(model, identity, scale=1.05)


def posed(shape: Shape, **expression: float) -> Array:
    weights = np.array([expression.get(name, 0.0) for name in shape.model.expression_names])
    return shape.with_expression(weights)


def turned(shape: Shape, joint: str, yaw_deg: float, pitch_deg: float) -> Array:
    model = shape.model
    rotations = np.tile(np.eye(3), (len(model.joint_names), 1, 1))
    rotations[model.joint_names.index(joint)] = rotation_from_angles(yaw_deg, pitch_deg, 0)
    return skin(
        shape.vertices_mm, model.skin_weights, shape.joints_mm, model.joint_parents, rotations
    )


def part(model: HeadModel, name: str) -> Array:
    return np.unique(model.triangles[model.triangle_part == model.part_names.index(name)])


def test_weights_sum_to_one_with_at_most_four_joints(model: HeadModel) -> None:
    np.testing.assert_allclose(model.skin_weights.sum(1), 1, atol=1e-5)
    assert (model.skin_weights >= 0).all()
    assert ((model.skin_weights > 0).sum(1) <= 4).all()


def test_joints_hang_together(model: HeadModel) -> None:
    assert model.joint_names == ("root", "neck", "head", "jaw", "eye_left", "eye_right")
    assert model.joint_parents.tolist() == [-1, 0, 1, 2, 2, 2]
    height = model.joints_mm[:, 1]
    assert height[0] < height[1] < height[2] < height[4]
    np.testing.assert_allclose(model.joints_mm[4], model.joints_mm[5] * [-1, 1, 1], atol=1e-4)


def test_what_moves_with_which_joint(model: HeadModel) -> None:
    weight = dict(zip(model.joint_names, model.skin_weights.T, strict=True))
    y = model.mean_mm[:, 1]
    assert (weight["head"][y > 30] + weight["eye_left"][y > 30] + weight["eye_right"][y > 30]
            > 0.9).all()  # fmt: skip
    scalp = part(model, "scalp")
    shoulders = scalp[np.abs(model.mean_mm[scalp, 0]) > 105]
    assert (weight["root"][shoulders] > 0.95).all()
    for side in ("left", "right"):
        assert (weight[f"eye_{side}"][part(model, f"eye_{side}")] == 1).all()
    teeth = part(model, "teeth")
    assert set(np.unique(weight["jaw"][teeth])) == {0.0, 1.0}
    assert (weight["jaw"][part(model, "lashes")] == 0).all()
    tongue = part(model, "tongue")
    tip = tongue[model.mean_mm[tongue, 2] > 85]
    assert (weight["jaw"][tip] > 0.9).all()


def test_weights_are_smooth_over_the_skin(model: HeadModel) -> None:
    """No joint tears the skin: along any edge weights change by at most 3.5 % a millimetre."""
    skin_parts = [model.part_names.index(name) for name in ("face", "scalp")]
    a, b, _ = model.triangles[np.isin(model.triangle_part, skin_parts)].T
    length = np.linalg.norm(model.mean_mm[a] - model.mean_mm[b], axis=1)
    change = np.abs(model.skin_weights[a] - model.skin_weights[b]).max(1)
    mouth = model.masks["lips"][a] > 0  # where jaw and head lie side by side
    assert (change <= 0.035 * length + 0.05)[~mouth].all()


def test_an_eye_turns_alike_by_joint_and_by_expression(shape: Shape) -> None:
    for name, (yaw_deg, pitch_deg) in shape.model.eye_look_deg.items():
        joint = "eye_left" if name.endswith("Left") else "eye_right"
        ball = part(shape.model, joint)
        by_joint = turned(shape, joint, yaw_deg, pitch_deg)[ball]
        np.testing.assert_allclose(posed(shape, **{name: 1.0})[ball], by_joint, atol=2e-3)


def test_eyes_look_where_their_names_say(model: HeadModel) -> None:
    degrees = model.eye_look_deg
    assert degrees["eyeLookInLeft"][0] < 0 < degrees["eyeLookOutLeft"][0]
    assert degrees["eyeLookInRight"][0] > 0 > degrees["eyeLookOutRight"][0]
    assert degrees["eyeLookUpLeft"][1] < 0 < degrees["eyeLookDownLeft"][1]


def test_jaw_open_turns_the_lower_teeth_as_the_joint_does(shape: Shape) -> None:
    model = shape.model
    teeth = part(model, "teeth")
    lower = teeth[model.skin_weights[teeth, model.joint_names.index("jaw")] == 1]
    opened = posed(shape, jawOpen=1.0)[lower] - shape.vertices_mm[lower]
    by_joint = turned(shape, "jaw", 0, 25.33)[lower] - shape.vertices_mm[lower]
    assert np.linalg.norm(opened, axis=1).min() > 10
    assert (
        np.linalg.norm(opened - by_joint, axis=1).max() < 0.2 * np.linalg.norm(opened, axis=1).max()
    )


def test_mouth_close_answers_jaw_open(shape: Shape) -> None:
    """With both at 1, or at any equal weight, facing lip points are as near as in the neutral."""
    landmarks = shape.model.landmarks["ibug_68"]
    upper, lower = np.array([61, 62, 63]), np.array([67, 66, 65])

    def gap(vertices: Array) -> Array:
        place = landmarks.of(vertices)
        return np.linalg.norm(place[upper] - place[lower], axis=1)

    rest = gap(shape.vertices_mm)
    assert (gap(posed(shape, jawOpen=1.0)) > 20).all()
    assert (gap(posed(shape, jawOpen=1.0, mouthClose=1.0)) < rest + 0.5).all()
    assert (gap(posed(shape, jawOpen=0.4, mouthClose=0.4)) < rest + 0.5).all()


@pytest.mark.parametrize("name", ["cheekPuff", "mouthPucker", "mouthRollUpper", "jawForward"])
def test_lips_stay_closed_under(model: HeadModel, name: str) -> None:
    """The source parts them by 0.8 to 1.2 mm."""
    mean = make_shape(model, np.zeros(0))
    place = model.landmarks["ibug_68"].of(posed(mean, **{name: 1.0}))
    rest = model.landmarks["ibug_68"].of(mean.vertices_mm)
    upper, lower = np.array([61, 62, 63]), np.array([67, 66, 65])
    parted = (place[upper] - place[lower] - rest[upper] + rest[lower])[:, 1]
    assert (parted < 0.35).all()


def test_the_tongue_leaves_the_mouth(shape: Shape) -> None:
    """Behind the lips at rest; when it is out, its tip hangs before and below the lower lip."""
    tongue = part(shape.model, "tongue")
    lips = shape.model.landmarks["ibug_68"]
    out = posed(shape, tongueOut=1.0)
    lower_lip = lips.of(out)[[56, 57, 58]]
    tip = out[tongue][out[tongue, 2].argmax()]
    assert shape.vertices_mm[tongue, 2].max() < lips.of(shape.vertices_mm)[48:, 2].min() + 5
    assert tip[2] > lower_lip[:, 2].max() + 4
    assert out[tongue, 1][out[tongue, 2] > lower_lip[:, 2].max()].min() < lips.of(out)[66, 1] - 4


def test_growing_a_person_grows_everything(model: HeadModel) -> None:
    identity = np.random.default_rng(2).normal(0, 0.7, 20)
    one, two = make_shape(model, identity), make_shape(model, identity, scale=2.0)
    np.testing.assert_allclose(two.vertices_mm, 2 * one.vertices_mm, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(two.blendshapes_mm, 2 * one.blendshapes_mm, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(two.joints_mm, 2 * one.joints_mm, rtol=1e-6)
