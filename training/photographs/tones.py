"""Which skin a head gets: every measured skin tone equally often, whoever was photographed more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, Record
from photographs.skins import Skin

BINS_DEG = (-90.0, -30.0, 0.0, 19.0, 32.0, 41.0, 50.0, 90.0)  # of ITA; the darkest two are scarce
OWN = 0.6  # how often a head keeps the tone that its skin was photographed with
FURTHEST = 3.0  # a skin is not made lighter or darker by more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dressed(Record):
    """A skin as one head wears it."""

    skin: Skin
    gain: Array  # (3,) float32, on the tile's linear colour
    tone: Array  # (3,) float32 linear, with the gain
    flip: bool  # left and right exchanged


class SkinBox:
    """Draws skins evenly over the bins of tone."""

    def __init__(self, skins: list[Skin]) -> None:
        ita = np.array([skin.ita_deg for skin in skins])
        bins = np.clip(np.digitize(ita, BINS_DEG) - 1, 0, len(BINS_DEG) - 2)
        self._skins = skins
        self._bins = [np.flatnonzero(bins == number) for number in np.unique(bins)]

    def draw(self, rng: np.random.Generator) -> Dressed:
        chosen = self._bins[int(rng.integers(len(self._bins)))]
        model = self._skins[int(rng.choice(chosen))]
        skin, gain = model, np.ones(3)
        if rng.random() > OWN:
            other = self._skins[int(rng.integers(len(self._skins)))]
            wanted = model.tone / np.maximum(other.tone, 1e-3)
            if 1 / FURTHEST < wanted.mean() < FURTHEST and wanted.max() / wanted.min() < 2.5:
                skin, gain = other, wanted
        gain = gain * np.exp(rng.normal(0, 0.1) + rng.normal(0, 0.025, 3))
        return Dressed(
            skin=skin,
            gain=gain.astype(np.float32),
            tone=np.asarray(skin.tone * gain, np.float32),
            flip=bool(rng.random() < 0.5),
        )
