"""Masks drawn by hand: what the file holds, and how they become cells of the network's square."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from faceborn.geometry.crop import Crop

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from marked_parts import CLASSES, MASKS, UNSURE, Masks, confusion, draw, inside, iou, middles_px

RING = [10.0, 10.0, 90.0, 15.0, 80.0, 95.0, 20.0, 80.0]
HOLE = [40.0, 40.0, 60.0, 40.0, 60.0, 60.0, 40.0, 60.0]
TURNED = Crop(center_px=np.array([50.0, 45.0]), side_px=110.0, turn_rad=0.3)


def test_a_cell_is_what_its_middle_lies_on() -> None:
    """Slow twin: every middle asked on its own whether it lies in the polygon."""
    drawn = draw({"hair": [[RING, HOLE]]}, TURNED, 48)
    outer, hole = (np.reshape(ring, (-1, 1, 2)).astype(np.float32) for ring in (RING, HOLE))
    for row in range(0, 48, 3):
        for column in range(0, 48, 3):
            place = tuple(float(v) for v in middles_px(TURNED, 48)[row, column])
            depth = min(
                cv2.pointPolygonTest(outer, place, True), -cv2.pointPolygonTest(hole, place, True)
            )
            if abs(depth) > 0.5:  # not on the border
                assert (drawn[row, column] == CLASSES.index("hair")) == (depth > 0)


def test_what_is_unsure_does_not_count() -> None:
    drawn = draw({"skin": [[RING]], "unsure": [[HOLE]]}, TURNED, 48)
    answer = draw({"skin": [[RING, HOLE]]}, TURNED, 48)
    assert (drawn == UNSURE).any()
    assert iou(confusion([(drawn, answer)]))["skin"] == 1.0


def test_nothing_is_known_outside_of_photo_and_area() -> None:
    at = middles_px(TURNED, 48)
    known = inside(TURNED, 48, [20.0, -50.0, 200.0, 200.0], (60, 100, 3))
    assert known.any()
    assert at[known].min(0) == pytest.approx([20, 0], abs=3)
    assert at[known].max(0) == pytest.approx([100, 60], abs=6)


def test_masks_of_a_photo_do_not_overlap() -> None:
    """40 photos; each class alone, drawn: together they cover hardly anything twice."""
    told = json.loads(MASKS.read_text())
    assert len(told["masks"]) == len(told["area_px"]) == 40
    for stem, masks in [*told["masks"].items(), *told["drawn_again"].items()]:
        x0, y0, x1, y1 = told["area_px"][stem]
        area = Crop(
            center_px=np.array([(x0 + x1) / 2, (y0 + y1) / 2]), side_px=x1 - x0, turn_rad=0.0
        )
        times = np.zeros((96, 96))
        for name, polygons in masks.items():
            assert name in (*CLASSES, "unsure")
            alone: Masks = {name: polygons}
            times += draw(alone, area, 96) > 0
        assert {"skin", "brow", "eye", "lip"} <= masks.keys()
        assert (times > 1).mean() < 0.015, stem
        assert 0.3 < (times > 0).mean() < 0.95
