"""The head in fewer triangles is the same head: same seams, same sides, same size."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn import HeadModel, load_head_model
from faceborn.serve.coarse import coarse_triangles
from faceborn.types import Array

COUNT = 11_000


@pytest.fixture(scope="module")
def model() -> HeadModel:
    return load_head_model()


@pytest.fixture(scope="module")
def coarse(model: HeadModel) -> tuple[Array, Array]:
    return coarse_triangles(model, COUNT)


def normals(model: HeadModel, triangles: Array) -> Array:
    """(T, 3) across each triangle, twice its area long."""
    a, b, c = (model.mean_mm[triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def border(triangles: Array) -> Array:
    """(B, 2) edges of one triangle only."""
    edges = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    )
    unique, times = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    return np.asarray(unique[times == 1])


def test_it_has_as_many_triangles_as_asked_each_in_one_part(
    model: HeadModel, coarse: tuple[Array, Array]
) -> None:
    triangles, part = coarse
    assert 0.97 * COUNT < len(triangles) <= COUNT
    part_of = np.zeros(len(model.mean_mm), int)
    part_of[model.triangles] = model.triangle_part[:, None]
    np.testing.assert_array_equal(part_of[triangles], np.repeat(part[:, None], 3, axis=1))


def test_no_crack_opens(model: HeadModel, coarse: tuple[Array, Array]) -> None:
    """Where the model is closed, seams of the texture too, so is this: borders stay on borders."""
    before, after = (model.weld[some] for some in (model.triangles, coarse[0]))
    assert np.isin(border(after), border(before)).all()
    edges = np.sort(np.concatenate([after[:, [0, 1]], after[:, [1, 2]], after[:, [2, 0]]]), axis=1)
    was = np.sort(np.concatenate([before[:, [0, 1]], before[:, [1, 2]], before[:, [2, 0]]]), axis=1)
    most = [np.unique(some, axis=0, return_counts=True)[1].max() for some in (edges, was)]
    assert most[0] <= most[1], "no edge of more triangles than there were"


def test_the_skin_stays_where_it_was(model: HeadModel, coarse: tuple[Array, Array]) -> None:
    """Along its normal a point of the face leaves its surface by a fraction of a millimetre."""
    triangles, part = coarse
    face = triangles[part == model.part_names.index("face")]
    middle = model.mean_mm[face].mean(1)
    across = normals(model, face)
    unit = across / np.linalg.norm(across, axis=1, keepdims=True)
    skin = np.unique(model.triangles[model.triangle_part == model.part_names.index("face")])
    points = model.mean_mm[skin]
    step = np.array([np.linalg.norm(points - at, axis=1).argmin() for at in middle])
    off_mm = np.abs(((points[step] - middle) * unit).sum(1))
    assert np.percentile(off_mm, 95) < 1.0
    assert np.median(off_mm) < 0.2
