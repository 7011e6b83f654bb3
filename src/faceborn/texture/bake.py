"""One photo to the textures of a whole head."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.errors import TextureError
from faceborn.light.srgb import linear_from_srgb, srgb_float
from faceborn.model.images import load_part_images
from faceborn.texture.beard import beard_cover, curls, lay_beard
from faceborn.texture.colour import LUMINANCE, brightened, log_linear, resize, smoothstep
from faceborn.texture.complete import Completed, complete
from faceborn.texture.curl import read_curl
from faceborn.texture.delight import restrain, tone_offset
from faceborn.texture.exposure import missing_light
from faceborn.texture.eyes import paint_eyes, read_iris
from faceborn.texture.gate import roughness_of, skin_gate
from faceborn.texture.grain import grain
from faceborn.texture.hair import Hair, hair_cover, hair_detail, hair_layer, read_hair
from faceborn.texture.hair_map import look_up, map_hair
from faceborn.texture.hair_volume import hair_volume
from faceborn.texture.light import TOWARDS_CAMERA, LightFit, fit_light
from faceborn.texture.prior import MODE_SIZE_PX, load_prior
from faceborn.texture.regions import Regions, regions_of
from faceborn.texture.roughness import roughness_map
from faceborn.texture.scalp import PhotoReading, bake_scalp
from faceborn.texture.view import HeadView, PartView, sample_photo, view_head, view_part
from faceborn.types import (
    Array,
    Face,
    Fit,
    HeadModel,
    PartMap,
    Photo,
    Record,
    Shape,
    Source,
    Texture,
)

SMALLEST_PX, LARGEST_PX = 256, 8192  # of the face tile that may be asked for
WORK_SIZE_PX = 512  # light, gates and joins are found at this size; detail is laid over it
GREY_CHROMA = 3.0  # mean distance of the channels below which a photo is black and white
SHARP_EYE_PX = 130.0  # eye distance from which on a photo shows skin's own variation
BAND_ROWS = 64  # worked on at once: what stays in the cache is twice as fast
CLIPPED = 252  # sRGB; above it the photo holds no detail


def bake_texture(
    photo: Photo,
    face: Face,
    fit: Fit,
    shape: Shape,
    *,
    parts: PartMap | None = None,
    size_px: int = 2048,
) -> Texture:
    """Albedo of every part, complete, and where each texel's colour comes from.

    parts    what a network takes for skin and for hair; without it colour and place decide alone
    size_px  side of the face tile, 256 to 8192; the scalp's is half of it, but at least 256

    Raises TextureError for another size.

    The photo is projected where the camera saw the skin well, its light divided out; the rest is
    mirrored or taken from the prior fitted to this person.
    """
    if not SMALLEST_PX <= size_px <= LARGEST_PX:
        raise TextureError(
            f"a texture of {size_px} px cannot be made",
            hint=f"ask for {SMALLEST_PX} to {LARGEST_PX}, best a power of two",
        )
    model = shape.model
    head = view_head(photo, fit, shape)
    view = view_part(photo, model, head, "face", WORK_SIZE_PX)
    regions = regions_of(model, "face", WORK_SIZE_PX)
    full = sample_photo(photo, view.pixels, size_px)
    fine_enough = size_px > WORK_SIZE_PX
    work = (
        resize(full, WORK_SIZE_PX)
        if fine_enough
        else sample_photo(photo, view.pixels, WORK_SIZE_PX)
    )
    grey = _is_grey(work, view.trust)

    points_px = model.landmarks["ibug_68"].of(head.pixels)
    bare = work[(regions.bare > 0.5) & (view.trust > 0.3)]
    skin_level = np.median(log_linear(linear_from_srgb(bare)) @ LUMINANCE) if len(bare) else 0.0
    missing = missing_light(photo, points_px, face.iris_px, float(skin_level))
    split = _split_light(model, work, view, regions, grey=grey, missing=missing)
    tone_log = np.median(split.prior_log[regions.bare > 0.5], 0)
    seen = map_hair(photo, fit, shape, split.light, tone_log, parts)
    hair_like = look_up(seen, seen.hair, view.pixels, fit.camera)
    frames = _frames(parts, view.pixels)
    skin = _complete_skin(split, view, hair_like, frames, regions, detail_share=_sharpness(head))
    detail = _detail(full)
    noise = grain(detail, regions.bare * (skin.seen > 0.8), size_px)
    beard, beard_log = beard_cover(skin, tone_log, hair_like, view.trust, regions, noise)
    skin = lay_beard(skin, beard, beard_log)
    brows = np.median(split.log_hair[(regions.brows > 0.7) & regions.covered], 0)
    hair = read_hair(
        seen,
        split.light.log_shading_of_hair(),
        tone_log,
        brows,
        curled=read_curl(photo, fit.camera, seen),
    )
    cover = hair_cover(hair, model, "face", WORK_SIZE_PX)
    face_tile, hair_seen = _with_hair(skin, hair, split.log_hair, view, hair_like, cover, regions)

    reading = PhotoReading(
        photo=photo, camera=fit.camera, head=head, light=split.light, map=seen, hair=hair
    )
    scalp_image, scalp_source, scalp_roughness = bake_scalp(
        model, reading, face_tile.log_albedo, noise, max(size_px // 2, 256)
    )
    facing_shade = float(np.exp(split.light.log_shading(TOWARDS_CAMERA).mean()))
    eye_left, eye_right = paint_eyes(read_iris(photo, face.iris_px, facing_shade))
    bearded = smoothstep(0.4, 0.8, hair_like) * view.trust * smoothstep(0.3, 0.6, regions.beard)
    hairy = np.maximum.reduce([cover, beard, bearded])
    images = {
        "face": _with_detail(
            face_tile,
            detail,
            noise,
            cover * (1 - hair_seen),
            hair_detail(hair, model, "face", noise, size_px),
            beard * (1 - cover),
        ),
        "face_roughness": roughness_map(regions, hairy),
        "scalp": scalp_image,
        "scalp_roughness": scalp_roughness,
        "eye_left": eye_left,
        "eye_right": eye_right,
        **load_part_images(),
    }
    if grey:
        images = {
            name: image if image.ndim == 2 else _without_colour(image)
            for name, image in images.items()
        }
    source = face_tile.source(regions.covered)
    face_skin = regions.covered & (regions.hair_mm < 0) & (regions.neck < 0.5)
    return Texture(
        images=images,
        source={"face": _enlarge(source, size_px // 2), "scalp": scalp_source},
        seen_fraction=float((source[face_skin] == Source.SEEN).mean()),
        hair_height_mm=hair_volume(hair, model),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SplitPhoto(Record):
    """The face tile of the photo without its light; all (S, S, 3) in natural logarithms."""

    light: LightFit
    prior_log: Array  # what this person's skin is expected to be
    log_albedo: Array  # what the photo shows, light divided out
    log_hair: Array  # the same for strands, which do not follow the skull's normals
    surprise: Array  # log_albedo minus prior_log
    roughness: Array  # (S, S) fine contrast over that of bare skin


def _split_light(
    model: HeadModel,
    work: Array,
    view: PartView,
    regions: Regions,
    *,
    grey: bool,
    missing: float,
) -> SplitPhoto:
    """Tell light from albedo in (S, S, 3) uint8 texels.

    missing  natural log by which the photo is underexposed
    """
    prior = load_prior().in_grey() if grey else load_prior()
    log_photo = log_linear(linear_from_srgb(work))
    unclipped = 1 - smoothstep(CLIPPED - 12, CLIPPED, work.max(2).astype(np.float32))
    skin = view.trust * (1 - 0.8 * regions.features) * regions.above_neck
    light = fit_light(
        resize(log_photo, MODE_SIZE_PX),
        resize(
            skin * (0.2 + 0.8 * unclipped) * smoothstep(12.0, -4.0, regions.hair_mm), MODE_SIZE_PX
        ),
        resize(view.normals, MODE_SIZE_PX),
        regions_of(model, "face", MODE_SIZE_PX).bare > 0.5,
        prior,
        missing=missing,
    )
    prior_log = prior.log_albedo(light.albedo_weights, WORK_SIZE_PX)
    log_albedo = log_photo - light.log_shading(view.normals)
    surely_skin = view.trust * (1 - regions.features) * regions.above_neck * (regions.hair_mm < -8)
    prior_log = prior_log + tone_offset(log_albedo - prior_log, surely_skin)
    return SplitPhoto(
        light=light,
        prior_log=prior_log,
        log_albedo=log_albedo,
        log_hair=log_photo - light.log_shading_of_hair(),
        surprise=log_albedo - prior_log,
        roughness=roughness_of(log_albedo, view.trust, regions),
    )


def _frames(parts: PartMap | None, pixels: Array) -> Array:
    """(S, S) 0..1 of the frames of spectacles at (S, S, 2) pixels of the photo."""
    if parts is None:
        return np.zeros(pixels.shape[:2], np.float32)
    place = pixels @ parts.square_from_photo[:, :2].T + parts.square_from_photo[:, 2] - 0.5
    x, y = (np.ascontiguousarray(place[..., k], np.float32) for k in (0, 1))
    return np.asarray(cv2.remap(parts.frames, x, y, cv2.INTER_LINEAR))


def _complete_skin(
    split: SplitPhoto,
    view: PartView,
    hair_like: Array,
    frames: Array,
    regions: Regions,
    *,
    detail_share: float,
) -> Completed:
    """The whole face tile as bare skin."""
    gate, beard = skin_gate(split.surprise, split.roughness, hair_like, frames, view.trust, regions)
    weight = view.trust * gate * regions.above_neck
    skin_log = restrain(
        split.log_albedo,
        split.prior_log,
        weight,
        view.trust,
        beard,
        regions,
        detail_share=detail_share,
    )
    return complete(skin_log, weight, split.prior_log, regions.covered, regions.features)


def _with_hair(
    skin: Completed,
    hair: Hair,
    log_hair: Array,
    view: PartView,
    hair_like: Array,
    cover: Array,
    regions: Regions,
) -> tuple[Completed, Array]:
    """The face tile with hair laid over it, and the photo's share in the hair."""
    hair_log, hair_seen = hair_layer(hair, log_hair, hair_like, view.trust, cover, regions)
    tile = Completed(
        log_albedo=skin.log_albedo * (1 - cover[..., None]) + hair_log * cover[..., None],
        seen=skin.seen * (1 - cover) + hair_seen * cover,
        mirrored=skin.mirrored * (1 - cover),
    )
    return tile, hair_seen


def _sharpness(head: HeadView) -> float:
    """How much of the photo's middle and fine bands is skin, not noise and compression, 0.3..1."""
    return float(np.clip(head.eye_px / SHARP_EYE_PX, 0.3, 1.0))


def _is_grey(picture: Array, trust: Array) -> bool:
    red, green, blue = picture[trust > 0.3].astype(np.float32).T
    most, least = (f(f(red, green), blue) for f in (np.maximum, np.minimum))
    return len(red) > 0 and float((most - least).mean()) < GREY_CHROMA


def _detail(full: Array) -> Array:
    """(S, S, 1) relative brightness of what the working size cannot hold."""
    size = full.shape[0]
    tone = (full.astype(np.float32) @ LUMINANCE) + 4.0
    if size <= WORK_SIZE_PX:
        return np.zeros((size, size, 1), np.float32)
    low = resize(resize(tone, WORK_SIZE_PX), size)
    return np.asarray(np.clip(tone / low, 0.5, 1.8)[..., None] - 1)


def _with_detail(
    done: Completed,
    detail: Array,
    noise: Array,
    made_up: Array,
    strands: Array,
    beard: Array,
) -> Array:
    """(size, size, 3) uint8 sRGB.

    made_up, beard  (s, s) 0..1 hair of head and chin that the photo does not show
    strands         (size, size, 1) relative brightness of the hair of the head
    """
    size = noise.shape[0]
    base = resize(srgb_float(np.exp(done.log_albedo)), size)
    seen, mirrored = resize(done.seen, size), resize(done.mirrored, size)
    hairy, bearded = (np.clip(resize(part, size), 0, 1) for part in (made_up, beard))
    curled, strands = curls(noise)[..., 0], strands[..., 0]
    skin_grain, detail = noise[..., 0], detail[..., 0]
    has_beard = bool(bearded.any())
    image = np.empty((size, size, 3), np.uint8)
    for top in range(0, size, BAND_ROWS):
        rows = slice(top, top + BAND_ROWS)
        inferred = np.clip(1 - seen[rows] - mirrored[rows], 0, 1)
        fine = seen[rows] * detail[rows] + mirrored[rows] * detail[rows, ::-1]
        fine += inferred * skin_grain[rows]
        if has_beard:
            fine += (curled[rows] - fine) * bearded[rows]
        fine += (strands[rows] - fine) * hairy[rows]
        image[rows] = brightened(base[rows], fine)
    return image


def _without_colour(image: Array) -> Array:
    grey = image.copy()
    tone = image[..., :3].astype(np.float32) @ LUMINANCE
    grey[..., :3] = (tone + 0.5).astype(np.uint8)[..., None]
    return grey


def _enlarge(labels: Array, size_px: int) -> Array:
    return np.asarray(cv2.resize(labels, (size_px, size_px), interpolation=cv2.INTER_NEAREST))
