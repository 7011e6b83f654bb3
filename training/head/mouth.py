"""Lips that meet: in the mean, in every identity, and when mouthClose answers jawOpen.

In the source the mean's lips stand 0.65 mm apart, identities open and cross them by up to 0.3 mm a
standard deviation, and mouthClose drives the lower lip 6 to 10 mm into the upper one. The first two
are mended by a field that depends on x, added to one lip and taken from the other, full at the
contact and fading around it; mouthClose is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix, diags
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from faceborn.types import Array, Closing
from head.source import Source
from head.surface import points_of

# Lips stay closed under these; the source opens them by up to 1.3 mm, and teeth gleam through.
CLOSED_UNDER = (
    "cheekPuff",
    "mouthPucker",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "jawForward",
    "jawLeft",
    "jawRight",
    "mouthLeft",
    "mouthRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
)
CORNER_X_MM = 23.0  # of the mouth, on the mean head
CONTACT_Y_MM = [(12, -33.55), (14, -33.9), (16, -34.1), (18, -34.4), (20, -34.65), (23, -34.9)]
KERNEL_MM = 1.6  # width along x over which contact points are averaged
FREE_MM = 30.0  # mouthClose reshapes the skin within this distance of the contact
RETREAT_AT_REST = 0.3  # of RETREAT_MM
RETREAT_MM = 9.0  # of the mouth's lining under mouthClose
NARROWING = 0.04  # of the mouth while mouthClose holds the lips of an open jaw together
OVERLAP_MM = 0.12  # the lips press on each other this much, so that no gap shows between triangles


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lips:
    """The two lips around their line of contact."""

    upper: Array  # points of skin and mouth above the line, with `fade`
    lower: Array
    upper_fade: Array  # 1 at the contact, 0 far from it
    lower_fade: Array
    upper_contact: Array  # the points that touch the other lip
    lower_contact: Array
    x_mm: Array  # (P,) of every point on the mean head


def find_lips(source: Source) -> Lips:
    """Sort the skin around the mouth into upper and lower: what follows the jaw is lower."""
    place = source.points_mm
    x, y, z = place.T
    near = np.zeros(len(x), bool)
    near[points_of(source, "face", "mouth")] = True
    near &= (np.abs(x) < 52) & (y > -76) & (y < -2) & (z > 60)
    drop = -source.shapes_mm["jawOpen"][:, 1]
    # How far the lower lip falls at this x: 33 mm in the middle, nothing at the corners, where the
    # height of the line of contact decides.
    lip_drop = 33.0 * np.clip(1 - (np.abs(x) / 24.5) ** 3, 0.02, 1)
    below_line = y < np.interp(np.abs(x), *np.transpose(CONTACT_Y_MM))
    follows = np.where(np.abs(x) < 12.5, drop > 0.45 * lip_drop, below_line)
    upper, lower = np.flatnonzero(near & ~follows), np.flatnonzero(near & follows)

    inside = np.abs(x) < CORNER_X_MM
    u, w = upper[inside[upper]], lower[inside[lower]]
    touching = 1.3
    upper_contact = u[cKDTree(place[w]).query(place[u])[0] < touching]
    lower_contact = w[cKDTree(place[u]).query(place[w])[0] < touching]

    def fade(points: Array, contact: Array) -> Array:
        away = cKDTree(place[contact]).query(place[points])[0]
        return np.asarray(np.exp(-((np.maximum(away - 2.0, 0) / 8.0) ** 2)))

    return Lips(
        upper=upper,
        lower=lower,
        upper_fade=fade(upper, upper_contact),
        lower_fade=fade(lower, lower_contact),
        upper_contact=upper_contact,
        lower_contact=lower_contact,
        x_mm=x,
    )


def lip_closing(source: Source, lips: Lips) -> Closing:
    """What closes a person's lips, as points: the edges, and the skin that goes along."""
    place = source.points_mm
    contact = np.concatenate([lips.upper_contact, lips.lower_contact])
    away = cKDTree(place[contact]).query(place)[0]
    inside = np.abs(lips.x_mm) < CORNER_X_MM
    skin = np.zeros(len(place), bool)
    skin[points_of(source, "face")] = True
    edge = skin & inside & (away < 2.5)
    taper = np.clip((CORNER_X_MM + 1.5 - np.abs(lips.x_mm)) / 2.5, 0, 1)
    moved = np.concatenate([lips.upper, lips.lower])
    weight = np.concatenate([-0.4 * lips.upper_fade, 0.6 * lips.lower_fade]) * taper[moved]
    order = np.argsort(moved)
    moved, weight = moved[order], weight[order]
    return Closing(
        upper=np.intersect1d(lips.upper, np.flatnonzero(edge)),
        lower=np.intersect1d(lips.lower, np.flatnonzero(edge)),
        moved=moved[np.abs(weight) > 0.005],
        weight=weight[np.abs(weight) > 0.005],
    )


def average_at(x_mm: Array, contact_x_mm: Array, values: Array) -> Array:
    """(N, C) kernel average of values (M, C) at contact x, looked up at other x."""
    weight = np.exp(-(((x_mm[:, None] - contact_x_mm[None]) / KERNEL_MM) ** 2)) + 1e-12
    return np.asarray(weight @ values / weight.sum(1, keepdims=True))


def opening(lips: Lips, moves: Array, x_mm: Array) -> Array:
    """(N, C) how much further the upper lip moves than the lower at x; moves is (P, C)."""
    up = average_at(x_mm, lips.x_mm[lips.upper_contact], moves[lips.upper_contact])
    low = average_at(x_mm, lips.x_mm[lips.lower_contact], moves[lips.lower_contact])
    return np.asarray(up - low)


def together(lips: Lips, moves: Array, *, axes: Array, lower_share: float, goal: Array) -> Array:
    """Moves (P, 3) changed so that at the contact upper minus lower is `goal`.

    axes         (3,) 0..1, which axes are mended
    lower_share  how much of it the lower lip takes
    goal         (G, 3) wanted opening on GRID_X_MM
    """
    mended = moves.astype(np.float64).copy()
    taper = np.clip((CORNER_X_MM + 1.5 - np.abs(lips.x_mm)) / 2.5, 0, 1)
    for _ in range(4):
        excess = (opening(lips, mended, GRID_X_MM) - goal) * axes
        for points, fade, share in (
            (lips.lower, lips.lower_fade, lower_share),
            (lips.upper, lips.upper_fade, lower_share - 1),
        ):
            x = lips.x_mm[points]
            step = np.stack([np.interp(x, GRID_X_MM, excess[:, k]) for k in range(3)], 1)
            mended[points] += share * step * (fade * taper[points])[:, None]
    return mended


GRID_X_MM = np.arange(-24.0, 24.5, 0.5)


def gap_of_mean(lips: Lips, points_mm: Array) -> Array:
    """(G, 3) in y: the clear height between the lips along GRID_X_MM."""
    gap = np.zeros((len(GRID_X_MM), 3))
    for k, x in enumerate(GRID_X_MM):
        up = points_mm[lips.upper_contact[np.abs(lips.x_mm[lips.upper_contact] - x) < 1.5]]
        low = points_mm[lips.lower_contact[np.abs(lips.x_mm[lips.lower_contact] - x) < 1.5]]
        if len(up) and len(low):
            gap[k, 1] = np.quantile(up[:, 1], 0.2) - np.quantile(low[:, 1], 0.8)
    width = np.hanning(9) / np.hanning(9).sum()
    gap[:, 1] = np.convolve(np.pad(gap[:, 1], 4, mode="edge"), width, "valid")
    return gap


def close_mean(source: Source, lips: Lips) -> Array:
    """(P, 3) the mean head with its lips closed, and the mouth's lining farther from the skin."""
    points_mm = source.points_mm
    gap = gap_of_mean(lips, points_mm)
    goal = np.zeros_like(gap)
    goal[:, 1] = -np.maximum(gap[:, 1] + OVERLAP_MM, 0)
    only_y = np.array([0.0, 1.0, 0.0])
    move = np.zeros_like(points_mm)
    move = together(lips, move, axes=only_y, lower_share=0.6, goal=goal)
    return points_mm + move + RETREAT_AT_REST * retreat(source, lips)


def close_identities(lips: Lips, identity_mm: Array) -> Array:
    """(K, P, 3) modes that neither open the lips nor push one through the other."""
    only_y = np.array([0.0, 1.0, 0.0])
    zero = np.zeros((len(GRID_X_MM), 3))
    closed = [together(lips, mode, axes=only_y, lower_share=0.5, goal=zero) for mode in identity_mm]
    return np.stack(closed).astype(np.float32)


def keep_closed(lips: Lips, shape_mm: Array) -> Array:
    """(P, 3) an expression that does not part the lips; pressing them together it may."""
    only_y = np.array([0.0, 1.0, 0.0])
    goal = np.minimum(opening(lips, shape_mm, GRID_X_MM), 0) * only_y
    return together(lips, shape_mm, axes=only_y, lower_share=0.6, goal=goal)


def closing_shape(source: Source, lips: Lips, jaw_open_mm: Array, mouth_close_mm: Array) -> Array:
    """(P, 3) mouthClose such that jawOpen + mouthClose, both 1, leaves the lips together.

    Both lips go where the source's upper lip goes (a third of the way down), chin and cheeks follow
    the jaw, and the skin between is the smoothest field that joins them: least squares of its
    bi-Laplacian on the mesh. The source's own shape crosses the lips and tears at the corners.
    """
    both = (jaw_open_mm + mouth_close_mm).astype(np.float64)
    contact = np.concatenate([lips.upper_contact, lips.lower_contact])
    middle = lips.upper_contact[np.abs(lips.x_mm[lips.upper_contact]) < 12]
    path = both[middle].mean(0) * [0, 1, 1]
    held = jaw_open_mm.astype(np.float64).copy()
    across = lips.x_mm[contact, None] / CORNER_X_MM
    held[contact] = path * (1 - 0.3 * across**2) - NARROWING * across * [CORNER_X_MM, 0, 0]

    around = np.union1d(lips.upper, lips.lower)
    away = cKDTree(source.points_mm[contact]).query(source.points_mm[around])[0]
    free = np.setdiff1d(around[away < FREE_MM], contact)
    skin = points_of(source, "face", "scalp", "mouth")
    laplace = laplacian(source, skin)
    energy = (laplace.T @ laplace).tocsr()
    index = np.full(len(held), -1)
    index[skin] = np.arange(len(skin))
    unknown = index[free]
    known = np.setdiff1d(np.arange(len(skin)), unknown)
    right = -energy[unknown][:, known] @ held[skin[known]]
    held[free] = splu(energy[unknown][:, unknown].tocsc()).solve(right)
    return held - jaw_open_mm + retreat(source, lips)


def retreat(source: Source, lips: Lips) -> Array:
    """(P, 3) the mouth's lining drawn back from lips and chin, where no one sees it.

    Else it comes out through the skin of a receding chin when the mouth puckers or closes.
    """
    move = np.zeros_like(source.points_mm)
    contact = np.concatenate([lips.upper_contact, lips.lower_contact])
    lining = np.setdiff1d(points_of(source, "mouth"), points_of(source, "face"))
    depth = cKDTree(source.points_mm[contact]).query(source.points_mm[lining])[0]
    front = np.clip((source.points_mm[lining, 2] - 60.0) / 30.0, 0, 1)
    move[lining, 2] = -RETREAT_MM * np.clip((depth - 4.0) / 9.0, 0, 1) * front
    return move


def laplacian(source: Source, points: Array) -> csr_matrix:
    """(N, N) mean of the neighbours minus the point, over the quads that lie within `points`."""
    index = np.full(len(source.points_mm), -1)
    index[points] = np.arange(len(points))
    quads = index[source.quads]
    quads = quads[(quads >= 0).all(1)]
    edges = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = edges[edges[:, 0] != edges[:, 1]]
    i, j = np.concatenate([edges, edges[:, ::-1]]).T
    links = coo_matrix((np.ones(len(i)), (i, j)), (len(points), len(points))).tocsr()
    links.data[:] = 1
    degree = np.maximum(np.asarray(links.sum(1)).ravel(), 1)
    return csr_matrix(diags(1 / degree) @ links - diags(np.ones(len(points))))
