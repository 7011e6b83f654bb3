"""The head laid over its photo, in the photo's own light, so that only errors of the fit show."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.geometry.rotations import FLIP
from faceborn.light.harmonics import harmonics
from faceborn.light.srgb import linear_from_srgb
from faceborn.render.cameras import crop_camera
from faceborn.render.layers import draw_layers, lay_over
from faceborn.render.occlusion import Visibility, soften
from faceborn.render.surface import Fragments
from faceborn.types import Array, Camera, Fit, Photo, Shape, Texture

PAPER = (228, 228, 230)  # beyond the photo's border
RIDGE = 0.02  # of the light's slopes: a half-lit face must not guess the other half wildly
ROUNDS = 4
LEAST, MOST = 0.12, 2.5  # of the light, times its mean


def head_box(
    vertices_mm: Array, shape: Shape, camera: Camera, aspect: float
) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 in pixels of the photo around head and neck; aspect is width / height."""
    model = shape.model
    head = model.triangles[model.triangle_part == model.part_names.index("face")]
    pixels = camera.project(vertices_mm[np.unique(head)])
    low, high = pixels.min(0), pixels.max(0)
    middle = (low + high) / 2
    height = max((high[1] - low[1]) * 1.16, (high[0] - low[0]) * 1.25 / aspect)
    width = height * aspect
    # Hair reaches above the skull.
    middle[1] -= 0.03 * height
    return (
        float(middle[0] - width / 2),
        float(middle[1] - height / 2),
        float(middle[0] + width / 2),
        float(middle[1] + height / 2),
    )


def crop_photo(photo: Photo, box_px: tuple[float, float, float, float], width_px: int) -> Array:
    """(h, width_px, 3) uint8: the photo inside the box, paper beyond its border."""
    x0, y0, x1, y1 = box_px
    scale = width_px / (x1 - x0)
    height_px = max(1, round((y1 - y0) * scale))
    picture = photo.pixels
    shrink = 1.0
    if scale < 0.75:
        # Shrink by area first: a plain warp would alias.
        shrink = scale
        size = (max(1, round(photo.size_px[0] * scale)), max(1, round(photo.size_px[1] * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    step = scale / shrink
    # Pixel centres lie at .5 in our frame and at 0 in OpenCV's.
    move = np.array(
        [[step, 0, -x0 * scale + 0.5 * step - 0.5], [0, step, -y0 * scale + 0.5 * step - 0.5]]
    )
    return np.asarray(
        cv2.warpAffine(
            picture,
            move,
            (width_px, height_px),
            flags=cv2.INTER_CUBIC if step > 1 else cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=PAPER,
        )
    )


def render_over_photo(
    photo: Photo,
    fit: Fit,
    shape: Shape,
    texture: Texture,
    box_px: tuple[float, float, float, float],
    width_px: int,
    *,
    visibility: Visibility,
) -> tuple[Array, Array]:
    """The photo inside the box, and the same with the posed head over it, both (h, width_px, 3).

    visibility  of the head with the fit's expression
    """
    vertices = shape.with_expression(fit.expression.astype(np.float32))
    camera = crop_camera(fit.camera, box_px, width_px)
    background = crop_photo(photo, box_px, width_px)
    normals = visibility.normals @ (FLIP @ camera.camera_from_head).T
    openness = soften(visibility.openness(), shape.model)
    skin = [shape.model.part_names.index(part) for part in ("face", "scalp")]
    found: list[Array] = []

    def measure(fragments: Fragments, albedo: Array, _: float) -> Array:
        if not found:
            shown = linear_from_srgb(background[fragments.inside])
            found.append(fit_sphere_light(fragments, albedo, shown, fragments.part == skin[0]))
        return albedo

    def relight(fragments: Fragments, albedo: Array, _: float) -> Array:
        mean = found[0][0].mean()
        light = np.clip(harmonics(fragments.normals) @ found[0], LEAST * mean, MOST * mean)
        # The skin's albedo already holds the shade of its folds; eyes and mouth have none. Its
        # colour error went into the fitted light: teeth would show it.
        other = ~np.isin(fragments.part, skin)
        grey = light[other].mean(1, keepdims=True)
        shade = np.clip(1.2 * fragments.values[other], 0.0, 1.0)
        light[other] = (0.25 * light[other] + 0.75 * grey) * shade
        return np.asarray(albedo * light)

    def draw(shader: object, supersample: int) -> tuple[Array, Array]:
        return draw_layers(
            vertices,
            shape,
            texture,
            camera,
            style="albedo",
            normals=normals,
            values=openness,
            shader=shader,  # type: ignore[arg-type]
            supersample=supersample,
        )

    draw(measure, 1)
    if not found:
        return background, background
    return background, lay_over(*draw(relight, 2), background)


def fit_sphere_light(fragments: Fragments, albedo: Array, shown: Array, used: Array) -> Array:
    """(9, 3): the light that makes `albedo` (N, 3) look like `shown` (N, 3), both linear."""
    used = used & (albedo.min(1) > 0.01) & (fragments.normals[:, 2] > 0.2)
    chosen = np.flatnonzero(used)[:: max(1, int(used.sum()) // 20000)]
    light = np.zeros((9, 3))
    if len(chosen) < 50:
        light[0] = np.median(shown, 0) / np.maximum(np.median(albedo, 0), 0.02)
        return light
    basis = harmonics(fragments.normals[chosen]).astype(np.float64)
    prior = np.diag([1e-6] + [RIDGE] * 3 + [4 * RIDGE] * 5) * len(chosen)
    for channel in range(3):
        a, b = albedo[chosen, channel].astype(np.float64), shown[chosen, channel]
        weight = np.ones(len(chosen))
        for _ in range(ROUNDS):
            rows = basis * (a * weight)[:, None]
            scale = float(np.mean(a * a))
            light[:, channel] = np.linalg.solve(
                rows.T @ (basis * a[:, None]) + prior * scale, rows.T @ b
            )
            miss = np.abs(basis @ light[:, channel] * a - b)
            # Cauchy: hair and spectacles have their say, not the last word.
            weight = 1 / (1 + (miss / (1.5 * np.median(miss) + 1e-6)) ** 2)
    return light
