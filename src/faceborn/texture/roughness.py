"""How rough each texel is: hair is matt, lips are moist, skin lies between.

With one number for a whole tile black hair shines like a helmet, and the highlight is cut off where
the tile ends.
"""

from __future__ import annotations

import numpy as np

from faceborn.texture.colour import resize, smoothstep
from faceborn.texture.regions import Regions
from faceborn.types import Array

SIZE_PX = 256  # 5 kB as JPEG; borders of hair are soft
# As in glTF. Skin on the cheeks is what the studio's exposure was set with.
SKIN, OILY, LIPS, BROWS, HAIR = 0.55, 0.50, 0.40, 0.80, 0.86


def roughness_map(regions: Regions, hair: Array) -> Array:
    """(256, 256) uint8, 255 is roughness 1.

    hair  (S, S) 0..1 of head and beard
    """
    value = SKIN + (OILY - SKIN) * regions.oily
    for rough, where in (
        (LIPS, smoothstep(0.35, 0.65, regions.lips)),
        (BROWS, smoothstep(0.3, 0.7, regions.brows)),
        (HAIR, np.clip(hair, 0, 1)),
    ):
        value = value + (rough - value) * where
    return np.asarray(
        np.clip(resize(value.astype(np.float32), SIZE_PX), 0, 1) * 255 + 0.5, np.uint8
    )
