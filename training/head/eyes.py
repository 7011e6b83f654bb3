"""The eyeballs: spheres that turn, with the iris painted around the pole of their texture.

Decision: each eye is ICT's outer mesh with the bulge of the cornea, opaque. Its texture is polar
around (0.5, 0.5), the pupil; ring by ring on the mean head (this table is where the numbers in
model/parts.py come from):

    radius in uv     0    .05   .07   .09   .106  .114  .122  .139  .170  .203  .26   .40
    angle, deg       0    8.9   11.9  15.2  18.7  20.5  22.1  25.5  32.5  40.5  53.6  84.5
    off the axis, mm 0    2.75  3.61  4.54  5.43  5.85  6.26  7.07  8.60  10.3  12.6  15.2

The bulge ends near 0.15, but the ball is larger than life (15.2 mm radius, life 12), so the iris is
put where it is on people: 5.85 mm (London template, hand-placed rings: 5.8 mm on the mean head).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.types import Array
from head.source import Source
from head.surface import FLIP_X, points_of

# At rest the source looks 5.8 degrees outwards, so both eyes seem to look past the viewer. 1.5
# puts the pupils where the London people have them, looking into a lens at about a metre.
REST_OUT_DEG = 1.5
SOURCE_OUT_DEG = 5.80
# Full gaze. Up and down follow how far ICT's lids travel with it (upper lid +7.6 and -13.8 degrees
# of elevation; a lid covers 0.4 to 0.6 of the eye's way), in and out are those of people.
LOOK_DEG = {"Up": 17.0, "Down": 22.0, "In": 28.0, "Out": 30.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eyeball:
    """One eye on the mean head."""

    points: Array  # (N,) into the points of the source
    center_mm: Array  # (3,)
    side: int  # +1 the person's left, -1 right


def find_eyeballs(source: Source) -> tuple[Eyeball, Eyeball]:
    """Left and right, centre = that of the sphere through the back half."""
    eyes = []
    for name, side in (("eye_left", 1), ("eye_right", -1)):
        points = points_of(source, name)
        place = source.points_mm[points]
        back = place[place[:, 2] < np.median(place[:, 2])]
        a = np.column_stack([2 * back, np.ones(len(back))])
        center = np.linalg.lstsq(a, (back**2).sum(1), rcond=None)[0][:3]
        eyes.append(Eyeball(points=points, center_mm=center, side=side))
    middle = (eyes[0].center_mm + eyes[1].center_mm * FLIP_X) / 2
    left, right = (
        Eyeball(points=e.points, center_mm=middle * c, side=e.side)
        for e, c in zip(eyes, (np.ones(3), FLIP_X), strict=True)
    )
    return left, right


def turn_to_rest(points_mm: Array, eyes: tuple[Eyeball, Eyeball]) -> Array:
    """(P, 3) with the eyeballs looking REST_OUT_DEG outwards."""
    turned = points_mm.copy()
    for eye in eyes:
        turn = rotation_from_angles(-eye.side * (SOURCE_OUT_DEG - REST_OUT_DEG), 0, 0)
        turned[eye.points] = (points_mm[eye.points] - eye.center_mm) @ turn.T + eye.center_mm
    return turned


def look_angles_deg() -> dict[str, tuple[float, float]]:
    """eyeLook* -> (yaw, pitch) of that eye's joint, in the convention of geometry/rotations.py."""
    angles = {}
    for name, side in (("Left", 1), ("Right", -1)):
        angles[f"eyeLookUp{name}"] = (0.0, -LOOK_DEG["Up"])
        angles[f"eyeLookDown{name}"] = (0.0, LOOK_DEG["Down"])
        angles[f"eyeLookIn{name}"] = (-side * LOOK_DEG["In"], 0.0)
        angles[f"eyeLookOut{name}"] = (side * LOOK_DEG["Out"], 0.0)
    return angles


def turn_of(points_mm: Array, eye: Eyeball, yaw_deg: float, pitch_deg: float) -> Array:
    """(N, 3) displacement of the eye's points (P, 3 given) when its joint turns."""
    arm = points_mm[eye.points] - eye.center_mm
    return np.asarray(arm @ rotation_from_angles(yaw_deg, pitch_deg, 0).T - arm)


def rigid_identity(source: Source, eyes: tuple[Eyeball, Eyeball]) -> tuple[Array, Array]:
    """Identity modes with eyeballs that only move and grow, and how the centres move.

    Returns (K, P, 3) and (K, 2, 3). The source also squashes the balls a little (at most 0.7 mm
    per standard deviation), which would make them wobble when they turn.
    """
    modes = source.identity_mm.copy()
    centers = np.zeros((len(modes), 2, 3))
    for column, eye in enumerate(eyes):
        arm = source.points_mm[eye.points] - eye.center_mm
        # Least squares for shift and growth, one mode at a time.
        basis = np.concatenate([np.tile(np.eye(3), (len(arm), 1)), arm.reshape(-1, 1)], 1)
        target = modes[:, eye.points].reshape(len(modes), -1).T
        solved = np.linalg.lstsq(basis, target, rcond=None)[0]
        modes[:, eye.points] = (basis @ solved).T.reshape(len(modes), -1, 3)
        centers[:, column] = solved[:3].T
    return modes, centers
