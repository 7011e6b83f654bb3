"""Strokes come where they are drawn, and a wrong one is refused in a line."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("numba")

from mark_parts import collected, labels_of, lay, snapped, strokes_in
from photographs.drawn_parts import CANVAS_PX
from photographs.shards import PARTS, UNKNOWN

SKIN, HAIR, SPECTACLES = (PARTS.index(name) for name in ("skin", "hair", "spectacles"))
SQUARE = [[20, 20], [60, 20], [60, 60], [20, 60]]


def test_areas_and_lines_are_laid_in_order() -> None:
    labels = np.full((100, 100), SKIN, np.uint8)
    lay(labels, {"part": "hair", "area": SQUARE})
    lay(labels, {"part": "spectacles", "line": [[0, 40], [100, 40]], "width": 6, "only": ["hair"]})
    assert labels[30, 40] == HAIR
    assert labels[40, 40] == SPECTACLES
    assert labels[40, 80] == SKIN  # the line was for hair alone
    assert 5 <= (labels[:, 40] == SPECTACLES).sum() <= 8


@pytest.mark.parametrize(
    "stroke",
    [
        {"part": "nose", "area": SQUARE},
        {"part": "hair"},
        {"area": SQUARE},
        {"part": "hair", "area": SQUARE, "line": SQUARE},
        {"part": "hair", "area": SQUARE, "colour": 3},
    ],
)
def test_a_stroke_that_says_something_else_is_refused(stroke: dict[str, object]) -> None:
    with pytest.raises(SystemExit, match=r"part"):
        lay(np.zeros((100, 100), np.uint8), stroke)


def test_borders_move_to_the_edge_of_the_picture() -> None:
    """Drawn three pixels beside it; unknown ground stays."""
    picture = np.full((100, 100, 3), 200, np.uint8)
    picture[:, 50:] = 40
    labels = np.full((100, 100), SKIN, np.uint8)
    labels[:, 53:] = HAIR
    labels[:10] = UNKNOWN
    moved = snapped(labels, picture)
    assert (moved[15:, :48] == SKIN).all()
    assert (moved[15:, 52:] == HAIR).all()
    assert (moved[:8] == UNKNOWN).all()


def test_thin_parts_keep_their_width() -> None:
    """A frame of 6 px over a picture without edges neither grows nor goes."""
    labels = np.full((100, 100), SKIN, np.uint8)
    labels[47:53] = SPECTACLES
    moved = snapped(labels, np.full((100, 100, 3), 120, np.uint8))
    assert np.array_equal(moved, labels)


def test_what_was_drawn_is_collected(tmp_path: Path) -> None:
    """Canvas and strokes of one portrait; files of a canvas are no strokes."""
    cv2.imwrite(str(tmp_path / "somebody.png"), np.full((CANVAS_PX,) * 2, SKIN, np.uint8))
    cv2.imwrite(str(tmp_path / "somebody_photo.png"), np.full((CANVAS_PX, CANVAS_PX, 3), 90))
    told = {"middle_px": [300.0, 200.0], "side_px": 450.0}
    (tmp_path / "somebody_canvas.json").write_text(json.dumps(told))
    half = [[0, 0], [CANVAS_PX, 0], [CANVAS_PX, CANVAS_PX / 2], [0, CANVAS_PX / 2]]
    (tmp_path / "somebody.json").write_text(json.dumps([{"part": "hair", "area": half}]))
    assert [path.stem for path in strokes_in(tmp_path)] == ["somebody"]
    assert (labels_of(tmp_path, "somebody")[: CANVAS_PX // 2 - 1] == HAIR).all()
    drawn = collected(tmp_path, "somebody")
    assert drawn.side_px == 450.0
    middle = len(drawn.labels) // 2
    assert (drawn.labels[: middle - 2] == HAIR).all()
    assert (drawn.labels[middle + 2 :] == SKIN).all()
