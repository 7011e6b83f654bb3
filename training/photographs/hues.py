"""Colours of hair, cloth and things; all linear."""

from __future__ import annotations

import colorsys

import numpy as np

from faceborn.types import Array

# Hair: name, how often, linear colour. Real hair runs along these.
HAIR = (
    ("black", 0.26, (0.008, 0.006, 0.005)),
    ("dark brown", 0.22, (0.022, 0.013, 0.008)),
    ("brown", 0.16, (0.060, 0.034, 0.019)),
    ("light brown", 0.10, (0.13, 0.078, 0.042)),
    ("blond", 0.09, (0.34, 0.23, 0.125)),
    ("red", 0.04, (0.19, 0.062, 0.022)),
    ("grey", 0.08, (0.22, 0.21, 0.20)),
    ("white", 0.03, (0.55, 0.53, 0.50)),
    ("dyed", 0.02, (0.1, 0.1, 0.1)),
)


def draw_hair_colour(rng: np.random.Generator) -> Array:
    """(3,)"""
    often = np.array([row[1] for row in HAIR])
    name, _, colour = HAIR[int(rng.choice(len(HAIR), p=often / often.sum()))]
    if name == "dyed":
        return draw_colour(rng) * 0.7
    wide = rng.normal(0, 0.3) + rng.normal(0, 0.06, 3)
    return np.asarray(np.array(colour) * np.exp(wide), np.float32)


def draw_colour(rng: np.random.Generator) -> Array:
    """(3,) of cloth, plastic, paint: black, white and greys often, now and then loud."""
    if rng.random() < 0.45:
        level = rng.choice(
            [rng.uniform(0.01, 0.05), rng.uniform(0.05, 0.4), rng.uniform(0.5, 0.85)]
        )
        return np.asarray(level * np.exp(rng.normal(0, 0.05, 3)), np.float32)
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.beta(2, 2), rng.uniform(0.15, 0.95))
    return np.asarray(np.array(rgb) ** 2.2, np.float32)
