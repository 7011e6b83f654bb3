"""An OBJ read back is the head: quads, parts, metres."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from faceborn.export import write_obj
from faceborn.geometry.rotations import FLIP
from faceborn.types import Array
from tests.export.painted import YAW_DEG, painted_head

Corner = tuple[int, int, int]


class Obj:
    """The lines of an OBJ, sorted; indices 0-based."""

    def __init__(self, text: str) -> None:
        rows: dict[str, list[list[float]]] = {"v": [], "vt": [], "vn": []}
        self.faces: dict[str, list[list[Corner]]] = {}
        self.material: dict[str, str] = {}
        self.library = group = ""
        for line in text.splitlines():
            key, _, rest = line.partition(" ")
            if key in rows:
                rows[key].append([float(value) for value in rest.split()])
            elif key == "g":
                group = rest
                self.faces[group] = []
            elif key == "usemtl":
                self.material[group] = rest
            elif key == "mtllib":
                self.library = rest
            elif key == "f":
                corners = [tuple(int(i) - 1 for i in c.split("/")) for c in rest.split()]
                self.faces[group].append([(v, t, n) for v, t, n in corners])
        self.v, self.vt, self.vn = (np.array(rows[key]) for key in ("v", "vt", "vn"))

    def corners(self, part: str, size: int) -> Array:
        """(F, size, 3) of the faces that have `size` corners."""
        faces = [face for face in self.faces[part] if len(face) == size]
        return np.array(faces, int).reshape(-1, size, 3)


def read_obj(files: dict[str, bytes], stem: str) -> Obj:
    return Obj(files[f"{stem}.obj"].decode())


def test_same_mesh() -> None:
    """Quads and triangles of every part at their places, in metres."""
    shape = painted_head().shape
    model = shape.model
    obj = read_obj(write_obj(painted_head(), "me"), "me")
    triangular = model.quads[:, 2] == model.quads[:, 3]
    assert triangular.any()
    for number, part in enumerate(model.part_names):
        here = model.quad_part == number
        if not here.any():
            assert part not in obj.faces
            continue
        assert obj.material[part] == part
        for size, quads in (
            (3, model.quads[here & triangular][:, :3]),
            (4, model.quads[here & ~triangular]),
        ):
            corners = obj.corners(part, size)
            assert len(corners) == len(quads)
            position = obj.v[corners[..., 0]] * 1000
            np.testing.assert_allclose(position, shape.vertices_mm[quads], atol=1e-3)
            np.testing.assert_allclose(obj.vt[corners[..., 1]], model.uv[quads], atol=1e-6)
    height_m = np.ptp(obj.v[:, 1])
    assert 0.25 < height_m < 0.5


def test_parts_have_their_names() -> None:
    obj = read_obj(write_obj(painted_head(), "me"), "me")
    promised = "face scalp eye_left eye_right teeth gums tongue lashes"
    assert set(promised.split()) <= set(obj.faces)
    assert obj.vt.min() >= 0
    assert obj.vt.max() <= 1
    left, right = (
        obj.v[[c[0] for f in obj.faces[part] for c in f]] for part in ("eye_left", "eye_right")
    )
    assert left[:, 0].min() > 0 > right[:, 0].max(), "left is the person's, at +x"


def test_seams_are_closed() -> None:
    """No two points of the surface lie at one place because of the texture."""
    model = painted_head().shape.model
    obj = read_obj(write_obj(painted_head(), "me"), "me")
    used = np.unique(model.quads)
    assert len(obj.v) == len(np.unique(model.weld[used])) < len(used) == len(obj.vt)
    assert len(obj.vn) == len(obj.v)


def test_materials_and_pictures() -> None:
    """Every material is told and every picture that it names is there, without loss."""
    result = painted_head()
    files = write_obj(result, "me")
    obj = read_obj(files, "me")
    lines = files[obj.library].decode().splitlines()
    told = [line.split()[1] for line in lines if line.startswith("newmtl")]
    assert told == list(obj.faces)
    named = {line.split(maxsplit=1)[1] for line in lines if line.startswith("map_")}
    assert named == set(files) - {"me.obj", "me.mtl"}
    for part in ("face", "lashes"):
        decoded = np.asarray(Image.open(BytesIO(files[f"me_{part}.png"])))
        np.testing.assert_array_equal(decoded, result.texture.images[part])
    opacity = np.asarray(Image.open(BytesIO(files["me_lashes_opacity.png"])))
    for channel in (0, 1):
        np.testing.assert_array_equal(
            opacity[..., channel], result.texture.images["lashes"][..., 3]
        )


def test_posed_is_what_the_camera_saw() -> None:
    """With expression and rotation, moved before the camera, it covers the face in the photo."""
    result = painted_head()
    shape, camera = result.shape, result.fit.camera
    posed = read_obj(write_obj(result, "me", posed=True), "me")
    rest = read_obj(write_obj(result, "me"), "me")
    points = np.unique(shape.model.weld[np.unique(shape.model.quads)])
    in_photo = camera.project(shape.with_expression(result.fit.expression))[points]
    p = posed.v * 1000 @ FLIP + camera.translation_mm
    pixels = p[:, :2] / p[:, 2:] * camera.focal_px + np.array(camera.center_px)
    np.testing.assert_allclose(pixels, in_photo, atol=0.02)
    assert posed.faces == rest.faces


def test_head_turned_left_is_turned_left() -> None:
    """Yaw > 0 is the person's left, +x: there the nose points."""
    result = painted_head()
    model = result.shape.model
    points = np.unique(model.weld[np.unique(model.quads)])
    tip = int(np.argmax(result.shape.vertices_mm[points, 2]))
    posed = read_obj(write_obj(result, "me", posed=True), "me")
    yaw_deg = np.rad2deg(np.arctan2(posed.v[tip, 0], posed.v[tip, 2]))
    assert yaw_deg == pytest.approx(YAW_DEG, abs=5)
