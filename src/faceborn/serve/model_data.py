"""What the page needs of the head model: where things are, and changes of shape to try.

The page numbers vertices as the GLB's primitives do: part after part in the order of
`HeadModel.part_names`, each part's vertices ascending. Served under /api/model/.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faceborn import HeadModel, load_head_model
from faceborn.serve.coarse import coarse_triangles

Array = NDArray[Any]

MEDIA_TYPES = {
    "model.json": "application/json",
    "shapes.bin": "application/octet-stream",
    "coarse.bin": "application/octet-stream",
}
COARSE_TRIANGLES = 11_000  # of 49,000: the head in motion looks the same at 800 x 600
POINT_NOISE_MM = 0.25  # what a what-if change may move of the rest of the head
MAX_SD = 2.6  # of the change at the slider's end: farther is rarely seen on a real head
MAX_NORM = 3.6  # of its coefficients, in standard deviations: holding the rest still costs some
SMALLEST_MM = 0.015  # moves below it are zero: the file compresses better
BORDER = 0.12  # of a mask from 0.5: the vertices where the ear meets the skull
EYES = list(range(36, 48))  # iBUG
EYES_HOLD = 4.0  # times as firmly as the rest
NEAR_MM, FAR_MM = 28.0, 80.0  # from the points that move: full change, none
# name -> (group, weights of coordinates of iBUG points or of the ear, the points left free)
Pull = tuple[int | str, int, float]  # point, axis (0 to own left, 1 up, 2 forward), weight
NOSE, MOUTH, JAW = set(range(27, 36)), set(range(48, 68)), set(range(3, 14))
SHAPES: dict[str, tuple[str, tuple[Pull, ...], set[int]]] = {
    "noseWidth": ("nose", ((35, 0, 1.0), (31, 0, -1.0)), NOSE),
    "noseLength": ("nose", ((33, 1, -0.5), (30, 1, -0.5)), NOSE),
    "noseProjection": ("nose", ((30, 2, 0.7), (33, 2, 0.3)), NOSE),
    "noseBridge": ("nose", ((28, 2, 0.6), (29, 2, 0.4)), NOSE - {30, 33}),
    "chinForward": ("chin", ((8, 2, 0.6), (7, 2, 0.2), (9, 2, 0.2)), JAW),
    "chinLength": ("chin", ((8, 1, -0.6), (7, 1, -0.2), (9, 1, -0.2)), JAW),
    "jawWidth": ("chin", ((12, 0, 0.5), (11, 0, 0.5), (4, 0, -0.5), (5, 0, -0.5)), JAW),
    "lipFullness": ("lips", ((51, 1, 0.5), (62, 1, -0.5), (66, 1, 0.5), (57, 1, -0.5)), MOUTH),
    "mouthWidth": ("lips", ((54, 0, 1.0), (48, 0, -1.0)), MOUTH),
    "earSize": ("ears", (("ear_top", 1, 1.0), ("ear_low", 1, -1.0)), set()),
    "earStandOut": ("ears", (("ear_rim", 0, 1.0),), set()),
    "faceWidth": ("face", ((2, 0, -1.0), (14, 0, 1.0)), JAW | {0, 1, 2, 14, 15, 16}),
    "cheeks": ("face", (("cheek", 0, 0.6), ("cheek", 2, 0.4)), JAW),
    "older": (
        "face",
        (
            *((30, 1, -0.5), (33, 1, -0.5)),  # the tip of the nose sinks
            *((51, 1, -0.4), (62, 1, 0.4), (66, 1, -0.4), (57, 1, 0.4)),  # thinner lips
            *(("ear_top", 1, 0.3), ("ear_low", 1, -0.7)),  # longer ears
            *((5, 1, -0.3), (11, 1, -0.3)),  # softer jaw
        ),
        NOSE | MOUTH | JAW,
    ),
}


def model_file(name: str) -> bytes:
    """Content of a file under /api/model/, one of MEDIA_TYPES. Takes seconds: model_files.py."""
    if name == "model.json":
        return _description()
    return _shapes()[1] if name == "shapes.bin" else _coarse()


@cache
def page_order() -> Array:
    """(V,) model vertex of each of the page's."""
    model = load_head_model()
    parts = [
        np.unique(model.triangles[model.triangle_part == part])
        for part in range(len(model.part_names))
    ]
    return np.concatenate(parts)


@cache
def _description() -> bytes:
    model, order = load_head_model(), page_order()
    of_page = _of_page()
    ibug = model.landmarks["ibug_68"]
    scales, _ = _shapes()
    weld = np.full(len(order), -1)
    weld[:] = _first_of(model.weld[order])
    facts: dict[str, Any] = {
        "vertices": len(order),
        "eye_look_deg": {name: list(pair) for name, pair in model.eye_look_deg.items()},
        "ibug_68": {
            "vertices": of_page[ibug.vertices].tolist(),
            "weights": np.round(ibug.barycentrics, 5).tolist(),
        },
        "anchors": {name: int(of_page[vertex]) for name, vertex in ear_anchors(model).items()},
        "weld": weld.tolist(),
        "shapes": [
            {"name": name, "group": group, "scale_mm": scales[name]}
            for name, (group, _, _) in SHAPES.items()
        ],
    }
    return json.dumps(facts, separators=(",", ":")).encode()


@cache
def _coarse() -> bytes:
    """(T, 3) uint16, little endian: the head in fewer triangles of the page's vertices."""
    triangles, _ = coarse_triangles(load_head_model(), COARSE_TRIANGLES)
    return _of_page()[triangles].astype("<u2").tobytes()


@cache
def _of_page() -> Array:
    """(V,) number on the page of each of the model's vertices."""
    order = page_order()
    numbers = np.full(len(order), -1)
    numbers[order] = np.arange(len(order))
    return numbers


def _first_of(labels: Array) -> Array:
    """Where each label stands for the first time."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return first[inverse]


def ear_anchors(model: HeadModel) -> dict[str, int]:
    """Model vertices of the groove between ear and skull where a temple rests and hooks."""
    ears, at = model.masks["ears"], model.mean_mm
    border = np.flatnonzero((np.abs(ears - 0.5) < BORDER) & (at[:, 0] > 0))
    left = {
        "ear_top_left": int(border[at[border, 1].argmax()]),
        "ear_back_left": int(border[at[border, 2].argmin()]),
    }
    right = {
        name.replace("left", "right"): int(model.mirror[vertex]) for name, vertex in left.items()
    }
    return left | right


@cache
def _shapes() -> tuple[dict[str, float], bytes]:
    """Millimetres per unit, by name, and (S, V, 3) int16, little endian, in the page's order."""
    model, order = load_head_model(), page_order()
    scales: dict[str, float] = {}
    packed = []
    for name, (_, pulls, free) in SHAPES.items():
        moved = shape_change(model, pulls, free)[order]
        moved[np.abs(moved).max(1) < SMALLEST_MM] = 0
        # Eight digits: the last ones hang on how threads share the sums.
        scale = float(f"{np.abs(moved).max() / 32767:.8g}")
        scales[name] = scale
        packed.append(np.round(moved / scale).astype("<i2"))
    return scales, np.stack(packed).tobytes()


def shape_change(model: HeadModel, pulls: tuple[Pull, ...], free: set[int]) -> Array:
    """The likeliest change that pulls points this way and leaves the others where they are.

    pulls  what the change is: a sum of coordinates that grows
    free   iBUG points that may move along; all others, the eyes and the skull hold still

    Returns (V, 3) mm, for the slider's end. It minimises the squared coefficients (the model's
    prior) plus the squared moves of what holds still, for one unit of the sum.
    """
    ibug = model.landmarks["ibug_68"]
    points = np.einsum("klcx,lc->klx", model.identity_mm[:, ibug.vertices], ibug.barycentrics)
    ears = _ear_points(model)
    gradient = np.zeros(len(model.identity_mm))
    for point, axis, weight in pulls:
        if isinstance(point, int):
            gradient += weight * points[:, point, axis]
            continue
        for vertex, side in ((ears[point], 1.0), (int(model.mirror[ears[point]]), -1.0)):
            mirrored = side if axis == 0 else 1.0
            gradient += 0.5 * weight * mirrored * model.identity_mm[:, vertex, axis]
    still = [point for point in range(68) if point not in free]
    held = [points[:, still].reshape(len(points), -1)]
    pulled_ear = any(isinstance(point, str) and point.startswith("ear") for point, _, _ in pulls)
    if not pulled_ear:
        both = np.concatenate([rim_of(model), model.mirror[rim_of(model)]])
        held.append(model.identity_mm[:, both].reshape(len(points), -1))
    held.append(model.identity_mm[:, _skull(model)].reshape(len(points), -1))
    eyes = (
        points[:, EYES].reshape(len(points), -1),
        model.joints_identity_mm[:, -2:].reshape(len(points), -1),
    )
    held += [EYES_HOLD * rows for rows in eyes]  # else the lids would leave the eyeballs
    # In double precision, or the last digits would hang on how many threads share the sums.
    rows = np.concatenate(held, axis=1).astype(np.float64) / POINT_NOISE_MM
    normal = np.eye(len(points)) + rows @ rows.T / 12  # neighbours move together
    direction = np.linalg.solve(normal, gradient)
    change = direction / (gradient @ direction)
    reach = min(MAX_SD * np.linalg.norm(gradient), MAX_NORM / np.linalg.norm(change))
    moved: Array = np.tensordot(change * reach, model.identity_mm.astype(np.float64), 1)
    if pulled_ear and not free:
        near = model.mean_mm[np.concatenate([rim_of(model), model.mirror[rim_of(model)]])]
    else:
        near = ibug.of(model.mean_mm)[sorted(free)]
    return moved * _falloff(model.mean_mm, near)[:, None]


def _falloff(points_mm: Array, near_mm: Array) -> Array:
    """(V,) 1 near these places, smoothly 0 far from them: what little leaks there is taken out."""
    nearest = np.full(len(points_mm), np.inf)
    for place in near_mm:
        nearest = np.minimum(nearest, np.linalg.norm(points_mm - place, axis=1))
    part = np.clip((FAR_MM - nearest) / (FAR_MM - NEAR_MM), 0, 1)
    smooth: Array = part * part * (3 - 2 * part)
    return smooth


def rim_of(model: HeadModel) -> Array:
    """(3,) vertices of the left ear: its top, its lobe, where it stands out farthest."""
    ears = _ear_points(model)
    return np.array([ears[name] for name in ("ear_top", "ear_low", "ear_rim")])


def _ear_points(model: HeadModel) -> dict[str, int]:
    at = model.mean_mm
    inside = np.flatnonzero((model.masks["ears"] > 0.6) & (at[:, 0] > 0))
    cheek = np.array([48.0, 2.0, 88.0])  # below the cheekbone, on the mean head, mm
    skin = np.flatnonzero(model.masks["face"] > 0.6)
    return {
        "ear_top": int(inside[at[inside, 1].argmax()]),
        "ear_low": int(inside[at[inside, 1].argmin()]),
        "ear_rim": int(inside[at[inside, 0].argmax()]),
        "cheek": int(skin[np.linalg.norm(at[skin] - cheek, axis=1).argmin()]),
    }


def _skull(model: HeadModel) -> Array:
    """A few vertices of cranium and neck, which no change shall move."""
    hair = np.flatnonzero(model.masks["scalp"] > 0.9)
    neck = np.flatnonzero(model.masks["neck"] > 0.9)
    return np.concatenate([hair[:: len(hair) // 12], neck[:: len(neck) // 6]])
