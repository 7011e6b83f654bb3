"""Maps drawn by hand come back where they were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")

from photographs.drawn_parts import Drawn, labels_in, load_drawn, save_drawn
from photographs.self_labels import is_marked
from photographs.shards import PARTS, UNKNOWN

from faceborn.geometry.crop import Crop

HAIR = PARTS.index("hair")


def square() -> Drawn:
    """60 cells over 120 px of a photo, around (100, 80); hair in the upper right eighth."""
    labels = np.full((60, 60), PARTS.index("skin"), np.uint8)
    labels[:15, 30:] = HAIR
    return Drawn(stem="somebody", labels=labels, middle_px=np.array([100.0, 80.0]), side_px=120.0)


def test_labels_lie_where_they_were_drawn() -> None:
    crop = Crop(center_px=np.array([130.0, 35.0]), side_px=60.0, turn_rad=0.0)  # x 100-160, y 5-65
    labels = labels_in(square(), crop, 120)
    assert (labels[:30] == UNKNOWN).all()  # above y 20 nobody drew
    assert (labels[31:89] == HAIR).all()  # y 20 to 50
    assert (labels[91:] == PARTS.index("skin")).all()


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "drawn.npz"
    save_drawn(path, [square()])
    one = load_drawn(path)["somebody"]
    assert np.array_equal(one.labels, square().labels)
    assert one.side_px == 120.0


def test_nobody_is_drawn_whose_masks_are_measured_with() -> None:
    drawn = load_drawn()
    assert len(drawn) > 50
    assert not any(is_marked(stem) for stem in drawn)
    assert all(np.isin(one.labels, [*range(len(PARTS)), UNKNOWN]).all() for one in drawn.values())
