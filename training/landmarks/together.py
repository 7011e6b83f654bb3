"""One identity for several photos of a person: fits drawn towards the mean that they agree on.

Each fit minimises what its own photo says plus TOGETHER times its distance from the mean, and the
mean is taken anew, ROUNDS times: towards the joint fit of all photos, by alternation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from faceborn.errors import FacebornError
from faceborn.faces import look_at, part_map
from faceborn.fit import fit_face
from faceborn.fit.settings import usual_settings
from faceborn.model import load_head_model
from faceborn.types import Array, Face, Fit, Hints, PartMap, Photo, Record

TOGETHER = 60.0  # weight of each photo's identity on the mean of the person's
ALONE = 25.0  # of that mean on the mean head
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sitting(Record):
    """One photo of a person."""

    photo: Photo
    face: Face
    parts: PartMap | None


def sitting_of(photo: Photo, face: Face) -> Sitting:
    """With the map of parts that our own network sees."""
    return Sitting(photo=photo, face=face, parts=part_map(look_at(photo, face)))


def fit_sitting(
    sitting: Sitting, identity: Array | None = None, weight: float | None = None
) -> Fit | None:
    """The head on one photo, drawn towards `identity` with this weight; None where none fits."""
    settings = usual_settings(sitting.face)
    if weight is not None:
        settings = replace(settings, identity_weight=weight)
    try:
        return fit_face(
            sitting.photo,
            sitting.face,
            load_head_model(),
            hints=Hints(identity=identity, parts=sitting.parts),
            settings=settings,
        )
    except FacebornError:
        return None


def agree(alone: list[tuple[Sitting, Fit]]) -> Array:
    """(K,) the identity of one person, out of photos with the fit that each gives alone."""
    if len(alone) == 1:
        return alone[0][1].identity
    share = TOGETHER * len(alone) / (TOGETHER * len(alone) + ALONE)
    fits = [fit for _, fit in alone]
    for _ in range(ROUNDS):
        mean = share * np.mean([fit.identity for fit in fits], 0)
        again = [fit_sitting(sitting, mean, TOGETHER) for sitting, _ in alone]
        fits = [new or old for new, old in zip(again, fits, strict=True)]
    return np.asarray(share * np.mean([fit.identity for fit in fits], 0))
