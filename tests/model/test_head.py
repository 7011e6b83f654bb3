"""The head model that ships: its shapes, its symmetry, its parts, its texture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from faceborn.model import load_head_model
from faceborn.model.parts import MASK_RAMP_MM, MATERIAL_OF, PART_NAMES
from faceborn.types import Array, HeadModel

FLIP_X = np.array([-1.0, 1.0, 1.0])
ARKIT_SIDED = (
    "eyeBlink eyeLookDown eyeLookIn eyeLookOut eyeLookUp eyeSquint eyeWide mouthSmile mouthFrown "
    "mouthDimple mouthStretch mouthPress mouthLowerDown mouthUpperUp browDown browOuterUp "
    "cheekSquint noseSneer"
)
ARKIT_WHOLE = (
    "jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight "
    "mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper browInnerUp cheekPuff tongueOut"
)


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model()


def vertices_of(model: HeadModel, *parts: str) -> Array:
    ids = [model.part_names.index(part) for part in parts]
    return np.unique(model.triangles[np.isin(model.triangle_part, ids)])


def test_shapes_and_types_agree(model: HeadModel) -> None:
    count, modes = len(model.mean_mm), len(model.identity_mm)
    assert model.mean_mm.shape == (count, 3)
    assert model.identity_mm.shape == (modes, count, 3)
    assert model.blendshapes_mm.shape == (52, count, 3)
    assert model.uv.shape == (count, 2)
    assert model.skin_weights.shape == (count, len(model.joint_names))
    assert model.joints_identity_mm.shape == (modes, len(model.joint_names), 3)
    for array in (model.mean_mm, model.identity_mm, model.blendshapes_mm, model.uv):
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
    assert model.triangles.dtype == np.int32
    assert sorted(np.unique(model.triangles)) == list(range(count))


def test_the_expressions_are_those_of_arkit(model: HeadModel) -> None:
    sided = {f"{name}{side}" for name in ARKIT_SIDED.split() for side in ("Left", "Right")}
    assert set(model.expression_names) == sided | set(ARKIT_WHOLE.split())
    assert len(model.expression_names) == 52
    assert (np.abs(model.blendshapes_mm).max((1, 2)) > 1.0).all(), "an expression does nothing"


def test_left_is_the_persons_left(model: HeadModel) -> None:
    """+X is the person's left, and every ...Left moves more there than on the right."""
    x = model.mean_mm[:, 0]
    for name, shape in zip(model.expression_names, model.blendshapes_mm, strict=True):
        moves = np.linalg.norm(shape, axis=1)
        if name.endswith("Left") and name not in ("jawLeft", "mouthLeft"):
            assert moves[x > 5].sum() > 3 * moves[x < -5].sum(), name
    assert model.blendshapes_mm[model.expression_names.index("jawLeft")][:, 0].mean() > 0
    assert model.joints_mm[model.joint_names.index("eye_left"), 0] > 0


def test_quads_and_triangles_are_one_surface(model: HeadModel) -> None:
    halves = np.concatenate([model.quads[:, [0, 1, 2]], model.quads[:, [0, 2, 3]]])
    part = np.concatenate([model.quad_part, model.quad_part])
    a, b, c = halves.T
    solid = (a != b) & (b != c) & (a != c)
    assert (halves[solid] == model.triangles).all()
    assert (part[solid] == model.triangle_part).all()


def test_every_part_is_there_and_a_vertex_has_one(model: HeadModel) -> None:
    assert model.part_names == PART_NAMES
    owner = np.full(len(model.mean_mm), -1)
    for k, part in enumerate(model.part_names):
        mine = vertices_of(model, part)
        assert len(mine) > 100, part
        assert (owner[mine] == -1).all(), part
        owner[mine] = k


def test_the_tongue_lies_inside_the_lower_teeth(model: HeadModel) -> None:
    tongue = model.mean_mm[vertices_of(model, "tongue")]
    teeth = model.mean_mm[vertices_of(model, "teeth")]
    assert np.abs(tongue[:, 0]).max() < np.abs(teeth[:, 0]).max()
    assert tongue[:, 2].max() < teeth[:, 2].max()
    assert np.abs(tongue[:, 0].mean()) < 0.01


def test_welded_vertices_coincide_whatever_the_person_does(model: HeadModel) -> None:
    weld = model.weld
    assert (weld[weld] == weld).all()
    assert (weld <= np.arange(len(weld))).all()
    assert (model.mean_mm[weld] == model.mean_mm).all()
    assert (model.identity_mm[:, weld] == model.identity_mm).all()
    assert (model.blendshapes_mm[:, weld] == model.blendshapes_mm).all()
    assert (model.skin_weights[weld] == model.skin_weights).all()


def test_skin_and_lining_leave_no_hole_at_lips_and_lids(model: HeadModel) -> None:
    face = set(model.weld[vertices_of(model, "face")])
    for lining, at_least in (("mouth", 60), ("sockets", 80), ("scalp", 60)):
        shared = face & set(model.weld[vertices_of(model, lining)])
        assert len(shared) >= at_least, lining


def test_mirror_is_an_involution_of_the_mean(model: HeadModel) -> None:
    mirror = model.mirror
    assert (mirror[mirror] == np.arange(len(mirror))).all()
    np.testing.assert_allclose(model.mean_mm[mirror] * FLIP_X, model.mean_mm, atol=1e-4)
    face = vertices_of(model, "face")
    np.testing.assert_allclose(model.uv[mirror[face], 0], 1 - model.uv[face, 0], atol=1e-5)
    np.testing.assert_allclose(model.uv[mirror[face], 1], model.uv[face, 1], atol=1e-5)
    swap = {"eye_left": "eye_right", "eye_right": "eye_left"}
    for part in model.part_names:
        there = vertices_of(model, swap.get(part, part))
        assert set(mirror[vertices_of(model, part)]) == set(there), part


def test_mirrored_expressions_are_mirror_images(model: HeadModel) -> None:
    for name, shape in zip(model.expression_names, model.blendshapes_mm, strict=True):
        other = name.replace("Left", "?").replace("Right", "Left").replace("?", "Right")
        twin = model.blendshapes_mm[model.expression_names.index(other)]
        np.testing.assert_allclose(twin[model.mirror] * FLIP_X, shape, atol=2e-3, err_msg=name)


@pytest.mark.parametrize("part", PART_NAMES)
def test_texture_stays_in_its_tile_and_islands_do_not_overlap(model: HeadModel, part: str) -> None:
    """Two parts of the skin under one texel would be painted with each other's colour."""
    assert (model.uv >= 0).all()
    assert (model.uv <= 1).all()
    if part in ("eye_shade", "tearline"):
        return  # both sides share one picture
    size = 512
    covered = np.zeros((size, size), np.uint8)
    area = 0.0
    for corners in model.uv[model.triangles[model.triangle_part == PART_NAMES.index(part)]]:
        (ax, ay), (bx, by) = corners[1] - corners[0], corners[2] - corners[0]
        area += abs(float(ax * by - ay * bx)) / 2
        points = np.round(corners * size * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.fillConvexPoly(covered, points, 1, cv2.LINE_8, 4)
    assert area <= covered.mean() * 1.01, f"{area:.3f} of the tile painted on {covered.mean():.3f}"


def test_masks_are_soft_symmetric_and_where_they_should_be(model: HeadModel) -> None:
    assert set(model.masks) == set(MASK_RAMP_MM)
    for name, mask in model.masks.items():
        assert mask.dtype == np.float32
        assert mask.min() == 0, name
        assert 0.5 < mask.max() <= 1, name
        np.testing.assert_allclose(mask[model.mirror], mask, atol=1e-3)
    places = model.landmarks["ibug_68"].vertices[:, 0]
    masks = model.masks
    assert (masks["face"][places] > 0.4).all()
    assert (masks["scalp"][places] < 0.55).all()  # the first and last touch the sideburns
    assert (masks["brows"][places[17:27]] > 0.2).all()
    assert (np.delete(masks["lips"][places[48:]], [0, 6]) > 0.3).all()  # save the corners
    assert (masks["lids"][places[36:48]] > 0.45).all()  # some lie on its border
    assert masks["scalp"][model.mean_mm[:, 1].argmax()] == 1
    assert masks["neck"][model.mean_mm[vertices_of(model, "scalp"), 1].argmin()] < 1.01
    widest = vertices_of(model, "face")
    widest = widest[model.mean_mm[widest, 0].argmax()]
    assert masks["ears"][widest] > 0.5


def test_hairline_is_a_smooth_field(model: HeadModel) -> None:
    """Across an edge of the mesh the signed distance changes by no more than the edge is long."""
    scalp = np.isin(model.triangle_part, [PART_NAMES.index("face"), PART_NAMES.index("scalp")])
    a, b, _ = model.triangles[scalp].T
    signed = (model.masks["scalp"] - 0.5) * MASK_RAMP_MM["scalp"]
    high = (model.mean_mm[a, 1] > 45) & (model.masks["ears"][a] < 0.01)
    change = np.abs(signed[a] - signed[b])[high]
    length = np.linalg.norm(model.mean_mm[a] - model.mean_mm[b], axis=1)[high]
    assert (change <= 1.6 * length + 0.2).all()


def test_ibug_points_are_symmetric_and_like_people(model: HeadModel) -> None:
    place = model.landmarks["ibug_68"].of(model.mean_mm)
    pairs = [*((k, 16 - k) for k in range(8)), *((17 + k, 26 - k) for k in range(5))]
    pairs += [(31, 35), (32, 34), (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)]
    pairs += [(48, 54), (49, 53), (50, 52), (60, 64), (61, 63), (58, 56), (59, 55), (67, 65)]
    for right, left in pairs:
        assert place[right, 0] < 0 < place[left, 0], "37-42 is the eye at the left of the picture"
        np.testing.assert_allclose(place[right] * FLIP_X, place[left], atol=0.05)
    outer = np.linalg.norm(place[36] - place[45])
    inner = np.linalg.norm(place[39] - place[42])
    assert 0.36 < inner / outer < 0.40  # London training people: 0.385
    assert place[8, 1] == place[:, 1].min()
    assert place[30, 2] == place[:, 2].max()
    assert 85 < place[8, 2] < 105, "the chin's outline, not the throat behind it"


def test_every_landmark_scheme_is_complete(model: HeadModel) -> None:
    assert set(model.landmarks) >= {"ibug_68", "mediapipe_478", "centerface_5"}
    for name, landmarks in model.landmarks.items():
        count = len(landmarks.vertices)
        assert count in (int(name.rsplit("_", 1)[1]), 468)  # the irises of the 478 may be left out
        assert landmarks.barycentrics.shape == landmarks.vertices.shape == (count, 3)
        np.testing.assert_allclose(landmarks.barycentrics.sum(1), 1, atol=1e-4)
        assert len(landmarks.sigma_percent) == count
        assert landmarks.bias_percent.shape == (len(landmarks.bias_yaw_deg), count, 2)
    right_eye, left_eye, nose, right_mouth, left_mouth = model.landmarks["centerface_5"].of(
        model.mean_mm
    )
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_mouth[0] < nose[0] < left_mouth[0]
    assert right_eye[1] > nose[1] > right_mouth[1]


def test_contour_runs_over_cheek_and_jaw_only(model: HeadModel) -> None:
    place = model.mean_mm[model.contour_vertices]
    assert set(model.contour_vertices) <= set(vertices_of(model, "face"))
    assert (model.masks["ears"][model.contour_vertices] < 0.3).all()
    assert place[:, 1].min() < -78 < 30 < place[:, 1].max()
    assert (place[:, 0] > 60).any()


def test_blended_parts_have_a_blended_material() -> None:
    for part in ("lashes", "eye_shade", "tearline"):
        assert MATERIAL_OF[part].alpha == "blend"
        assert PART_NAMES.index(part) > PART_NAMES.index("eye_right"), "drawn after the eyes"
