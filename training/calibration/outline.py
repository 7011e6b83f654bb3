"""The profile that a front photo's head predicts against the person's profile photo.

The one truth about depth in the London set: 01 and 05 show the outline from nasion to chin before
a plain background.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from scipy.spatial import cKDTree

from faceborn.photo import read_photo
from faceborn.types import Array

BACKGROUND_DISTANCE = 18.0  # in Lab; the London background is even
ICP_ROUNDS = 40


def photo_outline_px(path: Path) -> Array:
    """(N, 2) the face's edge of a profile photo, mirrored so that the nose points left (01)."""
    pixels = read_photo(path).pixels
    if path.stem.endswith(("_05", "_10")):
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    lab = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32), (0, 0), 2)
    border = np.concatenate([lab[:200, :60].reshape(-1, 3), lab[:600, :40].reshape(-1, 3)])
    background = np.median(border, 0)
    apart = np.linalg.norm((lab - background) * (0.5, 1.5, 1.5), axis=2)
    mask = (apart > BACKGROUND_DISTANCE).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    count, label, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return np.zeros((0, 2))
    mask = (label == 1 + stats[1:, 4].argmax()).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    edge = max(contours, key=len)[:, 0].astype(np.float64) + 0.5
    height, width = mask.shape
    inside = (edge > 3).all(1) & (edge[:, 0] < width - 3) & (edge[:, 1] < height - 3)
    return np.asarray(edge[inside])


def head_profile_mm(skin_mm: Array, top_mm: Array, bottom_mm: Array) -> Array:
    """(N, 2) outline (x = -z of the head, y down) seen from the person's own right... side-on.

    skin_mm    (V, 3) skin points of the head at rest
    top_mm, bottom_mm  nasion and chin
    """
    middle = skin_mm[np.abs(skin_mm[:, 0]) < 4.0]
    heights = np.linspace(top_mm[1], bottom_mm[1], 160)
    front = []
    for height in heights:
        near = middle[np.abs(middle[:, 1] - height) < 1.2]
        if len(near):
            front.append((-near[:, 2].max(), -height))
    return np.array(front)


def profile_distance_mm(profile_mm: Array, outline_px: Array, start: tuple[Array, Array]) -> float:
    """Mean distance of the head's profile to the photo's edge after a similarity (ICP), mm.

    start  two points of the head's side view (mm) and of the photo (px) to begin from, (2, 2) each
    """
    source, target = start
    a, b = source[1] - source[0], target[1] - target[0]
    turn = complex(*b) / complex(*a)
    shift = complex(*target[0]) - turn * complex(*source[0])
    points = profile_mm[:, 0] + 1j * profile_mm[:, 1]
    tree = cKDTree(outline_px)
    for _ in range(ICP_ROUNDS):
        moved = turn * points + shift
        distance, index = tree.query(np.column_stack([moved.real, moved.imag]))
        goal = outline_px[index, 0] + 1j * outline_px[index, 1]
        keep = distance <= np.quantile(distance, 0.95)
        p, g = points[keep], goal[keep]
        centred = p - p.mean()
        turn = (np.conj(centred) @ (g - g.mean())) / (np.abs(centred) ** 2).sum()
        shift = g.mean() - turn * p.mean()
    moved = turn * points + shift
    distance, _ = tree.query(np.column_stack([moved.real, moved.imag]))
    return float(distance.mean() / abs(turn))
