"""Where on the head things may be: the masks of the head model, per texel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceborn.model.parts import MASK_RAMP_MM
from faceborn.texture.atlas import covered, to_texels
from faceborn.texture.colour import blur, smoothstep
from faceborn.texture.ears import inside_ears
from faceborn.types import Array, HeadModel, Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regions(Record):
    """All (S, S) float32 0..1 unless said otherwise."""

    covered: Array  # bool
    hair_mm: Array  # signed distance to a typical hairline, positive in the hair
    features: Array  # brows, lids, lips, nostrils: colours that are not those of skin
    brows: Array
    lips: Array
    sockets: Array  # around the eyes: shade and lashes, but the colour of skin
    beard: Array
    ears: Array
    in_ear_mm: Array  # signed distance to the rounded outline of the ear, positive inside
    neck: Array
    bare: Array  # cheeks, nose, forehead: most likely bare skin
    oily: Array  # forehead and nose
    chin: Array  # where a beard shows if there is one
    above_neck: Array  # the neck of a photo is collar, chain and shadow: not used


@lru_cache(maxsize=6)
def regions_of(model: HeadModel, part: str, size_px: int) -> Regions:
    """The regions of `part` ("face" or "scalp")."""
    names = (
        "scalp",
        "brows",
        "lips",
        "lids",
        "eye_sockets",
        "nostrils",
        "beard",
        "ears",
        "neck",
        "face",
    )
    stacked = np.stack([model.masks[name] for name in names], 1)
    texels = to_texels(model, part, size_px, stacked, beyond=True)
    value = {name: texels[..., i] for i, name in enumerate(names)}
    place = to_texels(model, part, size_px, model.mean_mm)
    x, y, z = np.abs(place[..., 0]), place[..., 1], place[..., 2]
    front = (z > 55) & covered(model, part, size_px)
    features = np.maximum.reduce(
        [
            smoothstep(0.3, 0.6, value["brows"]),
            smoothstep(0.3, 0.6, value["lids"]),
            smoothstep(0.3, 0.6, value["lips"]),
            smoothstep(0.3, 0.6, value["nostrils"]),
        ]
    )
    cheeks = (np.hypot(x - 36, y - 6) < 16) | (np.hypot(x - 30, y + 10) < 9)
    bare = (cheeks | (np.hypot(x, y - 15) < 9) | (np.hypot(x, y - 68) < 13)) & front
    chin = (np.hypot(x, y + 62) < 15) & front
    oily = smoothstep(26.0, 10.0, np.hypot(x, y - 68)) + smoothstep(18.0, 8.0, np.hypot(x, y - 6))
    return Regions(
        covered=covered(model, part, size_px),
        hair_mm=(value["scalp"] - 0.5) * MASK_RAMP_MM["scalp"],
        features=blur(features, max(1.0, size_px / 300)),
        brows=value["brows"],
        lips=value["lips"],
        sockets=smoothstep(0.5, 0.7, value["eye_sockets"]),
        beard=value["beard"],
        ears=value["ears"],
        in_ear_mm=to_texels(model, part, size_px, inside_ears(model)[:, None], beyond=True)[..., 0],
        neck=value["neck"],
        bare=bare.astype(np.float32),
        oily=np.clip(oily, 0, 1) * front,
        chin=chin.astype(np.float32),
        above_neck=smoothstep(0.62, 0.42, value["neck"]) * smoothstep(-95.0, -86.0, y),
    )
