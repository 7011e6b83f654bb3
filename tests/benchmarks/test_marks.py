"""The points that we marked on turned faces: where a face has them, and the same side twice."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from faceborn.model import load_head_model

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from datasets import PROFILES, YAW_DEG
from marked_points import Marks, box_side_px, near_corners, point_name, read_marks, repeatability

PHOTO_PX = 1350
MARKS = read_marks("points")


def test_every_view_is_marked_as_often() -> None:
    views = [name[4:] for name in MARKS]
    assert {view: views.count(view) for view in set(views)} == dict.fromkeys(
        ("01", "02", "04", "05"), 15
    )


@pytest.mark.parametrize("name", MARKS)
def test_marks_lie_as_a_face_turned_that_way_has_them(name: str) -> None:
    points, view = MARKS[name], name[4:]
    places = np.array(list(points.values()))
    assert places.min() > 0
    assert places.max() < PHOTO_PX

    down = [points[number][1] for number in (near_corners(view)[0], 30, 33, 51, 57, 8)]
    assert down == sorted(down)
    # The near side lies behind the nose, the far one does not reach beyond its tip.
    forward = {number: place[0] * np.sign(YAW_DEG[view]) for number, place in points.items()}
    assert all(forward[number] < forward[51] for number in near_corners(view))
    assert max(forward.values()) == pytest.approx(forward[30], abs=0.06 * side_px(name))
    if view in PROFILES:
        assert set(points) == {8, 30, 33, 51, 57, *near_corners(view)}


@pytest.mark.parametrize("name", MARKS)
def test_both_sides_of_a_person_are_about_as_large(name: str) -> None:
    others = [side_px(other) for other in MARKS if other[:3] == name[:3]]
    assert side_px(name) == pytest.approx(np.mean(others), rel=0.12)


def test_marking_twice_gives_the_same_points() -> None:
    again = read_marks("again")
    assert repeatability(MARKS, MARKS, load_head_model())["mean"] == 0
    assert 0 < repeatability(MARKS, again, load_head_model())["mean"] < 1


def test_near_and_far_change_with_the_side() -> None:
    assert point_name(45, "02") == point_name(36, "04") == "near outer eye"
    assert point_name(48, "02") == point_name(54, "04") == "far mouth corner"


def test_the_unit_follows_the_marks() -> None:
    points: Marks = MARKS["001_02"]
    doubled = {number: place * 2 for number, place in points.items()}
    model = load_head_model()
    assert box_side_px(doubled, "02", model) == pytest.approx(2 * box_side_px(points, "02", model))


def side_px(name: str) -> float:
    return box_side_px(MARKS[name], name[4:], load_head_model())
