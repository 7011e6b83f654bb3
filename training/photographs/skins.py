"""Real skin for the synthetic heads: face tiles baked from photos, or drawn from the albedo prior.

The cache is built once by `training/synthesize.py skins`; it holds textures of photographs and so
never enters the repository. Sources are London people of the training split, `canada` and
`fellows`; never a validation person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from faceborn.errors import FacebornError
from faceborn.light.srgb import linear_from_srgb, srgb_curve, srgb_from_linear
from faceborn.model import load_head_model
from faceborn.pipeline import Portrait
from faceborn.texture.atlas import to_texels
from faceborn.texture.colour import LUMINANCE, blur
from faceborn.texture.eyes import read_iris
from faceborn.texture.prior import load_prior
from faceborn.types import Array, Record

TILE_PX = 512
MAP_PX = 128  # of the beard and brow maps
MIN_SEEN = 0.2  # share of the face that the photo must have shown
MIN_EYES_PX = 45.0  # a smaller face gives a blurred skin
BEARDED = 0.2  # share of the beard's area that is dark enough, else it is shade and stray texels
HELD_BACK_OF = 10  # one person of this many gives skins for the test set only
LONDON_VIEWS = ("03", "08")  # fronts, neutral and smiling
# Fellows whose tile shows spectacles, a microphone, a hand or hard shadows; picked by eye.
SPOILT_FILE = Path(__file__).with_name("spoilt_skins.txt")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Skin(Record):
    """The colour of one face, without light."""

    name: str
    tile: Array  # (512, 512, 3) uint8 sRGB, the head model's face tile
    tone: Array  # (3,) linear albedo of the bare skin
    iris: Array  # (3,) linear albedo
    beard: Array  # (128, 128) uint8, 255 where the tile shows beard or stubble
    brows: Array  # (128, 128) uint8, 255 where it shows the hair of a brow
    held_back: bool  # for the test set only

    @property
    def ita_deg(self) -> float:
        return ita_of(self.tone)


def ita_of(tone: Array) -> float:
    """Individual typology angle in degrees of (3,) linear albedo: 55 very light, -30 dark."""
    pixel = np.clip(tone, 0, 1).astype(np.float32).reshape(1, 1, 3)
    srgb = srgb_curve(pixel).astype(np.float32)
    lightness, _, yellow = cv2.cvtColor(srgb, cv2.COLOR_RGB2LAB)[0, 0]
    return float(np.rad2deg(np.arctan2(lightness - 50.0, yellow)))


def sources(data: Path) -> Iterator[tuple[str, str, Path]]:
    """(name, person, photo) of every picture that may lend its skin."""
    people = json.loads((data / "london" / "people.json").read_text())
    for key, told in sorted(people.items()):
        if told["split"] == "train":
            for view in LONDON_VIEWS:
                yield f"london_{key}_{view}", f"london_{key}", data / "london" / f"{key}_{view}.jpg"
    for folder in ("fellows", "canada"):
        for photo in sorted((data / folder).glob("*.jpg")):
            yield f"{folder}_{photo.stem}", f"{folder}_{photo.stem}", photo


def is_held_back(person: str) -> bool:
    """Whether this person's skin is kept for the test set; by the name alone, so for ever."""
    return int(hashlib.sha256(person.encode()).hexdigest(), 16) % HELD_BACK_OF == 0


def build_skins(data: Path, cache: Path, *, only: str = "") -> Iterator[str]:
    """Bake every source into `cache`, one npz each; what is there is kept. Yields what it did."""
    cache.mkdir(parents=True, exist_ok=True)
    for name, person, photo in sources(data):
        target = cache / f"{name}.npz"
        if target.exists() or not name.startswith(only):
            continue
        try:
            skin, why = bake_skin(name, person, photo)
        except FacebornError as error:
            skin, why = None, str(error)
        if skin is None:
            np.savez(target, refused=why)
            yield f"{name}: refused, {why}"
            continue
        save_skin(target, skin)
        yield f"{name}: ITA {skin.ita_deg:.0f}"


def bake_skin(name: str, person: str, photo: Path) -> tuple[Skin | None, str]:
    """The skin of the largest face in `photo`, or why it is of no use."""
    portrait = Portrait(str(photo))
    fit, shape = portrait.fit(1)
    eyes_mm = shape.model.landmarks["ibug_68"].of(shape.vertices_mm)[[36, 45]]
    eyes_px = float(np.linalg.norm(np.subtract(*fit.camera.project(eyes_mm))))
    if eyes_px < MIN_EYES_PX:
        return None, f"eyes {eyes_px:.0f} px apart"
    head = portrait.head(1, texture_size=TILE_PX)
    if head.texture.seen_fraction < MIN_SEEN:
        return None, f"only {head.texture.seen_fraction:.2f} of the face seen"
    tile = np.asarray(head.texture.images["face"])
    if float(np.ptp(tile.reshape(-1, 3).astype(int), axis=1).mean()) < 8:
        return None, "grey"
    iris = read_iris(portrait.photo, portrait.faces[0].iris_px, 0.9)
    return skin_of(name, tile, iris, held_back=is_held_back(person)), ""


def skin_of(name: str, tile: Array, iris: Array, *, held_back: bool) -> Skin:
    """Measure tone, beard and brows of a face tile."""
    linear = linear_from_srgb(tile)
    bare = mask_texels(("face",), 0.75) & ~mask_texels(
        ("lips", "brows", "lids", "eye_sockets", "beard", "nostrils", "scalp"), 0.05
    )
    tone = np.median(linear[bare], 0)
    level = np.log(np.maximum(linear @ LUMINANCE, 1e-3)) - np.log(
        max(float(tone @ LUMINANCE), 1e-3)
    )
    lips = mask_texels(("lips", "nostrils"), 0.2)
    # A beard is darker over an area; a brow than the skin around it, whatever the light left.
    broad = blur(level.astype(np.float32), 5.0)
    beard = np.clip((-broad - 0.35) / 0.35, 0, 1) * mask_texels(("beard",), 0.35) * ~lips
    around = blur(level.astype(np.float32), 16.0)
    brows = np.clip((around - level - 0.12) / 0.2, 0, 1) * mask_texels(("brows",), 0.25)
    return Skin(
        name=name,
        tile=tile,
        tone=tone.astype(np.float32),
        iris=np.asarray(iris, np.float32),
        beard=to_map(beard),
        brows=to_map(brows),
        held_back=held_back,
    )


def to_map(share: Array) -> Array:
    small = cv2.resize(share.astype(np.float32), (MAP_PX, MAP_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(small * 255, 0, 255), np.uint8)


def only_beards(beard: Array) -> Array:
    """The map (M, M), or nothing if what it shows is too little for a beard."""
    texels = to_map(mask_texels(("beard",), 0.5)) > 127
    return np.asarray(beard * bool((beard[texels] > 127).mean() > BEARDED))


@cache
def mask_texels(names: tuple[str, ...], level: float) -> Array:
    """(512, 512) bool: texels of the face tile where any of these masks is above `level`."""
    model = load_head_model()
    values = np.stack([model.masks[name] for name in names], 1)
    return np.asarray((to_texels(model, "face", TILE_PX, values) > level).any(2))


def save_skin(target: Path, skin: Skin) -> None:
    np.savez(
        target,
        tile=skin.tile,
        tone=skin.tone,
        iris=skin.iris,
        beard=skin.beard,
        brows=skin.brows,
        held_back=skin.held_back,
    )


def load_skins(cache: Path | None, *, held_back: bool = False) -> list[Skin]:
    """The cached skins (or only those held back); without a cache draws from the albedo prior."""
    spoilt = set(SPOILT_FILE.read_text().split()) if SPOILT_FILE.exists() else set()
    skins = []
    for path in sorted(cache.glob("*.npz")) if cache else []:
        if path.stem in spoilt:
            continue
        with np.load(path) as stored:
            if "refused" in stored or bool(stored["held_back"]) != held_back:
                continue
            skins.append(
                Skin(
                    name=path.stem,
                    tile=stored["tile"],
                    tone=stored["tone"],
                    iris=stored["iris"],
                    beard=only_beards(stored["beard"]),
                    brows=stored["brows"],
                    held_back=held_back,
                )
            )
    return skins or draw_skins(16)


def draw_skins(count: int, *, seed: int = 0) -> list[Skin]:
    """Skins out of the albedo prior; what there is without photographs."""
    prior, rng = load_prior(), np.random.default_rng(seed)
    skins = []
    for number in range(count):
        weights = rng.normal(size=len(prior.modes_log)) * 0.9
        tile = srgb_from_linear(np.exp(prior.log_albedo(weights, TILE_PX)))
        iris = np.array([0.075, 0.042, 0.024]) * np.exp(rng.normal(0, 0.5))
        skins.append(skin_of(f"prior_{number:02d}", tile, iris, held_back=False))
    return skins
