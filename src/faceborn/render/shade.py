"""Draw a head: studio light, skin that lets light through, eyes that reflect a window."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.geometry.rotations import FLIP
from faceborn.render.colour import backdrop
from faceborn.render.layers import draw_layers, lay_over
from faceborn.render.light import STUDIO, Studio, fresnel, highlight, wrapped
from faceborn.render.occlusion import Visibility, cone_directions, see_directions, soften
from faceborn.render.surface import Fragments, roughness_of
from faceborn.types import Array, Camera, Shape, Texture

STYLES = ("textured", "clay", "source", "albedo")
SKIN_PARTS = ("face", "scalp")
WRAP = np.array([0.30, 0.10, 0.05], np.float32)  # red light goes furthest through skin
# Share and reach (mm, standard deviation) of the light that leaves skin beside where it entered;
# coarse fit to the three-layer skin profile of d'Eon and Luebke 2007.
SCATTER = ((0.55, 2.2), (0.30, 1.2), (0.15, 0.7))
BOUNCE = 0.55  # of the light missing in a fold, how much other skin returns
LID_SHADE = 0.9
SHADED_MAX = 8.0


def render_head(
    vertices_mm: Array,
    shape: Shape,
    texture: Texture,
    camera: Camera,
    *,
    style: str = "textured",
    background: Array | None = None,
    visibility: Visibility | None = None,
    studio: Studio = STUDIO,
    supersample: int = 2,
) -> Array:
    """(H, W, 3) uint8: the head as `camera` sees it.

    vertices_mm  (V, 3) head space: neutral or with an expression
    style        "textured"; "clay": without colour; "source": where the colour comes from (green
                 seen, blue mirrored, orange inferred); "albedo": colour without light
    background   (H, W, 3) uint8 behind the head; without it a soft grey
    visibility   of these vertices, from `see_directions`: worth sharing between views
    """
    if style not in STYLES:
        raise ValueError(f"no style {style!r}: one of {', '.join(STYLES)}")
    if background is None:
        background = backdrop(camera.size_px)
    if visibility is None and style != "albedo":
        visibility = see_directions(vertices_mm, shape.model)
    normals, incoming = _vertex_light(vertices_mm, shape, camera, visibility, studio)

    def shader(fragments: Fragments, colour: Array, mm_per_px: float) -> Array:
        return _shade(fragments, colour, shape, texture, style, studio, mm_per_px)

    light, coverage = draw_layers(
        vertices_mm,
        shape,
        texture,
        camera,
        style=style,
        normals=normals,
        values=incoming,
        shader=shader,
        # The source's colours are a legend: they must not mix.
        supersample=1 if style == "source" else supersample,
    )
    return lay_over(light, coverage, background)


def _vertex_light(
    vertices_mm: Array,
    shape: Shape,
    camera: Camera,
    visibility: Visibility | None,
    studio: Studio,
) -> tuple[Array, Array]:
    """Normals in the viewer's frame (V, 3), and per vertex (V, 6): ambient rgb, openness, key light
    seen, openness to what is behind the head. Without visibility the light is even.
    """
    model = shape.model
    to_viewer = FLIP @ camera.camera_from_head
    if visibility is None:
        return np.zeros_like(vertices_mm), np.ones((len(vertices_mm), 6), np.float32)
    ambient = visibility.irradiance(studio.radiance(visibility.directions @ to_viewer.T))
    key = cone_directions(to_viewer.T @ studio.key_direction, studio.key_radius_deg)
    key_seen = see_directions(vertices_mm, model, key).seen.mean(1, keepdims=True)
    # At the outline the skin mirrors what is behind the head, if nothing of the head is there.
    behind = np.clip(-visibility.directions @ to_viewer[2], 0.0, None) ** 5
    rear = np.clip(visibility.seen @ (1.5 * behind / behind.sum()), 0.0, 1.0)
    incoming = np.concatenate([ambient, visibility.openness(), key_seen, rear[:, None]], 1)
    return visibility.normals @ to_viewer.T, soften(incoming, model)


def _shade(
    fragments: Fragments,
    colour: Array,
    shape: Shape,
    texture: Texture,
    style: str,
    studio: Studio,
    mm_per_px: float,
) -> Array:
    """(N, 3) linear light that the fragments send to the viewer."""
    if style == "albedo" or len(colour) == 0:
        return colour
    names = shape.model.part_names
    ambient, openness = fragments.values[:, :3], fragments.values[:, 3]
    key_seen = fragments.values[:, 4]
    normals, towards = fragments.normals, fragments.towards
    key = studio.key_direction
    diffuse = wrapped(normals @ key.astype(np.float32), WRAP) * key_seen[:, None]
    diffuse = diffuse * studio.key_colour.astype(np.float32) + ambient
    if style == "source":
        level = np.clip(0.25 + 0.6 * diffuse.mean(1), 0.3, 1.0)
        return np.asarray(colour * level[:, None], np.float32)
    diffuse += ((1 - openness) * (BOUNCE * openness))[:, None] * colour
    eyes = np.isin(
        fragments.part, [i for i, n in enumerate(names) if n in ("eye_left", "eye_right")]
    )
    # Lids shade the eyeball more than depth maps of millimetres can tell.
    diffuse[eyes] *= openness[eyes, None] ** LID_SHADE
    skin = np.isin(fragments.part, [names.index(p) for p in SKIN_PARTS if p in names])
    diffuse = _scatter(diffuse, skin, fragments.inside, mm_per_px)
    if skin.any() and np.ptp(colour[skin], axis=1).max() < 1e-3:
        # The head of a black-and-white photo: no red light in its skin either.
        diffuse = np.repeat(diffuse.mean(1, keepdims=True), 3, 1)

    rough = roughness_of(fragments, shape, texture)
    facing = np.einsum("nx,nx->n", normals, towards)
    mirrored = 2 * facing[:, None] * normals - towards
    # A rough surface mirrors less at grazing angles than Schlick's curve for glass.
    mirror = fresnel(facing) * (1 - rough) ** 1.4
    backwards = np.clip(0.5 - mirrored[:, 2], 0.0, 1.0)
    mirror = mirror * openness**1.5 * (1 - backwards * (1 - fragments.values[:, 5]))
    spread = highlight(normals, towards, key, np.maximum(rough, 0.3)) * key_seen
    shine = studio.radiance(mirrored, 0.5) * mirror[:, None]
    shine += (np.pi * spread)[:, None] * studio.key_colour.astype(np.float32)
    light = colour * diffuse + shine

    if eyes.any():
        glint = studio.windows(mirrored[eyes]) * fresnel(facing[eyes])
        light[eyes] += (glint * np.clip(openness[eyes] * 2.5, 0.0, 1.0))[:, None]
    return np.asarray(np.minimum(studio.exposure * light, SHADED_MAX), np.float32)


def _scatter(diffuse: Array, skin: Array, inside: Array, mm_per_px: float) -> Array:
    """Let light wander under the skin: blur what arrives, red the furthest."""
    if not skin.any():
        return diffuse
    rows, columns = np.nonzero(inside.any(1))[0], np.nonzero(inside.any(0))[0]
    window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    within = inside[window]
    weight = np.zeros(within.shape, np.float32)
    weight[within] = skin
    picture = np.zeros(within.shape, np.float32)
    result = diffuse.copy()
    for channel, (share, reach_mm) in enumerate(SCATTER):
        reach = reach_mm / mm_per_px
        if reach < 0.4:
            continue
        picture[within] = diffuse[:, channel] * skin
        blurred = _blur(picture, reach) / np.maximum(_blur(weight, reach), 1e-3)
        mixed = diffuse[:, channel] * (1 - share) + share * blurred[within]
        result[:, channel] = np.where(skin, mixed, diffuse[:, channel])
    return result


def _blur(picture: Array, sigma: float) -> Array:
    """A wide blur at half the size: the eye sees no difference, the clock does."""
    if sigma < 3:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma))
    height, width = picture.shape
    small = cv2.resize(picture, (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / 2)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
