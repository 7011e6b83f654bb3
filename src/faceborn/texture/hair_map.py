"""Which pixels around the head are hair: a map of the photo at one millimetre per pixel.

Three classes, skin, hair and everything else, compete for every pixel: each has a place where it is
likely, given by the projected head and by the face network's coarse map of parts, and colours that
are learned from this one photo, starting from those places (expectation maximisation).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.geometry.raster import rasterise
from faceborn.geometry.rotations import FLIP
from faceborn.light.srgb import linear_from_srgb
from faceborn.texture.colour import LUMINANCE, blur, log_linear, smoothstep
from faceborn.texture.growth import grow_on_vertices
from faceborn.texture.light import LightFit
from faceborn.types import Array, Camera, Fit, PartMap, Photo, Record, Shape

AROUND_MM = (55.0, 70.0, 40.0)  # sideways, above and below head and neck
LARGEST_SIDE_PX = 420
BINS = (20, 16, 16)  # of level and the two colour differences
LOWEST = np.array([-6.5, -0.5, -1.6])
HIGHEST = np.array([0.3, 1.7, 1.0])
ROUNDS = 4
GREY = 0.03  # natural log: channels differ by less in a black-and-white photo
DEEP_MM = 14.0  # so far inside the outline the fitted skull may miss the head
BROAD = 0.3  # share of any natural hair colour in what hair may look like
BRIGHT_SD, DARK_SD, COLOUR_SD = 0.55, 0.40, 0.11  # of skin around its shaded tone, natural log
LEAST_TOLD = 0.06  # share of a class that the network does not see at all
BEARD_FROM_MM = (-75.0, -50.0)  # from the hairline: there the network counts nothing, here all
TOLD_BESIDE_MM = (12.0, 3.0)  # outside of the outline: the same
ROUGH_SKIN, ROUGH_HAIR = (0.2, 0.6), (1.4, 0.8)  # mean and spread of the log of roughness


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HairMap(Record):
    """All (H, W) unless said otherwise; pixels are about a millimetre wide."""

    camera: Camera  # of this map
    inside: Array  # bool, the photo shows something here
    on_head: Array  # bool, inside the outline of the fitted head
    away_mm: Array  # outside of that outline: how far
    azimuth_deg: Array  # of growth.Growth, outside that of the nearest point of the outline
    hair_mm: Array
    rim_mm: Array
    ears: Array  # 0..1
    facing: Array  # cosine to the viewer, 0 outside
    log_photo: Array  # (H, W, 3)
    hair: Array  # 0..1, how surely hair
    skin: Array  # 0..1


def map_hair(
    photo: Photo,
    fit: Fit,
    shape: Shape,
    light: LightFit,
    tone_log: Array,
    parts: PartMap | None = None,
) -> HairMap:
    """Tell hair from skin and from everything else.

    tone_log  (3,) log albedo of this person's bare skin
    parts     what a network says

    Source: a naive Bayes classifier whose colour histograms are refined by EM; the idea is that of
    GrabCut (Rother et al. 2004), with place in the part of the user's rectangle.
    """
    model = shape.model
    vertices = shape.with_expression(fit.expression.astype(np.float32))
    solid = np.isin(
        model.triangle_part, [model.part_names.index(part) for part in ("face", "scalp")]
    )
    triangles = model.triangles[solid]
    camera = _map_camera(fit.camera, vertices[np.unique(triangles)])
    raster = rasterise(camera.to_camera(vertices), triangles, camera)
    normals = vertex_normals(vertices, triangles, model.weld)
    normals = normals @ (FLIP @ fit.camera.camera_from_head).T

    growth = grow_on_vertices(model)
    angle = np.radians(growth.azimuth_deg)
    place = np.column_stack(
        [np.sin(angle), np.cos(angle), growth.hair_mm, growth.rim_mm, model.masks["ears"],
         model.masks["neck"], model.masks["beard"], normals]
    )  # fmt: skip
    on_head = raster.covered
    grid = np.zeros((*on_head.shape, place.shape[1]), np.float32)
    grid[on_head] = raster.interpolate(place, triangles)
    away, nearest = _nearest_inside(on_head)
    grid = grid.reshape(-1, grid.shape[2])[nearest]

    log_photo, inside = _sample(photo, fit.camera, camera)
    normal = grid[..., 7:] / np.maximum(np.linalg.norm(grid[..., 7:], axis=2, keepdims=True), 1e-6)
    expected = tone_log + light.log_shading(normal)
    facing_shade = light.log_shading(np.array([0.0, 0.0, 1.0]))
    told = _told_by_network(parts, fit.camera, camera, grid, away)
    hair, skin = _classify(log_photo, expected, facing_shade, inside, on_head, away, grid, told)
    return HairMap(
        camera=camera,
        inside=inside,
        on_head=on_head,
        away_mm=away,
        azimuth_deg=np.degrees(np.arctan2(grid[..., 0], grid[..., 1])),
        hair_mm=grid[..., 2],
        rim_mm=grid[..., 3],
        ears=grid[..., 4],
        facing=normal[..., 2] * on_head,
        log_photo=log_photo,
        hair=hair,
        skin=skin,
    )


def look_up(seen: HairMap, values: Array, pixels: Array, camera: Camera) -> Array:
    """(S, S) of a map (H, W) at (S, S, 2) pixels of the photo, which `camera` took; 0 outside."""
    scale = seen.camera.focal_px / camera.focal_px
    place = (pixels - np.array(camera.center_px)) * scale + np.array(seen.camera.center_px) - 0.5
    x, y = (np.ascontiguousarray(place[..., k], np.float32) for k in (0, 1))
    return np.asarray(cv2.remap(values.astype(np.float32), x, y, cv2.INTER_LINEAR))


def _classify(
    log_photo: Array,
    expected: Array,
    facing_shade: Array,
    inside: Array,
    on_head: Array,
    away: Array,
    grid: Array,
    told: Array,
) -> tuple[Array, Array]:
    """(H, W) probability of hair and of skin.

    told  (H, W, 3) how much likelier a network makes hair, skin and everything else
    """
    hair_mm, neck = grid[..., 2], grid[..., 5]
    soft = blur(log_photo, 0.8)
    code = _bin_of(soft)
    level = soft @ LUMINANCE

    # Where each class is likely. The model's neck may be under hair or collar.
    grows = smoothstep(-26.0, 16.0, hair_mm)
    deep = smoothstep(0.0, DEEP_MM, cv2.distanceTransform(on_head.astype(np.uint8), cv2.DIST_L2, 3))
    bald_or_not = 0.12 + 0.55 * grows
    on_neck = smoothstep(0.4, 0.7, neck)
    hair_prior = bald_or_not * (1 - on_neck) + 0.2 * on_neck
    other_prior = (0.02 + 0.25 * (1 - deep)) * (1 - on_neck) + 0.3 * on_neck
    near = np.exp(-away / 22.0) * smoothstep(-30.0, 0.0, hair_mm)
    hair_prior = np.where(on_head, hair_prior, 0.12 + 0.5 * near)
    other_prior = np.where(on_head, other_prior, 0.85 - 0.5 * near)
    skin_prior = np.maximum(1 - hair_prior - other_prior, 0.01)

    # What skin looks like: its shaded tone, and whatever the face shows.
    face = on_head & (hair_mm < -12) & (neck < 0.4) & inside
    forehead = face & (hair_mm > -40) & (np.abs(grid[..., 0]) < 0.57) & (grid[..., 1] > 0)
    rough = _log_roughness(level, on_head & inside, face, forehead)
    difference = soft - expected
    bright = difference @ LUMINANCE
    colour = np.linalg.norm(difference - bright[..., None], axis=2)
    spread = np.where(bright > 0, BRIGHT_SD, DARK_SD)
    wide = COLOUR_SD * (1 + 0.8 * np.clip(np.abs(bright), 0, 1))
    shaded = np.exp(-0.5 * ((bright / spread) ** 2 + (colour / wide) ** 2))
    shaded = shaded / ((2 * np.pi) ** 1.5 * spread * wide**2)
    skin_like = 0.6 * shaded + 0.4 * _learned(code, face * np.exp(-0.5 * (bright / 0.5) ** 2))

    # Spread over its volume in log colours, which in a grey photo is a line.
    grey = float(np.ptp(log_photo[inside], axis=1).mean()) < GREY if inside.any() else False
    # Dark on the skull is hair before it is background, whatever the tint of the photo.
    dark = smoothstep(-0.9, -1.7, bright) * smoothstep(-10.0, 5.0, hair_mm) * on_head
    hair_prior, other_prior = hair_prior + dark * other_prior, other_prior * (1 - dark)
    natural = np.maximum(_natural(soft - facing_shade), 0.6 * dark)
    broad = natural * (2.2 if grey else 0.5)
    hair_like = broad
    far = inside & ~on_head & (away > 12)
    other_like = 0.9 * _learned(code, far.astype(np.float32)) + 0.02
    hair = skin = np.zeros(code.shape, np.float32)
    for _ in range(ROUNDS):
        weighed = [
            hair_prior * told[..., 0] * hair_like * _bell(rough, ROUGH_HAIR),
            skin_prior * told[..., 1] * skin_like * _bell(rough, ROUGH_SKIN),
            other_prior * told[..., 2] * other_like * 0.5,
        ]
        total = np.maximum(weighed[0] + weighed[1] + weighed[2], 1e-12)
        # Neighbours are of one class.
        hair = blur((weighed[0] / total).astype(np.float32), 1.5)
        skin = blur((weighed[1] / total).astype(np.float32), 1.5)
        sure = smoothstep(0.5, 0.9, hair) * inside * (away < 40)
        hair_like = BROAD * broad + (1 - BROAD) * _learned(code, sure) * (broad > 0.02)
        other = np.clip(1 - hair - skin, 0.0, 1.0)
        other_like = 0.9 * _learned(code, other * inside * (away > 3)) + 0.02
    return hair * inside, skin * inside


def _told_by_network(
    parts: PartMap | None, camera: Camera, small: Camera, grid: Array, away: Array
) -> Array:
    """(H, W, 3) factors for hair, skin and everything else at the pixels of the map."""
    told = np.ones((*away.shape, 3), np.float32)
    if parts is None:
        return told
    column, row = np.meshgrid(*(np.arange(side) + 0.5 for side in small.size_px))
    scale = camera.focal_px / small.focal_px
    x = (column - small.center_px[0]) * scale + camera.center_px[0]
    y = (row - small.center_px[1]) * scale + camera.center_px[1]
    place = np.stack([x, y], -1) @ parts.square_from_photo[:, :2].T + parts.square_from_photo[:, 2]
    size = parts.hair.shape[0]
    beside = np.abs(place / size - 0.5).max(2)
    # It knows the head; not the beard, nor dark hair before a dark door. And it ends at the square.
    hair_mm, neck, beard = grid[..., 2], grid[..., 5], grid[..., 6]
    no_beard = smoothstep(0.4, 0.1, beard) * smoothstep(0.4, 0.1, neck)
    counts = np.maximum(smoothstep(*BEARD_FROM_MM, hair_mm), no_beard)
    counts *= smoothstep(0.49, 0.44, beside)
    counts *= smoothstep(*TOLD_BESIDE_MM, away)
    other = np.clip(1 - parts.hair - parts.skin, 0.0, 1.0)
    x, y = (np.ascontiguousarray(place[..., k] - 0.5, np.float32) for k in (0, 1))
    for k, share in enumerate((parts.hair, parts.skin, other)):
        soft = blur(np.asarray(share, np.float32), size / 64)
        found = cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        told[..., k] = 1 - counts + counts * (LEAST_TOLD + (1 - LEAST_TOLD) * found)
    return told


def _natural(log_albedo: Array) -> Array:
    """(H, W) 0..1: hair is never bluer or greener than grey, nor white as a wall or as shine."""
    red, green, blue = log_albedo[..., 0], log_albedo[..., 1], log_albedo[..., 2]
    level = log_albedo @ LUMINANCE
    cold = np.maximum(blue - red, 1.5 * (green - red))
    dark = smoothstep(-3.0, -3.6, level)  # black has no hue to speak of
    natural = np.maximum(smoothstep(0.30, 0.14, cold), dark) * smoothstep(-0.3, -0.7, level)
    # Between brown and black red cannot be as strong as in lips or cloth.
    return np.asarray(natural * smoothstep(1.5, 1.1, red - green))


def _bin_of(log_photo: Array) -> Array:
    """(H, W) int: which cell of the colour histogram."""
    level = log_photo @ LUMINANCE
    feature = np.stack(
        [level, log_photo[..., 0] - log_photo[..., 1], log_photo[..., 2] - log_photo[..., 1]], -1
    )
    share = np.clip((feature - LOWEST) / (HIGHEST - LOWEST), 0.0, 0.999)
    cell = (share * BINS).astype(np.int32)
    return np.asarray((cell[..., 0] * BINS[1] + cell[..., 1]) * BINS[2] + cell[..., 2])


def _learned(code: Array, weight: Array) -> Array:
    """(H, W) density of each pixel's colour among the weighted pixels."""
    count = np.bincount(code.ravel(), weight.ravel(), int(np.prod(BINS))).reshape(BINS)
    for axis in range(3):
        padded = np.pad(count, [(1, 1) if k == axis else (0, 0) for k in range(3)], mode="edge")
        first, middle, last = (
            np.take(padded, np.arange(s, s + BINS[axis]), axis=axis) for s in range(3)
        )
        count = 0.25 * first + 0.5 * middle + 0.25 * last
    volume = float(np.prod((HIGHEST - LOWEST) / BINS))
    density = count / (max(float(count.sum()), 30.0) * volume)
    return np.asarray(density.ravel()[code])


def _log_roughness(level: Array, on_head: Array, face: Array, forehead: Array) -> Array:
    """(H, W) natural log of the fine contrast over that of the forehead, if it is bare.

    The step from head to background is no roughness of either: each is measured on its own.
    """
    energy = np.zeros_like(level)
    for part in (on_head, ~on_head):
        mask = part.astype(np.float32)
        fine = (level - blur(level * mask, 2.0) / np.maximum(blur(mask, 2.0), 1e-3)) * mask
        found = np.sqrt(blur(fine**2, 3.0) / np.maximum(blur(mask, 3.0), 1e-3))
        energy = np.where(part, found + 4e-3, energy)
    usual = min(float(np.median(energy[v])) if v.any() else 0.03 for v in (face, forehead))
    return np.asarray(np.log(energy / usual))


def _bell(value: Array, mean_spread: tuple[float, float]) -> Array:
    mean, spread = mean_spread
    return np.asarray(np.exp(-0.5 * ((value - mean) / spread) ** 2) / spread + 0.02)


def _nearest_inside(on_head: Array) -> tuple[Array, Array]:
    """(H, W) distance to the head in pixels, and (H, W) flat index of its nearest pixel."""
    away, label = cv2.distanceTransformWithLabels(
        (~on_head).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    flat = np.flatnonzero(on_head.ravel())
    where = np.zeros(int(label.max()) + 1, np.int64)
    where[label.ravel()[flat]] = flat
    return away, where[label]


def _map_camera(camera: Camera, vertices_mm: Array) -> Camera:
    """One that sees head, neck and some of what is around, at about a millimetre per pixel."""
    in_camera = camera.to_camera(vertices_mm)
    millimetre_px = camera.focal_px / float(np.median(in_camera[:, 2]))
    scale = 1.0 / millimetre_px
    above = vertices_mm[:, 1] > -100.0
    points = camera.project(vertices_mm[above]) * scale
    low = points.min(0) - np.array(AROUND_MM[:2])
    high = points.max(0) + np.array(AROUND_MM[::2])
    shrink = min(1.0, LARGEST_SIDE_PX / float((high - low).max()))
    size = np.maximum(np.ceil((high - low) * shrink), 8).astype(int)
    center = (np.array(camera.center_px) * scale - low) * shrink
    return camera.replace(
        size_px=(int(size[0]), int(size[1])),
        focal_px=camera.focal_px * scale * shrink,
        center_px=(float(center[0]), float(center[1])),
    )


def _sample(photo: Photo, camera: Camera, small: Camera) -> tuple[Array, Array]:
    """(H, W, 3) log photo at the map's pixels, averaged, and (H, W) bool where there is one."""
    scale = camera.focal_px / small.focal_px
    width, height = small.size_px
    left = camera.center_px[0] - small.center_px[0] * scale
    top = camera.center_px[1] - small.center_px[1] * scale
    x0, y0 = (max(0, int(np.floor(v))) for v in (left, top))
    x1 = min(photo.size_px[0], int(np.ceil(left + width * scale)))
    y1 = min(photo.size_px[1], int(np.ceil(top + height * scale)))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return np.zeros((height, width, 3), np.float32), np.zeros((height, width), bool)
    part = photo.pixels[y0:y1, x0:x1]
    fewer = 1.0
    if scale > 1:
        fewer = scale
        target = (max(1, round((x1 - x0) / scale)), max(1, round((y1 - y0) / scale)))
        part = cv2.resize(part, target, interpolation=cv2.INTER_AREA)
    column, row = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x = (left + column * scale - x0) / fewer - 0.5
    y = (top + row * scale - y0) / fewer - 0.5
    picture = cv2.remap(
        np.ascontiguousarray(part),
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inside = (x > 0) & (y > 0) & (x < part.shape[1] - 1) & (y < part.shape[0] - 1)
    return log_linear(linear_from_srgb(picture)), inside
