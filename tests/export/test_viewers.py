"""What others make of our GLB: the Khronos validator and three.js in a browser."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faceborn.export import write_glb
from faceborn.types import Array
from tests.export.javascript import run_script
from tests.export.painted import COLORS, painted_head

BACKGROUND = (0x20, 0x30, 0x50)  # of tests/js/page.html
LIPS, NOSE, CHIN = (62, 66), 30, 8  # iBUG: inner lips, tip of the nose, chin


@pytest.fixture(scope="module")
def glb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("viewers") / "head.glb"
    path.write_bytes(write_glb(painted_head(256)))
    return path


def test_khronos_validator_has_nothing_to_say(glb: Path) -> None:
    """No error, no warning, not even a hint."""
    report = run_script("validate.mjs", glb)
    assert report["messages"] == []
    assert report["numErrors"] == report["numWarnings"] == 0


@cache
def points_m() -> dict[str, list[float]]:
    """Places on the neutral head, in metres."""
    shape = painted_head().shape
    points = shape.model.landmarks["ibug_68"].of(shape.vertices_mm) / 1000
    mouth = points[list(LIPS)].mean(0)
    places = {
        "mouth": mouth,
        "nose": points[NOSE],
        "forehead": points[27] + (0, 0.04, 0),
        "cheek": (points[NOSE] + points[2]) / 2,
    }
    return {name: place.tolist() for name, place in places.items()}


@pytest.fixture(scope="module")
def drawn(glb: Path) -> Any:
    """Four views in three.js; screenshots stay beside the file."""
    views: list[dict[str, Any]] = [
        {"name": "front"},
        {"name": "open", "weights": {"jawOpen": 1}},
        {"name": "smile", "yaw": 35, "weights": {"mouthSmileLeft": 1, "mouthSmileRight": 1}},
        {"name": "turned", "turns": {"root": [0, 180, 0]}},
    ]
    path = glb.with_name("views.json")
    path.write_text(json.dumps([view | {"points": points_m()} for view in views]))
    return run_script("draw.mjs", glb, path, glb.parent, browser=True)


def color(drawn: Any, view: str, point: str) -> Array:
    return np.array(drawn["views"][view]["points"][point])


def has_hue(color: Array, wanted: tuple[int, ...]) -> bool:
    """The same colour but for brightness, which light changes."""
    a, b = np.asarray(color, float), np.asarray(wanted, float)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) > 0.99


def test_three_loads_it_without_a_word(drawn: Any) -> None:
    assert drawn["errors"] == []


def test_three_finds_parts_targets_and_joints(drawn: Any) -> None:
    model = painted_head().shape.model
    facts = drawn["facts"]
    present = {model.part_names[part] for part in np.unique(model.triangle_part)}
    assert set(facts["parts"]) == present
    for targets in facts["targets"]:
        assert tuple(targets) == model.expression_names
    assert facts["joints"] == list(model.joint_names)
    assert facts["extras"]["expression"]["jawOpen"] == pytest.approx(0.4)
    size_m = np.ptp(painted_head().shape.vertices_mm, axis=0) / 1000
    np.testing.assert_allclose(facts["size"], size_m, rtol=0.05)


def test_three_draws_a_face(drawn: Any) -> None:
    """Skin in the middle, background in the corners."""
    for view in ("front", "open"):
        for point in ("nose", "forehead", "cheek"):
            assert has_hue(color(drawn, view, point), COLORS["face"]), (view, point)
        for corner in drawn["views"][view]["corners"]:
            np.testing.assert_allclose(corner, BACKGROUND, atol=2)
    assert color(drawn, "front", "cheek").mean() > 80, "lit"


def test_jaw_open_opens_the_mouth(drawn: Any) -> None:
    """The mouth's pixels change, the forehead's do not."""
    change = {
        point: np.abs(color(drawn, "open", point) - color(drawn, "front", point)).max()
        for point in ("mouth", "forehead")
    }
    assert change["mouth"] > 25
    assert change["forehead"] < 3


def test_root_turns_the_head(drawn: Any) -> None:
    """Turned by the skeleton, the back of the head is where the face was."""
    assert has_hue(color(drawn, "front", "forehead"), COLORS["face"])
    assert has_hue(color(drawn, "turned", "forehead"), COLORS["scalp"])
    assert not has_hue(color(drawn, "turned", "forehead"), COLORS["face"])
