"""Build src/faceborn/assets/albedo.npz: the mean and the modes of skin on the face tile.

    python training/build_albedo.py --data ../shared/data [--look OUT.png]

From the 63 training people of the London set (CC BY 4.0, DeBruine & Jones), front and both
three-quarter views: fitted by our own fit, unwrapped, light divided out, hair and shirts refused,
mirrored, then averaged and decomposed in natural logarithms. Only these statistics are kept.
About four minutes on one core.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from faceborn.light.harmonics import harmonics
from faceborn.light.srgb import linear_from_srgb, srgb_from_linear
from faceborn.model import load_head_model
from faceborn.pipeline import Portrait
from faceborn.texture.atlas import to_texels
from faceborn.texture.colour import (
    LUMINANCE,
    blur,
    log_linear,
    resize,
    smoothstep,
    spread_into_gaps,
)
from faceborn.texture.regions import Regions, regions_of
from faceborn.texture.view import sample_photo, view_head, view_part
from faceborn.types import Array

TARGET = Path(__file__).resolve().parents[1] / "src/faceborn/assets/albedo.npz"
SIZE_PX, MODE_SIZE_PX, MODES = 512, 128, 24
VIEWS = ("02", "03", "04")
ROUNDS = 3  # of refusing by the mean of the round before
PLAIN_FEATURES = 0.4  # natural log: how far ears may differ from the skin's tone


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--look", type=Path)
    arguments = parser.parse_args()
    london = arguments.data / "london"
    people = json.loads((london / "people.json").read_text())
    names = sorted(name for name, facts in people.items() if facts["split"] == "train")

    regions = regions_of(load_head_model(), "face", SIZE_PX)
    unwrapped = [[unwrap(london / f"{name}_{view}.jpg") for view in VIEWS] for name in names]
    mean: Array | None = None
    for _ in range(ROUNDS):
        albedos, weights = zip(*(merge(views, mean, regions) for views in unwrapped), strict=True)
        tones = np.array(
            [tone_of(a, w, regions) for a, w in zip(albedos, weights, strict=True)], np.float32
        )
        mean = average(albedos, weights, tones)
    assert mean is not None
    plain = plain_share(regions)
    mean = clean(mean, regions, plain)
    base, modes = decompose(albedos, weights, tones, mean, regions, plain)
    detail = mean - resize(resize(mean, MODE_SIZE_PX), SIZE_PX)
    mean_log = resize(base, SIZE_PX) + detail
    scale = np.abs(modes).max((1, 2, 3)) / 127
    np.savez_compressed(
        TARGET,
        mean_log=mean_log.astype(np.float16),
        modes_log=np.round(modes / scale[:, None, None, None]).astype(np.int8),
        modes_scale=scale.astype(np.float32),
    )
    print(f"{TARGET.name}: {len(names)} people, {TARGET.stat().st_size / 1e6:.2f} MB")
    if arguments.look:
        pictures = [mean_log] + [resize(base + 2 * s * m, 512) for m in modes[:4] for s in (-1, 1)]
        sheet = np.concatenate([srgb_from_linear(np.exp(p)) for p in pictures], 1)
        cv2.imwrite(str(arguments.look), sheet[..., ::-1])


def unwrap(path: Path) -> tuple[Array, Array, Array]:
    """Log photo colours (S, S, 3), trust (S, S) and normals (S, S, 3) of one photo's face."""
    portrait = Portrait(path)
    fit, shape = portrait.fit(1)
    head = view_head(portrait.photo, fit, shape)
    view = view_part(portrait.photo, shape.model, head, "face", SIZE_PX)
    pixels = sample_photo(portrait.photo, view.pixels, SIZE_PX)
    return log_linear(linear_from_srgb(pixels)), view.trust, view.normals


def merge(
    views: list[tuple[Array, Array, Array]], mean: Array | None, regions: Regions
) -> tuple[Array, Array]:
    """One person's log albedo and its weight, from all views."""
    bare = regions.bare > 0.5
    shown = np.concatenate([log[bare & (trust > 0.3)] for log, trust, _ in views])
    tone = np.median(shown, 0)
    expected = tone + (mean if mean is not None else np.zeros_like(views[0][0]))
    total = np.zeros_like(views[0][0])
    weight = np.zeros(total.shape[:2], np.float32)
    for log, trust, normals in views:
        skin = trust * (1 - regions.features) * regions.above_neck * (regions.hair_mm < -5)
        albedo = log - log_shading(log - expected, skin, normals)[..., None]
        use = trust**2 * accepted(albedo - expected, regions, first=mean is None)
        total += albedo * use[..., None]
        weight += use
    return total / np.maximum(weight, 1e-6)[..., None], np.clip(weight / 0.2, 0, 1)


def log_shading(difference: Array, weight: Array, normals: Array) -> Array:
    """(S, S) log light that explains photo minus expected albedo, robustly."""
    used = weight > 0.3
    basis = harmonics(normals[used]).astype(np.float64)
    level = np.exp(difference[used] @ LUMINANCE)
    inlier = weight[used].astype(np.float64)
    ridge = np.diag([0, 1, 1, 1, 6, 6, 6, 6, 6]) * 0.02
    for _ in range(6):
        normal = (basis.T * inlier) @ basis + ridge * inlier.sum()
        light = np.linalg.solve(normal, (basis.T * inlier) @ level)
        error = np.log(np.maximum(level, 1e-3) / np.maximum(basis @ light, 0.05))
        inlier = weight[used] / (1 + (error / (1.5 * np.median(np.abs(error)) + 0.02)) ** 2)
    return np.asarray(np.log(np.clip(harmonics(normals) @ light, 0.25, 3)), np.float32)


def accepted(surprise: Array, regions: Regions, *, first: bool) -> Array:
    """(S, S) 0 or 1: not hair, shirt or background. In the first round ears are unknown."""
    level = surprise @ LUMINANCE
    colour = np.linalg.norm(surprise - level[..., None], axis=2)
    skin = (level > (-0.7 if first else -0.45)) & (level < 0.4) & (colour < 0.25)
    beard = (regions.beard > 0.5) & (level > -2) & (level < 0.4) & (colour < 0.35)
    ears = (regions.ears > 0.4) & (level > -1.2) & (level < 0.6) & (colour < 0.5)
    free = regions.features > 0.3
    accept = cv2.medianBlur((skin | beard | ears | free).astype(np.uint8), 9)
    return cv2.erode(accept, np.ones((5, 5), np.uint8)).astype(np.float32)


def tone_of(albedo: Array, weight: Array, regions: Regions) -> Array:
    """(3,) the person's skin, natural logarithm."""
    return np.asarray(np.median(albedo[(regions.bare > 0.5) & (weight > 0.3)], 0))


def average(albedos: tuple[Array, ...], weights: tuple[Array, ...], tones: Array) -> Array:
    """(S, S, 3) symmetric weighted mean of albedo over tone; gaps are filled smoothly."""
    total = np.zeros_like(albedos[0])
    weight = np.zeros_like(weights[0])
    for albedo, share, tone in zip(albedos, weights, tones, strict=True):
        for way in (slice(None), slice(None, None, -1)):
            total += ((albedo - tone) * share[..., None])[:, way]
            weight += share[:, way]
    known = smoothstep(1.5, 6.0, weight)
    return spread_into_gaps(total / np.maximum(weight, 1e-6)[..., None], known)


def plain_share(regions: Regions) -> Array:
    """(S, S, 1) 1 where skin has its plain tone: behind, below the jaw, under hair."""
    model = load_head_model()
    x, y, z = np.moveaxis(to_texels(model, "face", SIZE_PX, model.mean_mm, beyond=True), 2, 0)
    azimuth = np.rad2deg(np.arctan2(np.abs(x), z - 10))
    # A wide passage: a narrow one shows as the edge of a mask, greener inside than out.
    front = smoothstep(56.0, 24.0, azimuth) * smoothstep(4.0, -24.0, regions.hair_mm)
    front = front * smoothstep(-84.0, -52.0, y) * regions.above_neck
    drawn = smoothstep(51.0, 40.0, azimuth) * regions.features
    return 1 - blur(np.maximum(front, drawn), 5.0)[..., None]


def border(plain: Array, regions: Regions) -> Array:
    """(S, S) bool: the outer cheeks, temples and jaw, whose tone goes on behind and below."""
    share = plain[..., 0]
    return (share > 0.35) & (share < 0.65) & (regions.features < 0.1) & (regions.ears < 0.2)


def clean(mean: Array, regions: Regions, plain: Array) -> Array:
    """The mean without what is left of hair, shade and stubble where few people show skin."""
    ears = blur(smoothstep(0.4, 0.7, regions.ears), 2.0)[..., None]
    shaped = PLAIN_FEATURES * np.tanh(mean / PLAIN_FEATURES)
    tone = np.median(mean[border(plain, regions)], 0)
    cleaned = mean * (1 - plain) + (tone * (1 - ears) + shaped * ears) * plain
    return np.asarray((cleaned + cleaned[:, ::-1]) / 2, np.float32)


def decompose(
    albedos: tuple[Array, ...],
    weights: tuple[Array, ...],
    tones: Array,
    mean: Array,
    regions: Regions,
    plain: Array,
) -> tuple[Array, Array]:
    """Mean (Q, Q, 3) and modes (K, Q, Q, 3) per standard deviation, gaps filled by iteration."""
    samples, shares = [], []
    front = 1 - resize(plain, MODE_SIZE_PX).reshape(MODE_SIZE_PX, MODE_SIZE_PX, 1)
    for albedo, weight, tone in zip(albedos, weights, tones, strict=True):
        share = resize(weight, MODE_SIZE_PX)
        small = resize(albedo * weight[..., None], MODE_SIZE_PX)
        small = small / np.maximum(share, 1e-4)[..., None]
        expected = resize(mean, MODE_SIZE_PX) + tone
        small = expected + np.clip(small - expected, -1.2, 1.0)
        share = np.clip(share * 1.2 - 0.1, 0, 1)[..., None] * front
        for way in (slice(None), slice(None, None, -1)):
            samples.append((small * share + expected * (1 - share))[:, way])
            shares.append(share[:, way])
    filled, known = np.array(samples), np.array(shares)
    observed = filled.copy()
    count = len(filled)
    for _ in range(14):
        base = filled.mean(0)
        left, size, right = np.linalg.svd((filled - base).reshape(count, -1), full_matrices=False)
        shrunk = size[:MODES] * (1 - np.minimum(0.9, (size[MODES] / size[:MODES]) ** 2))
        guess = ((left[:, :MODES] * shrunk) @ right[:MODES]).reshape(filled.shape) + base
        filled = observed * known + guess * (1 - known)
    modes = (right[:MODES] * size[:MODES, None]).reshape(MODES, *base.shape) / np.sqrt(count)
    around = resize(border(plain, regions).astype(np.float32), MODE_SIZE_PX) > 0.5
    tone_change = modes[:, around].mean(1)[:, None, None]
    return base, np.asarray(modes * front + tone_change * (1 - front), np.float32)


if __name__ == "__main__":
    main()
