"""What the page gets of the head model fits the GLB and changes what it says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from faceborn import load_head_model
from faceborn.serve import model_data
from faceborn.types import Array


def description() -> dict[str, Any]:
    return dict(json.loads(model_data.model_file("model.json")))


def shapes_mm() -> dict[str, Array]:
    """(V, 3) by name, in the model's order."""
    facts, content = description(), model_data.model_file("shapes.bin")
    values = np.frombuffer(content, "<i2").reshape(len(facts["shapes"]), -1, 3)
    moves = np.zeros((len(values), facts["vertices"], 3))
    moves[:, model_data.page_order()] = values
    return {
        entry["name"]: one * entry["scale_mm"]
        for entry, one in zip(facts["shapes"], moves, strict=True)
    }


def test_every_vertex_of_the_glb_has_its_number() -> None:
    """Part after part, as export/glb.py writes the primitives; welds point backwards."""
    model, order = load_head_model(), model_data.page_order()
    np.testing.assert_array_equal(np.sort(order), np.arange(len(model.mean_mm)))
    weld = np.array(description()["weld"])
    assert (weld <= np.arange(len(weld))).all()
    np.testing.assert_allclose(model.mean_mm[order][weld], model.mean_mm[order], atol=1e-4)


def test_landmarks_are_where_the_model_has_them() -> None:
    model, ibug = load_head_model(), description()["ibug_68"]
    at = model.mean_mm[model_data.page_order()][np.array(ibug["vertices"])]
    points = np.einsum("lcx,lc->lx", at, np.array(ibug["weights"]))
    np.testing.assert_allclose(points, model.landmarks["ibug_68"].of(model.mean_mm), atol=0.01)


def test_temples_rest_where_ear_and_skull_meet() -> None:
    model = load_head_model()
    at = {name: model.mean_mm[vertex] for name, vertex in model_data.ear_anchors(model).items()}
    for side, sign in (("left", 1), ("right", -1)):
        top, back = at[f"ear_top_{side}"], at[f"ear_back_{side}"]
        assert sign * top[0] > 60
        assert top[1] > back[1] + 10
        assert top[2] > back[2]


@pytest.mark.parametrize("name", model_data.SHAPES)
def test_a_shape_change_stays_in_its_place(name: str) -> None:
    """It is seen, and neither eyeball moves so far that the lids would no longer cover it."""
    model, moves = load_head_model(), shapes_mm()[name]
    size = np.linalg.norm(moves, axis=1)
    assert 1.5 < size.max() < 12
    eyes = [model.part_names.index(part) for part in ("eye_left", "eye_right")]
    ball = np.unique(model.triangles[np.isin(model.triangle_part, eyes)])
    assert size[ball].max() < 0.5


def test_nose_width_widens_the_nose() -> None:
    model = load_head_model()
    change = model.landmarks["ibug_68"].of(shapes_mm()["noseWidth"])
    assert change[35, 0] - change[31, 0] > 2
    assert np.abs(change[[0, 8, 16, 36, 45]]).max() < 0.5
