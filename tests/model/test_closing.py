"""Two edges of skin are brought together, and only as far as they gape."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.model import load_head_model, make_shape
from faceborn.model.closing import close_slit, mirrored
from faceborn.types import Array, Closing

X_MM = np.linspace(-10, 10, 41)


def edges(gap_mm: Array) -> tuple[Array, Closing]:
    """Two rows of skin, `gap_mm` apart at each x; the upper takes 4/5 of the way."""
    upper = np.stack([X_MM, gap_mm / 2, np.zeros(41)], 1)
    lower = np.stack([X_MM, -gap_mm / 2, np.zeros(41)], 1)
    index = np.arange(82)
    closing = Closing(
        upper=index[:41],
        lower=index[41:],
        moved=index,
        weight=np.where(index < 41, -0.8, 0.2),
    )
    return np.concatenate([upper, lower]), closing


@pytest.mark.parametrize("gap_mm", [0.5, 3.0, 10.0])
def test_a_slit_closes_and_overlaps(gap_mm: float) -> None:
    posed, closing = edges(np.full(41, gap_mm))
    step = close_slit(posed, closing, 0.4)
    left = (posed + step)[:41, 1] - (posed + step)[41:, 1]
    np.testing.assert_allclose(left[5:-5], -0.4, atol=0.02)
    np.testing.assert_allclose(step[5:36, 1] / step[46:77, 1], -4.0)
    assert (step[:, [0, 2]] == 0).all()


def test_edges_that_overlap_enough_stay() -> None:
    posed, closing = edges(np.full(41, -0.5))
    assert (close_slit(posed, closing, 0.4) == 0).all()


def test_only_where_it_gapes() -> None:
    posed, closing = edges(np.where(X_MM > 4, 2.0, -1.0))
    step = close_slit(posed, closing, 0.2)
    assert (step[:41, 1][X_MM < -1] == 0).all()
    assert step[36, 1] < -1.2


def test_skin_that_goes_along_but_is_no_edge_moves_as_well() -> None:
    posed, closing = edges(np.full(41, 2.0))
    posed = np.concatenate([posed, [[0.0, 6.0, 3.0]]])
    closing = closing.replace(
        moved=np.append(closing.moved, 82), weight=np.append(closing.weight, -0.4)
    )
    step = close_slit(posed, closing, 0.0)
    np.testing.assert_allclose(step[82, 1], step[20, 1] / 2, rtol=1e-6)


def test_lips_of_any_person_are_closed() -> None:
    model = load_head_model()
    lips = model.closings["lips"]
    for seed in range(5):
        identity = np.random.default_rng(seed).normal(0, 1, len(model.identity_mm))
        shape = make_shape(model, identity)
        assert np.abs(close_slit(shape.vertices_mm, lips, 0.0)).max() < 0.1


def test_lips_are_symmetric() -> None:
    model = load_head_model()
    lips = model.closings["lips"]
    other = mirrored(lips, model.mirror)
    for name in ("upper", "lower", "moved"):
        assert set(model.weld[getattr(other, name)]) == set(model.weld[getattr(lips, name)])
