"""What is behind the head: places, plain walls, gradients, clutter, textures; no faces."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.types import Array
from photographs.light import Surroundings

KINDS = ("none", "place", "gradient", "clutter", "plain", "texture")
OFTEN = (0.0, 0.36, 0.2, 0.18, 0.16, 0.1)
TEXTURES = 12


class Backgrounds:
    """Draws backgrounds of one size."""

    def __init__(self, surroundings: list[Surroundings], size_px: int) -> None:
        self._places = [one.picture for one in surroundings]
        self._size = size_px
        self._textures = [_natural_noise(number) for number in range(TEXTURES)]

    def draw(self, rng: np.random.Generator) -> tuple[Array, int]:
        """(S, S, 3) float32 linear, and its kind."""
        kind = int(rng.choice(len(KINDS), p=OFTEN))
        draw = (self._plain, self._place, self._gradient, self._clutter, self._plain, self._texture)
        picture = draw[kind](rng)
        # Most photographs hold the face in focus and the background not.
        if rng.random() < 0.55:
            small = cv2.resize(picture, (self._size // 2,) * 2, interpolation=cv2.INTER_AREA)
            small = cv2.GaussianBlur(small, (0, 0), rng.uniform(0.5, 8.0))
            picture = cv2.resize(small, (self._size,) * 2, interpolation=cv2.INTER_LINEAR)
        table = (np.arange(256) / 255.0) ** 2.2 * rng.uniform(0.35, 1.25)
        return np.asarray(cv2.LUT(picture, table.astype(np.float32))), kind

    def _place(self, rng: np.random.Generator) -> Array:
        place = self._places[int(rng.integers(len(self._places)))]
        height, width = place.shape[:2]
        side = int(np.exp(rng.uniform(np.log(40), np.log(200))))
        x = int(rng.integers(0, width - side))
        y = int(rng.integers(0, height - side))
        patch = place[y : y + side, x : x + side]
        return self._sized(patch[:, ::-1] if rng.random() < 0.5 else patch)

    def _gradient(self, rng: np.random.Generator) -> Array:
        corner = rng.uniform(0, 255, 3) + rng.normal(0, 40, (2, 2, 3))
        if rng.random() < 0.85:
            corner = corner.mean(2, keepdims=True) + (corner - corner.mean(2, keepdims=True)) * 0.3
        return self._sized(np.clip(corner, 0, 255).astype(np.uint8), cv2.INTER_LINEAR)

    def _clutter(self, rng: np.random.Generator) -> Array:
        canvas = np.empty((96, 96, 3), np.uint8)
        canvas[:] = rng.uniform(20, 235, 3).astype(np.uint8)
        for _ in range(int(rng.integers(4, 22))):
            colour = rng.uniform(0, 255, 3)
            colour = (colour.mean() + (colour - colour.mean()) * rng.uniform(0, 0.8)).tolist()
            a, b = (tuple(int(v) for v in rng.integers(-10, 106, 2)) for _ in range(2))
            shape = rng.integers(4)
            if shape == 0:
                cv2.rectangle(canvas, a, b, colour, -1)
            elif shape == 1:
                cv2.line(canvas, a, b, colour, int(rng.integers(1, 9)))
            elif shape == 2:
                axes = tuple(int(v) for v in rng.integers(2, 30, 2))
                cv2.ellipse(canvas, a, axes, rng.uniform(0, 180), 0, 360, colour, -1)
            else:
                corners = rng.integers(-10, 106, (4, 2)).astype(np.int32)
                cv2.fillPoly(canvas, [corners.reshape(-1, 1, 2)], colour)
        return self._sized(canvas)

    def _plain(self, rng: np.random.Generator) -> Array:
        colour = (
            rng.uniform(60, 250, 3) if rng.random() < 0.15 else np.full(3, rng.uniform(20, 255))
        )
        colour = np.clip(colour + rng.normal(0, 6, 3), 0, 255)
        fall = 1 - rng.uniform(0, 0.35) * np.linspace(0, 1, 8)[:, None, None] * np.ones((8, 8, 1))
        return self._sized(np.clip(colour * fall, 0, 255).astype(np.uint8), cv2.INTER_LINEAR)

    def _texture(self, rng: np.random.Generator) -> Array:
        texture = self._textures[int(rng.integers(TEXTURES))]
        side = int(rng.uniform(24, 128))
        x, y = rng.integers(0, len(texture) - side, 2)
        level = texture[y : y + side, x : x + side, None]
        tint = rng.normal(0, 18, 3)
        colour = rng.uniform(30, 220) + tint + rng.normal(0, 12, 3) * level
        return self._sized(np.clip(colour + 28 * level, 0, 255).astype(np.uint8))

    def _sized(self, picture: Array, how: int = cv2.INTER_LINEAR) -> Array:
        return np.asarray(
            cv2.resize(np.ascontiguousarray(picture), (self._size,) * 2, interpolation=how)
        )


def _natural_noise(seed: int) -> Array:
    """(128, 128) around 0: as photographs do, it has less of finer detail."""
    rng = np.random.default_rng(seed)
    total = np.zeros((128, 128), np.float32)
    for octave in range(5):
        size = 4 << octave
        noise = rng.normal(size=(size, size)).astype(np.float32)
        total += cv2.resize(noise, (128, 128), interpolation=cv2.INTER_CUBIC) * 0.6**octave
    return np.asarray(total / total.std())
