"""Light: environment maps as nine harmonics of irradiance, and a key light that casts a shadow.

Directions are in the viewer's frame: x right in the picture, y up, z towards the viewer. The basis
is that of Ramamoorthi & Hanrahan 2001, already multiplied by the cosine lobe's factors, so that
irradiance / pi is a plain sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numba
import numpy as np

from faceborn.types import Array, Record

MAP_SIZE_PX = (128, 64)
LOBE = np.array([np.pi] + [2 * np.pi / 3] * 3 + [np.pi / 4] * 5) / np.pi
FORMULA_MAPS = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Light(Record):
    """What falls on a head."""

    harmonics: Array  # (9, 3) float32
    key_direction: Array  # (3,) unit, towards the light
    key_colour: Array  # (3,) 0 where there is none
    shadow: bool  # whether the key light casts one
    softness_px: float  # of the shadow's edge, in pixels of its map


def basis(directions: Array) -> Array:
    """(..., 3) unit vectors to (..., 9)."""
    x, y, z = np.moveaxis(directions, -1, 0)
    return np.stack(
        [
            np.full_like(x, 0.282095),
            0.488603 * y,
            0.488603 * z,
            0.488603 * x,
            1.092548 * x * y,
            1.092548 * y * z,
            0.315392 * (3 * z * z - 1),
            1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ],
        -1,
    )


@numba.njit(cache=True, fastmath=True, inline="always")
def irradiance(sh, x, y, z, channel):  # type: ignore[no-untyped-def]
    """Irradiance / pi of one channel at a normal; `basis` written out."""
    return (
        np.float32(0.282095) * sh[0, channel]
        + np.float32(0.488603) * (y * sh[1, channel] + z * sh[2, channel] + x * sh[3, channel])
        + np.float32(1.092548) * (x * y * sh[4, channel] + y * z * sh[5, channel])
        + np.float32(0.315392) * (np.float32(3) * z * z - np.float32(1)) * sh[6, channel]
        + np.float32(1.092548) * x * z * sh[7, channel]
        + np.float32(0.546274) * (x * x - y * y) * sh[8, channel]
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surroundings(Record):
    """One environment map."""

    radiance: Array  # (64, 128, 3) linear, its mean 1
    picture: Array  # (256, 512, 3) uint8 sRGB, for backgrounds


def load_surroundings(data: Path | None) -> list[Surroundings]:
    """The maps of `data`/hdri; without data a few out of formulas."""
    found = sorted((data / "hdri").glob("*.hdr")) if data else []
    if not found:
        return [_formula(number) for number in range(FORMULA_MAPS)]
    maps = []
    for path in found:
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert image is not None
        image = image[:, :, ::-1].astype(np.float32)
        maps.append(_surroundings(image))
    return maps


def _surroundings(image: Array) -> Surroundings:
    # The sun itself would drown everything; it is the key light's part.
    calm = np.minimum(image, np.quantile(image, 0.999) * 4)
    small = cv2.resize(calm, MAP_SIZE_PX, interpolation=cv2.INTER_AREA)
    level = np.quantile(image.mean(2), 0.8)
    picture = np.clip(image / level * 0.6, 0, 1) ** (1 / 2.2) * 255
    return Surroundings(radiance=small / small.mean(), picture=picture.astype(np.uint8))


def _formula(seed: int) -> Surroundings:
    """Sky over ground, a few soft lamps."""
    rng = np.random.default_rng(seed)
    height = np.linspace(1, -1, 256)[:, None, None] * np.ones((1, 512, 1))
    sky, ground = rng.uniform(0.3, 1.2, 3), rng.uniform(0.1, 0.5, 3)
    image = np.where(height > 0, sky, ground) * np.ones((256, 512, 3))
    for _ in range(4):
        cv2.circle(
            image,
            (int(rng.integers(512)), int(rng.integers(40, 128))),
            int(rng.integers(6, 40)),
            tuple(rng.uniform(2, 12, 3).tolist()),
            -1,
        )
    return _surroundings(cv2.GaussianBlur(image.astype(np.float32), (0, 0), 4))


def project(radiance: Array) -> Array:
    """(H, W, 3) map to (9, 3) harmonics of irradiance / pi; the map's middle lies at +z."""
    height, width = radiance.shape[:2]
    polar = (np.arange(height) + 0.5) / height * np.pi
    around = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    sine = np.sin(polar)[:, None]
    directions = np.stack(
        [
            sine * np.sin(around),
            np.cos(polar)[:, None] * np.ones(width),
            sine * np.cos(around),
        ],
        -1,
    )
    area = sine * (np.pi / height) * (2 * np.pi / width)
    coefficients = np.einsum("hwk,hwc,hw->kc", basis(directions), radiance, area)
    return np.asarray(coefficients * LOBE[:, None], np.float32)


class Lights:
    """Draws lights; the maps are projected once per turn."""

    TURNS = 16

    def __init__(self, surroundings: list[Surroundings]) -> None:
        self._harmonics = [
            [
                project(np.roll(one.radiance, turn * MAP_SIZE_PX[0] // self.TURNS, 1))
                for turn in range(self.TURNS)
            ]
            for one in surroundings
        ]

    def draw(self, rng: np.random.Generator) -> Light:
        turns = self._harmonics[int(rng.integers(len(self._harmonics)))]
        harmonics = turns[int(rng.integers(self.TURNS))].copy()
        harmonics /= max(float(harmonics[0].mean()) * 0.282, 1e-4)
        # A camera's white balance takes most of the colour out, walls most of the direction.
        grey = harmonics.mean(1, keepdims=True)
        harmonics = grey + (harmonics - grey) * rng.uniform(0.05, 0.45)
        harmonics[1:] *= rng.uniform(0.4, 1.1)
        strength = 0.0
        case = rng.random()
        if case > 0.3:
            strength = rng.uniform(0.2, 0.9) if case < 0.75 else rng.uniform(0.9, 2.5)
        direction = rng.normal(size=3) * [1.0, 0.6, 0.5] + [0.0, 0.7, 0.8]
        direction /= np.linalg.norm(direction)
        colour = strength * np.exp(rng.normal(0, 0.1, 3) * [1.0, 0.25, 1.0])
        return Light(
            harmonics=(harmonics * rng.uniform(0.45, 1.0)).astype(np.float32),
            key_direction=direction.astype(np.float32),
            key_colour=colour.astype(np.float32),
            shadow=bool(strength > 0.3 and rng.random() < 0.8),
            softness_px=float(rng.uniform(0.8, 2.5)),
        )
