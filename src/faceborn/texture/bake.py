"""One photo to the textures of a whole head."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.model.images import load_part_images
from faceborn.texture.colour import (
    LUMINANCE,
    linear_from_srgb,
    log_linear,
    resize,
    smoothstep,
    srgb_float,
)
from faceborn.texture.complete import Completed, complete
from faceborn.texture.delight import restrain, tone_offset
from faceborn.texture.eyes import paint_eyes, read_iris
from faceborn.texture.gate import roughness_of, skin_gate
from faceborn.texture.grain import grain
from faceborn.texture.hair import hair_cover, hair_layer, read_hair, strands
from faceborn.texture.light import fit_light
from faceborn.texture.prior import MODE_SIZE_PX, load_prior
from faceborn.texture.regions import regions_of
from faceborn.texture.scalp import bake_scalp
from faceborn.texture.view import sample_photo, view_head, view_part
from faceborn.types import Array, Face, Fit, Photo, Shape, Source, Texture

WORK_SIZE_PX = 512  # light, gates and joins are found at this size; detail is laid over it
GREY_CHROMA = 3.0  # mean distance of the channels below which a photo is black and white
CLIPPED = 252  # sRGB; above it the photo holds no detail


def bake_texture(
    photo: Photo, face: Face, fit: Fit, shape: Shape, *, size_px: int = 2048
) -> Texture:
    """Albedo of every part, complete, and where each texel's colour comes from.

    size_px  side of the face tile; the scalp's is half of it

    The photo is projected where the camera saw the skin well, its light divided out; the rest is
    mirrored or taken from the prior fitted to this person.
    """
    model = shape.model
    head = view_head(photo, fit, shape)
    view = view_part(photo, model, head, "face", WORK_SIZE_PX)
    regions = regions_of(model, "face", WORK_SIZE_PX)
    full = sample_photo(photo, view.pixels, size_px)
    work = (
        resize(full, WORK_SIZE_PX)
        if size_px > WORK_SIZE_PX
        else sample_photo(photo, view.pixels, WORK_SIZE_PX)
    )
    prior = load_prior()
    grey = _is_grey(work, view.trust)
    if grey:
        prior = prior.in_grey()

    log_photo = log_linear(linear_from_srgb(work))
    unclipped = 1 - smoothstep(CLIPPED - 12, CLIPPED, work.max(2).astype(np.float32))
    small_regions = regions_of(model, "face", MODE_SIZE_PX)
    light = fit_light(
        resize(log_photo, MODE_SIZE_PX),
        resize(
            view.trust
            * (0.2 + 0.8 * unclipped)
            * (1 - 0.8 * regions.features)
            * smoothstep(12.0, -4.0, regions.hair_mm)
            * regions.above_neck,
            MODE_SIZE_PX,
        ),
        resize(view.normals, MODE_SIZE_PX),
        small_regions.bare > 0.5,
        prior,
    )
    prior_log = prior.log_albedo(light.albedo_weights, WORK_SIZE_PX)
    log_albedo = log_photo - light.log_shading(view.normals)

    skin_only = view.trust * (1 - regions.features) * regions.above_neck * (regions.hair_mm < -8)
    prior_log = prior_log + tone_offset(log_albedo - prior_log, skin_only)
    surprise = log_albedo - prior_log
    roughness = roughness_of(log_albedo, view.trust, regions)
    gate, beard = skin_gate(surprise, roughness, view.trust, regions)
    weight = view.trust * gate * regions.above_neck
    skin_log = restrain(log_albedo, prior_log, weight, view.trust, beard, regions)
    weight = weight * smoothstep(8.0, -2.0, regions.hair_mm)
    skin = complete(skin_log, weight, prior_log, regions.covered)

    hair = read_hair(log_albedo, surprise, roughness, view.trust, regions)
    cover = hair_cover(hair, regions, mirrored=True)
    if hair.presence < 0.5:
        # No hair to tell apart: what the photo shows of the scalp is skin.
        weight = view.trust * gate * regions.above_neck
        skin = complete(skin_log, weight, prior_log, regions.covered)
    strands_log, hair_seen = hair_layer(hair, log_albedo, view.trust, cover, regions)
    mixed = skin.log_albedo * (1 - cover[..., None]) + strands_log * cover[..., None]
    seen = skin.seen * (1 - cover) + hair_seen * cover
    done = Completed(log_albedo=mixed, seen=seen, mirrored=skin.mirrored * (1 - cover))

    detail = _detail(full)
    bare = regions.bare * (weight > 0.8)
    noise = grain(resize(detail, WORK_SIZE_PX), bare, size_px)
    face_image = _with_detail(done, detail, noise, cover * (1 - hair_seen), size_px)

    scalp_image, scalp_source = bake_scalp(
        photo, model, head, light, done.log_albedo, hair, noise, max(size_px // 2, 256)
    )
    iris = read_iris(
        photo, face.iris_px, float(np.exp(light.log_shading(np.array([0.0, 0.0, 1.0])).mean()))
    )
    eye_left, eye_right = paint_eyes(iris)
    images = {
        "face": face_image,
        "scalp": scalp_image,
        "eye_left": eye_left,
        "eye_right": eye_right,
        **load_part_images(),
    }
    if grey:
        images = {name: _without_colour(image) for name, image in images.items()}
    source = done.source(regions.covered)
    front = regions_of(model, "face", WORK_SIZE_PX)
    skin_area = front.covered & (front.hair_mm < 0) & (front.neck < 0.5)
    return Texture(
        images=images,
        source={
            "face": _enlarge(source, size_px // 2),
            "scalp": scalp_source,
        },
        seen_fraction=float((source[skin_area] == Source.SEEN).mean()),
    )


def _is_grey(picture: Array, trust: Array) -> bool:
    shown = picture[trust > 0.3].astype(np.float32)
    return len(shown) > 0 and float(np.ptp(shown, axis=1).mean()) < GREY_CHROMA


def _detail(full: Array) -> Array:
    """(S, S, 1) relative brightness of what the working size cannot hold."""
    size = full.shape[0]
    tone = (full.astype(np.float32) @ LUMINANCE) + 4.0
    if size <= WORK_SIZE_PX:
        return np.zeros((size, size, 1), np.float32)
    low = resize(resize(tone, WORK_SIZE_PX), size)
    return np.asarray(np.clip(tone / low, 0.5, 1.8)[..., None] - 1)


def _with_detail(done: Completed, detail: Array, noise: Array, strand: Array, size: int) -> Array:
    """(size, size, 3) uint8 sRGB."""
    base = resize(srgb_float(np.exp(done.log_albedo)), size)
    seen = resize(done.seen, size)[..., None]
    mirrored = resize(done.mirrored, size)[..., None]
    inferred = np.clip(1 - seen - mirrored, 0, 1)
    fine = seen * detail + mirrored * detail[:, ::-1] + inferred * noise
    hairy = resize(strand, size)[..., None]
    if size > WORK_SIZE_PX:
        fine = fine * (1 - hairy) + 0.6 * strands(size) * hairy
    return (np.clip(base * (1 + fine), 0, 1) * 255 + 0.5).astype(np.uint8)


def _without_colour(image: Array) -> Array:
    grey = image.copy()
    tone = image[..., :3].astype(np.float32) @ LUMINANCE
    grey[..., :3] = (tone + 0.5).astype(np.uint8)[..., None]
    return grey


def _enlarge(labels: Array, size_px: int) -> Array:
    return np.asarray(cv2.resize(labels, (size_px, size_px), interpolation=cv2.INTER_NEAREST))
