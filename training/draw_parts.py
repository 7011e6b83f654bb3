"""Draw the pictures of teeth, gums, tongue, lashes, eye_shade and tearline: our own, no photos.

    python training/draw_parts.py            writes src/faceborn/assets/parts/*.png

Colours are albedo in sRGB. What the mouth shades of itself is drawn in, because viewers have no
ambient occlusion: things get darker towards the throat and where two of them meet.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from head.atlas import make_atlas, noise, positions
from PIL import Image
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from faceborn.model import load_head_model
from faceborn.types import Array, HeadModel

# Of sRGB: enamel lies at half of white, and lips keep light from it; brighter looks like a denture.
IVORY = np.array([0.86, 0.85, 0.84])
TARGET = Path(__file__).resolve().parent.parent / "src" / "faceborn" / "assets" / "parts"


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    model = load_head_model()
    pictures = {
        "teeth": draw_teeth(model),
        "gums": draw_gums(model),
        "tongue": draw_tongue(model),
        "lashes": draw_lashes(),
        "eye_shade": draw_eye_shade(),
        "tearline": draw_tearline(model),
    }
    for name, picture in pictures.items():
        path = TARGET / f"{name}.png"
        Image.fromarray(picture).save(path, optimize=True)
        print(f"{path.name}: {picture.shape}, {path.stat().st_size / 1e3:.0f} kB")


def draw_teeth(model: HeadModel, size: int = 1024) -> Array:
    """Warm ivory, yellower at the gum, greyer and clearer at the edge, dark where teeth meet."""
    atlas = make_atlas(model, "teeth", size)
    place, normal = positions(model, atlas)
    tooth = pieces(model, "teeth")[atlas.corners[:, 0]]
    upper = place[:, 1] > -33.0
    for label in np.unique(tooth):  # a tooth belongs to one jaw as a whole
        mine = tooth == label
        upper[mine] = upper[mine].mean() > 0.5
    edge = np.empty(len(place))
    for label in np.unique(tooth):
        mine = tooth == label
        height = place[mine, 1] * np.where(upper[mine], 1, -1)
        edge[mine] = height - np.quantile(height, 0.005)
    crown = np.clip(edge / 9.0, 0, 1)[:, None]  # 0 at the biting edge, 1 at the gum
    color = mix((0.925, 0.885, 0.810), (0.895, 0.825, 0.705), smooth(crown, 0.35, 1.0))
    color = mix(color, (0.875, 0.855, 0.810), 0.5 * (1 - smooth(crown, 0.0, 0.22)))
    rank = np.abs(place[:, :1])
    canine = np.exp(-(((rank - 17.0) / 4.0) ** 2))
    color = color * (1 - canine * np.array([0.02, 0.045, 0.10]))
    color = color * (
        1 + 0.018 * noise(place, 7.0, 1)[:, None] + 0.012 * noise(place, 1.6, 2)[:, None]
    )
    color = color * gap_shade(place, tooth, upper, reach_mm=0.9)
    # Chewing faces of the back teeth: fissures, by how much the surface looks up in its middle.
    chewing = np.clip(normal[:, 1] * np.where(upper, -1, 1), 0, 1) * smooth(-place[:, 2], -88, -78)
    color = color * (1 - 0.22 * chewing[:, None])
    color = color * depth_shade(place, front=1.0, back=0.62)
    return atlas.image(color * IVORY)


def draw_gums(model: HeadModel, size: int = 512) -> Array:
    """Pink, paler on the ridge that stretches over the roots, deep red towards the throat."""
    atlas = make_atlas(model, "gums", size)
    place, _ = positions(model, atlas)
    teeth = model.mean_mm[np.unique(part_triangles(model, "teeth"))]
    near = cKDTree(teeth).query(place)[0][:, None]
    color = mix((0.80, 0.49, 0.46), (0.70, 0.36, 0.34), smooth(near, 0.6, 4.0))
    color = color * (1 - 0.18 * (1 - smooth(near, 0.0, 0.7)))
    color = color * (
        1 + 0.05 * noise(place, 9.0, 3)[:, None] + 0.035 * noise(place, 2.2, 4)[:, None]
    )
    return atlas.image(color * depth_shade(place, front=0.95, back=0.32))


def draw_tongue(model: HeadModel, size: int = 512) -> Array:
    """Pink with a paler coat on the back, fine papillae, a groove, veins underneath."""
    atlas = make_atlas(model, "tongue", size)
    place, normal = positions(model, atlas)
    top = smooth(normal[:, 1], -0.1, 0.5)[:, None]
    tip = smooth(place[:, 2], 70.0, 96.0)[:, None]
    color = mix((0.72, 0.42, 0.41), (0.76, 0.40, 0.39), tip)
    coat = top * (1 - tip) * np.exp(-((place[:, :1] / 13.0) ** 2))
    color = mix(color, (0.78, 0.58, 0.55), 0.45 * coat)
    color = color * (1 - 0.16 * top * np.exp(-((place[:, :1] / 1.1) ** 2)))
    color = mix(color, (0.55, 0.25, 0.29), 0.6 * (1 - top))
    fine = noise(place, 1.1, 5)[:, None] * 0.5 + noise(place, 0.55, 6)[:, None] * 0.5
    color = color * (1 + top * 0.10 * fine + 0.04 * noise(place, 8.0, 7)[:, None])
    return atlas.image(color * depth_shade(place, front=0.98, back=0.40))


def draw_lashes(size: int = 1024) -> Array:
    """RGBA: strands on the twelve cards. v runs from tip (low) to root, rows 3-5 are the upper lid.

    On the left half of the picture (the person's right eye) u runs from the outer corner to the
    inner, on the right half the other way: it is drawn once and mirrored.
    """
    scale = 4
    half = np.zeros((size * scale, size * scale // 2), np.uint8)
    for row in range(6):
        upper = row >= 3
        top = 1 - (0.154, 0.320, 0.486, 0.656, 0.822, 0.988)[row]
        bottom = 1 - (0.014, 0.180, 0.346, 0.516, 0.682, 0.848)[row]
        generator = np.random.default_rng(100 + row)
        count = 44 if upper else 26
        for k in range(count):
            # From the inner corner (0) to the outer (1): long and dense in the outer middle.
            along = (k + generator.uniform(-0.45, 0.45)) / (count - 1)
            if not 0.10 < along < 0.97:
                continue
            arch = np.sin(np.pi * np.clip((along - 0.04) / 1.04, 0, 1)) ** 0.6
            length = (0.50 + 0.42 * arch) * (0.68 if upper else 0.50) * generator.uniform(0.72, 1.0)
            # The outermost look sideways: seen across the nose they stand out alone.
            length *= 1 - 0.55 * float(smooth(np.array(along), 0.55, 0.95))
            lean = (along - 0.42) * 0.05 + generator.normal(0, 0.006)
            clump = 0.008 * np.sin(k * 2 * np.pi / 3.0)  # neighbours meet at their tips
            u0 = 0.012 + (0.49 - 0.012) * (1 - along)
            t = np.linspace(0, 1, 14)
            u = u0 - (lean + clump) * t**1.6
            v = top + (bottom - top) * length * t
            width = (0.0021 if upper else 0.0015) * (1 - t) ** 0.75 + 0.00035
            strand(half, u, v, width * size * scale, size * scale)
        lid_line(half, top, 0.022 if upper else 0.012)
    alpha = cv2.resize(half, (size // 2, size), interpolation=cv2.INTER_AREA)
    alpha = np.concatenate([alpha, alpha[:, ::-1]], 1)
    color = np.broadcast_to(np.array([24, 18, 15], np.uint8), (size, size, 3))
    return np.dstack([color, (alpha * 0.92).astype(np.uint8)])


def strand(image: Array, u: Array, v: Array, width_px: Array, scale: int) -> None:
    """A tapered curve through (u, v), v down, as one filled outline."""
    points = np.stack([u, v], 1) * scale
    way = np.gradient(points, axis=0)
    side = np.stack([-way[:, 1], way[:, 0]], 1) / (
        np.linalg.norm(way, axis=1, keepdims=True) + 1e-9
    )
    outline = np.concatenate(
        [points + side * width_px[:, None] / 2, (points - side * width_px[:, None] / 2)[::-1]]
    )
    cv2.fillPoly(image, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)


def lid_line(image: Array, top: float, height: float) -> None:
    """The dark line where roots stand close: a soft band along one card's root, added in place."""
    size = image.shape[0]
    rows = slice(round(top * size), round((top + height) * size))
    u = (np.arange(image.shape[1]) + 0.5) / size
    along = 1 - (u - 0.012) / (0.49 - 0.012)
    ends = smooth(along, 0.12, 0.35) * (1 - smooth(along, 0.90, 0.98))
    fade = np.linspace(1, 0, rows.stop - rows.start)[:, None] ** 1.5
    band = 255 * 0.45 * fade * ends
    image[rows] = np.maximum(image[rows], band.astype(np.uint8))


def draw_eye_shade(size: int = 128) -> Array:
    """RGBA: what lids and lashes take of the light. v = 1 at the upper lid, u = 1 at the nose.

    The rows of the mesh crowd at the lids: the upper quarter of v is only 1.8 mm high.
    """
    u = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(u, u[::-1])
    upper = 0.66 * np.exp(-(((1 - v) / 0.26) ** 1.6)) + 0.24 * np.exp(-(((1 - v) / 0.52) ** 2.5))
    lower = 0.26 * np.exp(-((v / 0.12) ** 1.2))
    corner = 0.42 * np.exp(-((u / 0.13) ** 1.5)) + 0.42 * np.exp(-(((1 - u) / 0.15) ** 1.5))
    alpha = 1 - (1 - upper) * (1 - lower) * (1 - corner)
    color = np.broadcast_to(np.array([38, 16, 14], np.uint8), (size, size, 3))
    return np.dstack([color, np.round(np.clip(alpha, 0, 0.9) * 255).astype(np.uint8)])


def draw_tearline(model: HeadModel, size: int = 256) -> Array:
    """RGBA: a faint wet rim on the lower lid, and the caruncle at the inner corner, pink."""
    atlas = make_atlas(model, "tearline", size)
    place, _ = positions(model, atlas)
    x, y = np.abs(place[:, :1]), place[:, 1:2]
    inner = 1 - smooth(x, 19.2, 22.2)
    lower = 1 - smooth(y - (34.5 - 0.16 * (44.5 - x) * (x > 22)), -3.2, -1.2)
    color = mix((0.93, 0.88, 0.85), (0.80, 0.47, 0.43), inner)
    alpha = mix(0.10 * lower, (0.80,), inner)
    return atlas.image(np.concatenate([color, alpha], 1))


def mix(a: Array | tuple[float, ...], b: Array | tuple[float, ...], t: Array) -> Array:
    """a where t is 0, b where it is 1."""
    return np.asarray(np.asarray(a) * (1 - t) + np.asarray(b) * t)


def smooth(x: Array, low: float, high: float) -> Array:
    """Smoothstep from low to high."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def depth_shade(place_mm: Array, front: float, back: float) -> Array:
    """(N, 1) how much light still comes in at this depth; lips let it in at z = 100 mm."""
    t = smooth(place_mm[:, 2:], 25.0, 98.0)
    return np.asarray(back + (front - back) * t**0.8)


def gap_shade(place_mm: Array, tooth: Array, upper: Array, reach_mm: float) -> Array:
    """(N, 3) darker and warmer near the next tooth of the same jaw."""
    shade = np.ones((len(place_mm), 3))
    for label in np.unique(tooth):
        mine = tooth == label
        others = place_mm[~mine & (upper == upper[mine][0])][::3]
        near = cKDTree(others).query(place_mm[mine], distance_upper_bound=reach_mm)[0]
        gap = 1 - smooth(np.minimum(near, reach_mm), 0, reach_mm)
        shade[mine] = 1 - gap[:, None] * np.array([0.28, 0.36, 0.44])
    return shade


def pieces(model: HeadModel, part: str) -> Array:
    """(V,) label of the connected piece."""
    edges = part_triangles(model, part)[:, [0, 1, 1, 2]].reshape(-1, 2)
    edges = np.concatenate([edges, np.stack([np.arange(len(model.weld)), model.weld], 1)])
    count = len(model.weld)
    links = coo_matrix((np.ones(len(edges)), edges.T), (count, count))
    return np.asarray(connected_components(links, directed=False)[1])


def part_triangles(model: HeadModel, part: str) -> Array:
    """(T, 3)"""
    return np.asarray(model.triangles[model.triangle_part == model.part_names.index(part)])


if __name__ == "__main__":
    main()
