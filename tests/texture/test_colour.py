"""Blurs of the working size."""

from __future__ import annotations

import numpy as np
import pytest

from faceborn.texture.colour import blur, exact_blur


@pytest.mark.parametrize("sigma_px", [4.65, 6.5, 12.2, 19.7, 42.7])
def test_wide_blur_is_a_gaussian(sigma_px: float) -> None:
    """The quick blur agrees with the exact one: at edges of masks, and of noise off the border.

    At the border both continue the picture by what stands there, which in noise is chance.
    """
    random = np.random.default_rng(3)
    noise = random.standard_normal((512, 512)).astype(np.float32)
    mask = (np.indices((512, 512))[1] > 200).astype(np.float32)
    picture = np.stack([noise, mask], 2)
    error = np.abs(blur(picture, sigma_px) - exact_blur(picture, sigma_px))
    assert error[..., 1].max() < 0.003
    inside = error[64:-64, 64:-64, 0]
    assert np.sqrt((inside**2).mean()) < 0.004
