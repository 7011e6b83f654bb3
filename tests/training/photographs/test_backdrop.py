"""Parts that can be told for sure before a plain backdrop."""

from __future__ import annotations

import cv2
import numpy as np
from photographs.backdrop import BACKGROUND, HAIR, SKIN, known_parts
from photographs.shards import MAP_PX, SIZE_PX, UNKNOWN

from faceborn.types import Array

GREY, BROWN, TAN = (205, 205, 208), (60, 40, 25), (205, 160, 135)
MIDDLE = (MAP_PX // 2, 70)
CHIN = 100.0


def drawn(backdrop: Array) -> tuple[Array, Array]:
    """A face under long hair, and the model's head, bald: (S, S, 3) and (MAP_PX, MAP_PX) bool."""
    small = backdrop.copy()
    cv2.ellipse(small, MIDDLE, (44, 52), 0, 0, 360, BROWN, -1)
    cv2.ellipse(small, MIDDLE, (26, 34), 0, 0, 360, TAN, -1)
    head = np.zeros((MAP_PX, MAP_PX), np.uint8)
    cv2.ellipse(head, MIDDLE, (28, 42), 0, 0, 360, 1, -1)
    return cv2.resize(small, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_NEAREST), head > 0


def parts_of(backdrop: Array) -> Array:
    picture, head = drawn(backdrop)
    hair_mm = np.where(head, 45.0 - np.arange(MAP_PX)[:, None] * 1.0, np.nan)
    cheeks = head & (np.abs(np.arange(MAP_PX)[:, None] - 80) < 6)
    return known_parts(picture, head, hair_mm, cheeks, CHIN)


def test_backdrop_hair_and_skin_are_told_and_borders_are_not() -> None:
    parts = parts_of(np.full((MAP_PX, MAP_PX, 3), GREY, np.uint8))
    assert parts[5, 5] == parts[60, 120] == BACKGROUND
    assert parts[75, MIDDLE[0]] == SKIN
    assert parts[70, MIDDLE[0] - 38] == parts[70, MIDDLE[0] + 38] == HAIR
    assert parts[31, MIDDLE[0]] == HAIR  # on the model's skull, brown
    assert (parts[int(CHIN) + 1 :] == UNKNOWN).all()
    edge = parts[70, MIDDLE[0] - 30 : MIDDLE[0] - 26]  # where the model's head ends
    assert (edge == UNKNOWN).any()


def test_before_a_cluttered_ground_nothing_is_told() -> None:
    rng = np.random.default_rng(0)
    clutter = rng.integers(0, 255, (16, 16, 3)).astype(np.uint8)
    ground = cv2.resize(clutter, (MAP_PX, MAP_PX), interpolation=cv2.INTER_CUBIC)
    assert (parts_of(ground) == UNKNOWN).all()
