"""The surface of a solid as a mesh of its own, with the photo's colours, like the paper's."""

from __future__ import annotations

import cv2
import numpy as np

from faceborn.errors import FitError, MissingExtra
from faceborn.geometry.meshes import vertex_normals
from faceborn.types import Array, Photo, Solid, Surface
from faceborn.volume.grid import blurred

LEVEL = 0.5
SMOOTH_CUBES = 0.6
# The network thinks in cells of 2 x 2 cubes, whose borders show on steep skin: rounds and factors
# of Taubin 1995, "A signal processing approach to fair surface design", which does not shrink.
FAIR_ROUNDS, SHRINK, GROW = 16, 0.6, -0.62


def coloured_surface(photo: Photo, solid: Solid, mm_per_px: float) -> Surface:
    """The isosurface of `solid` in millimetres, every vertex with the colour of its pixel.

    mm_per_px  size of a pixel of the photo at the face

    Raises MissingExtra without scikit-image, FitError where nothing is inside.
    """
    places, triangles = isosurface(solid)
    mm_per_side = solid.side_px * mm_per_px
    middle = np.array([0.5, 0.5, 0.0])
    turn = solid.photo_from_square[:, :2] / solid.side_px  # from the square's axes to the photo's
    moved = (places - middle) * mm_per_side
    moved[:, :2] = moved[:, :2] @ turn.T
    vertices = np.asarray(moved * (1, -1, 1), np.float32)
    return Surface(
        vertices_mm=vertices,
        normals=vertex_normals(vertices, triangles).astype(np.float32),
        triangles=triangles,
        colors=_colors(photo.pixels, solid.to_photo(places)[:, :2]),
    )


def isosurface(solid: Solid) -> tuple[Array, Array]:
    """Vertices (V, 3) in sides of the square, as `Solid` has them, and triangles (T, 3).

    Of the largest piece, without bubbles: one closed surface, cut flat at the border of the grid.
    Triangles run against the clock seen from outside, in a frame with y up.

    Raises MissingExtra without scikit-image, FitError where nothing is inside.
    """
    try:
        from skimage.measure import label, marching_cubes
    except ImportError as error:
        raise MissingExtra(
            "the surface of a volume needs scikit-image", hint="pip install 'faceborn[volume]'"
        ) from error
    padded = np.pad(blurred(solid.inside, SMOOTH_CUBES), 1)
    kept = _largest(label(padded > LEVEL, connectivity=1))
    if not kept.any():
        raise FitError(
            "the volumetric network found no face",
            hint="use a photo that shows the face larger or less covered",
        )
    outside = _largest(label(~kept, connectivity=1))
    # Other pieces are emptied, bubbles filled; what lies on the level's other side stays soft.
    padded = np.where(~outside & ~kept, 1.0, np.where((padded > LEVEL) & ~kept, 0.0, padded))
    vertices, triangles, _, _ = marching_cubes(padded, LEVEL)
    # Cubes have their values at their middles, and one cube is padding.
    place = (vertices - 0.5) / solid.inside.shape[1]
    points = np.column_stack([place[:, 2], place[:, 1], solid.near - place[:, 0]])
    return _faired(points.astype(np.float32), triangles), triangles.astype(np.int32)


def _faired(points: Array, triangles: Array) -> Array:
    """(V, 3) float32 without what is finer than a few edges."""
    from scipy.sparse import csr_matrix, diags

    one, other = np.concatenate(
        [triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]
    ).T
    ones = np.ones(2 * len(one), np.float32)
    ends = (np.concatenate([one, other]), np.concatenate([other, one]))
    beside = csr_matrix((ones, ends), shape=(len(points),) * 2)
    count = np.maximum(np.asarray(beside.sum(1), np.float32).ravel(), 1)
    mean = diags(np.float32(1) / count) @ beside
    for _ in range(FAIR_ROUNDS):
        for factor in (SHRINK, GROW):
            points = points + np.float32(factor) * (mean @ points - points)
    return points


def _largest(pieces: Array) -> Array:
    """Where the largest piece of a labelled grid is, bool; nowhere if there is none."""
    counts = np.bincount(pieces.ravel())
    counts[0] = 0
    return np.asarray((pieces == counts.argmax()) & (pieces > 0))


def _colors(pixels: Array, places: Array) -> Array:
    """(V, 3) uint8 colours of `pixels` at places (V, 2); beyond the photo its border goes on."""
    x, y = (places - 0.5).astype(np.float32).T[..., None]
    blocks = np.array_split(np.arange(len(places)), len(places) // 16384 + 1)  # remap's limit
    colors = [
        cv2.remap(pixels, x[some], y[some], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for some in blocks
    ]
    return np.concatenate(colors).reshape(-1, 3)
