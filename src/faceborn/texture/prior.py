"""What skin looks like before anybody is seen: mean log albedo of the face tile and its modes.

Made by training/build_albedo.py from people of the London set (statistics only); see NOTICE.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from faceborn.assets import asset_path
from faceborn.texture.colour import LUMINANCE, resize
from faceborn.types import Array, Record

MODE_SIZE_PX = 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AlbedoPrior(Record):
    """Gaussian model of the natural logarithm of linear albedo."""

    mean_log: Array  # (512, 512, 3)
    modes_log: Array  # (K, 128, 128, 3) per standard deviation

    def log_albedo(self, weights: Array, size_px: int) -> Array:
        """(K,) weights to (S, S, 3)."""
        change = np.tensordot(weights.astype(np.float32), self.modes_log, 1)
        return np.asarray(resize(self.mean_log, size_px) + resize(change, size_px))

    def in_grey(self) -> AlbedoPrior:
        """The same without colour, for black-and-white photos."""
        tone = np.exp(self.mean_log.mean((0, 1)))
        share = LUMINANCE * tone / (LUMINANCE @ tone)
        return AlbedoPrior(
            mean_log=np.repeat((self.mean_log @ share)[..., None], 3, 2),
            modes_log=np.repeat((self.modes_log @ share)[..., None], 3, 3),
        )


@cache
def load_prior() -> AlbedoPrior:
    """The prior that ships with the package."""
    with np.load(asset_path("albedo.npz")) as stored:
        scale = stored["modes_scale"].astype(np.float32)[:, None, None, None]
        return AlbedoPrior(
            mean_log=stored["mean_log"].astype(np.float32),
            modes_log=stored["modes_log"].astype(np.float32) * scale,
        )
