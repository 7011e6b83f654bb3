"""The exported network on photos: where it looks, and that left and right are treated alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from face_network.export import export_onnx
from face_network.network import Design
from face_network.weights import build

from faceborn.faces import find_faces
from faceborn.faces.network import FaceNetwork, Look, first_crop, second_crop
from faceborn.geometry.crop import Crop
from faceborn.geometry.rotations import angles_from_rotation, rotation_from_angles
from faceborn.geometry.upright import lean_rad
from faceborn.model.face_points import load_face_points
from faceborn.photo import read_photo
from faceborn.types import Array
from tests.training.face_network.photographs_drawn import draw_sample


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> FaceNetwork:
    """Untrained, its second convolutions not at 0."""
    torch.manual_seed(0)
    design = Design(widths=(8, 8, 12, 16), blocks=(1, 1, 1, 1), anchors=16, hidden=32)
    built = build(design, torch.rand(365, 3))
    for parameter in built.parameters():
        parameter.data += 0.05 * torch.randn(parameter.shape)
    target = tmp_path_factory.mktemp("network") / "face_network.onnx"
    export_onnx(built.eval(), target)
    return FaceNetwork(target)


@pytest.fixture(scope="module")
def pixels() -> Array:
    return draw_sample(np.random.default_rng(5)).image


def test_a_mirrored_photo_gives_the_mirrored_answer(network: FaceNetwork, pixels: Array) -> None:
    """Whatever the network has learnt: points, irises, pose and expression."""
    crop = Crop(center_px=np.array([120.0, 130.0]), side_px=150.0, turn_rad=0.3)
    look = network.both_ways(pixels, crop)
    flipped = np.ascontiguousarray(pixels[:, ::-1])
    other = network.both_ways(flipped, crop.mirrored(256))
    points = other.points_px[load_face_points().mirror]
    np.testing.assert_allclose(points[:, 0], 256 - look.points_px[:, 0], atol=1e-3)
    np.testing.assert_allclose(points[:, 1:], look.points_px[:, 1:], atol=1e-3)
    np.testing.assert_allclose(other.irises_px[::-1, 1:], look.irises_px[:, 1:], atol=1e-3)
    yaw, pitch, roll = angles_from_rotation(look.rotation)
    turned = angles_from_rotation(other.rotation)
    np.testing.assert_allclose(turned, (-yaw, pitch, -roll), atol=1e-3)


def test_the_second_crop_is_upright_and_around_the_points(
    network: FaceNetwork, pixels: Array
) -> None:
    """Of a look whose points and pose are those of a known head."""
    truth = draw_sample(np.random.default_rng(5)).truth
    crop = Crop(center_px=np.array([128.0, 128.0]), side_px=200.0, turn_rad=0.2)
    look: Look = network.look(pixels, crop).replace(
        points_px=truth["landmarks"].astype(float), rotation=truth["rotation"].astype(float)
    )
    second = second_crop(look)
    core = look.points_px[load_face_points().core, :2]
    c, s = np.cos(second.turn_rad), np.sin(second.turn_rad)
    inside = (core - second.center_px) @ np.array([[c, -s], [s, c]]) / second.side_px
    assert np.abs(inside).max() < 0.5
    assert abs(second.turn_rad - lean_rad(look.rotation)) < 1e-9


def test_the_pose_is_that_of_the_photo_not_of_the_crop(network: FaceNetwork, pixels: Array) -> None:
    """A photo turned by a quarter, and the crop with it: the same pose, turned by a quarter."""
    crop = Crop(center_px=np.array([128.0, 128.0]), side_px=180.0, turn_rad=0.1)
    upright = network.look(pixels, crop)
    quarter = network.look(
        np.ascontiguousarray(np.rot90(pixels)), crop.moved(1.0, -np.pi / 2, (0.0, 0.0))
    )
    expected = rotation_from_angles(0, 0, 90.0) @ upright.rotation  # counter-clockwise on screen
    np.testing.assert_allclose(quarter.rotation, expected, atol=2e-2)


def test_the_first_crop_holds_the_face(astronaut: Path) -> None:
    face = find_faces(read_photo(astronaut))[0]
    crop = first_crop(face)
    core = face.landmarks_px[load_face_points().core]
    low, high = core.min(0), core.max(0)
    assert (low > crop.center_px - crop.side_px / 2).all()
    assert (high < crop.center_px + crop.side_px / 2).all()
