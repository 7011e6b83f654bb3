"""Points placed by hand on fronts, and what they say about the points of a network.

The London and the Canadian set have 189 on each neutral front. Where exactly a corner or a chin
lies is a matter of style, which differs between sets; so of each set the usual difference from the
mesh is taken out first, and what remains is about this photo alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceborn.types import Array

# Rows of a .tem file (their mean), vertex of the mesh of 478, point of iBUG's 68 if there is one:
# corners of eyes and mouth, tip of the nose, chin; pupils; below the nose; middles of lids, lips.
PLACES: tuple[tuple[tuple[int, ...], int, int | None], ...] = (
    *(((18,), 33, 36), ((22,), 133, 39), ((23,), 362, 42), ((27,), 263, 45)),
    *(((54, 60), 4, 30), ((87,), 61, 48), ((93,), 291, 54), ((129,), 152, 8)),
    *(((0,), 468, None), ((1,), 473, None), ((55,), 2, None)),
    *(((20,), 159, None), ((29,), 145, None), ((25,), 386, None), ((32,), 374, None)),
    *(((90,), 0, None), ((106,), 17, None), ((96,), 13, None), ((101,), 14, None)),
)
MESH = [mesh for _, mesh, _ in PLACES]
OF_IBUG = [number for number, (*_, ibug) in enumerate(PLACES) if ibug is not None]
IBUG = [ibug for *_, ibug in PLACES if ibug is not None]
EYES = (0, 3)  # rows of PLACES: outer corners, right and left
REACH = 0.2  # of the eye distance: how far the shift of one place is felt
RIDGE = 0.05  # of a place's own weight


def read_tem(path: Path) -> Array:
    """(N, 2) pixels: the first line says how many, then x and y per line."""
    count, *rows = path.read_text().split("\n")
    return np.array([row.split()[:2] for row in rows[: int(count)]], float)


def placed_px(photo: Path) -> Array | None:
    """(P, 2) PLACES of a photo, in its pixels; None where nobody placed any."""
    path = photo.with_suffix(".tem")
    if not path.exists():
        return None
    rows = read_tem(path)
    return np.array([rows[list(chosen)].mean(0) for chosen, *_ in PLACES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a set's places have against the mesh on average, upright, in eye distances."""

    usual: dict[str, Array]  # name of the set: (P, 2)
    wanted: str  # the set whose style counts

    @classmethod
    def learn(cls, seen: list[tuple[Path, Array]], *, wanted: str) -> Style:
        """Of photos with places, each with its (478, 2) points of the mesh."""
        found: dict[str, list[Array]] = {}
        for photo, points_px in seen:
            places = placed_px(photo)
            if places is not None:
                away = (places - points_px[MESH]) @ _upright(places).T
                found.setdefault(photo.parent.name, []).append(away)
        return cls(usual={name: np.mean(rows, 0) for name, rows in found.items()}, wanted=wanted)

    def mended(self, photo: Path, points_px: Array) -> Array:
        """(478, 2) points of the mesh, moved by what is not usual of this photo's places."""
        places = placed_px(photo)
        if places is None or photo.parent.name not in self.usual:
            return points_px
        upright = _upright(places)
        away = (places - points_px[MESH]) @ upright.T - self.usual[photo.parent.name]
        return points_px + spread(points_px[MESH], away @ np.linalg.inv(upright).T, points_px)

    def wanted_px(self, photo: Path) -> Array | None:
        """(8, 2) where the style that counts would place OF_IBUG."""
        places = placed_px(photo)
        if places is None or photo.parent.name not in self.usual:
            return None
        style = self.usual[self.wanted] - self.usual[photo.parent.name]
        return np.asarray((places + style @ np.linalg.inv(_upright(places)).T)[OF_IBUG])


def spread(places_px: Array, shifts_px: Array, points_px: Array) -> Array:
    """(N, 2) how far points move when places (P, 2) move; nothing far from them."""
    reach = REACH * float(np.ptp(places_px[:, 0]))
    among = _bell(places_px, places_px, reach) + RIDGE * np.eye(len(places_px))
    return np.asarray(_bell(points_px, places_px, reach) @ np.linalg.solve(among, shifts_px))


def _bell(points: Array, places: Array, reach: float) -> Array:
    squared = ((points[:, None] - places[None]) ** 2).sum(2)
    return np.asarray(np.exp(-squared / (2 * reach**2)))


def _upright(places_px: Array) -> Array:
    """(2, 2) pixels to eye distances, the eyes level."""
    x, y = places_px[EYES[1]] - places_px[EYES[0]]
    return np.array([[x, y], [-y, x]]) / (x * x + y * y)
