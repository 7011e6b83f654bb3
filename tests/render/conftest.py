"""A head in flat colours: tests of the renderer need no photo."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.model import load_head_model, make_shape
from faceborn.model.images import load_part_images
from faceborn.types import Array, HeadModel, Shape, Source, Texture


@pytest.fixture(scope="session")
def model() -> HeadModel:
    return load_head_model()


@pytest.fixture(scope="session")
def shape(model: HeadModel) -> Shape:
    """The mean head."""
    return make_shape(model, np.zeros(len(model.identity_mm)))


def eye_picture() -> Array:
    rows, columns = (np.mgrid[:128, :128] + 0.5) / 128 - 0.5
    radius = np.hypot(rows, columns)
    picture = np.full((128, 128, 3), (196, 188, 182), np.uint8)
    picture[radius < 0.114] = (70, 48, 34)
    picture[radius < 0.04] = (6, 6, 6)
    return picture


@pytest.fixture(scope="session")
def texture() -> Texture:
    """Skin of one colour; the source map has all three kinds, in bands."""
    source = np.full((96, 96), Source.SEEN, np.uint8)
    source[:, 32:64] = Source.MIRRORED
    source[:, 64:] = Source.INFERRED
    return Texture(
        images={
            "face": np.full((64, 64, 3), (205, 160, 140), np.uint8),
            "scalp": np.full((64, 64, 3), (70, 50, 40), np.uint8),
            "eye_left": eye_picture(),
            "eye_right": eye_picture(),
            **load_part_images(),
        },
        source={"face": source, "scalp": np.full((8, 8), Source.INFERRED, np.uint8)},
        seen_fraction=0.4,
    )
