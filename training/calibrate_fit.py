"""Choose the weights of the fit by what photos of the same people say about each other.

    PYTHONPATH=src:benchmarks python training/calibrate_fit.py --data ../shared/data

For each setting, over London training people that no network learns from: do one
person's views agree and different people's differ (ratio, higher is better), does the head of the
front photo predict the outline of the profile photo (mm), do four pictures of one person from 15 to
60 cm give one head (mm), and how far are fitted from measured points. Three minutes; the table that
led to today's settings is in training/LOG.md.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from datasets import Person, london_people, london_photo, pictures
from measures import distance_mm, narrow_face, pairwise_mm
from outline import Outline, outline_error_mm, outline_from_photo, outline_of_shape

from faceborn.errors import FacebornError
from faceborn.faces import find_faces, hints_of, look_at
from faceborn.fit import FitSettings, fit_face
from faceborn.fit.points import ROLES
from faceborn.fit.settings import OF_NETWORK
from faceborn.model import load_head_model, make_shape
from faceborn.photo import read_photo
from faceborn.types import Array, Face, Hints, Photo

Seen = tuple[Photo, Face, Hints]
NEUTRAL = ("02", "03", "04")
PROFILE = "01"
GRID = (
    OF_NETWORK,
    *(replace(OF_NETWORK, identity_weight=w) for w in (10, 18, 40, 80)),
    *(replace(OF_NETWORK, expression_weight=w) for w in (1, 5, 15)),
    *(replace(OF_NETWORK, focal_over_long_side=f) for f in (1.3, 2.5)),
    *(replace(OF_NETWORK, off_face_sigma=s) for s in (1, 6)),
    *(replace(OF_NETWORK, pair_sigma_percent=s) for s in (0.25, 1)),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data

    people = london_people(data, "held-back")
    seen = {(p.key, v): look(london_photo(data, p, v)) for p in people for v in NEUTRAL}
    outlines = {p.key: profile_outline(data, p) for p in people}
    zoom = [look(path) for path in pictures(data / "zoom")]
    print(f"{len(people)} people\nratio  within  between  profile  zoom  front %  setting")
    for settings in GRID:
        figures = judge(settings, [p.key for p in people], seen, outlines, zoom)
        print("  ".join(f"{value:6.3f}" for value in figures), " ", changed(settings))


def look(path: Path) -> Seen:
    """A photo, its largest face, and what a look at it tells the fit."""
    photo = read_photo(path)
    face = find_faces(photo)[0]
    return photo, face, hints_of(look_at(photo, face))


def profile_outline(data: Path, person: Person) -> Outline:
    photo = read_photo(london_photo(data, person, PROFILE))
    return outline_from_photo(photo, find_faces(photo)[0])


def judge(
    settings: FitSettings,
    people: list[str],
    seen: dict[tuple[str, str], Seen],
    outlines: dict[str, Outline],
    zoom: list[Seen],
) -> tuple[float, ...]:
    """Ratio, within, between, profile (mm), zoom (mm), residual of the fronts (percent)."""
    model = load_head_model()
    region = narrow_face(model)
    shapes: dict[tuple[str, str], Array] = {}
    profiles, residuals = [], []
    for (person, view), (photo, face, hints) in seen.items():
        try:
            fit = fit_face(photo, face, model, hints=hints, settings=settings)
        except FacebornError:
            continue
        shape = make_shape(model, fit.identity, scale=fit.scale)
        shapes[person, view] = shape.vertices_mm[region].astype(np.float64)
        if view == "03":
            own = outline_of_shape(shape.vertices_mm, model)
            profiles.append(outline_error_mm(outlines[person], own))
            right, left = ROLES[face.scheme].outer_eye_corners
            eyes = face.landmarks_px[right] - face.landmarks_px[left]
            residuals.append(100 * np.nanmean(fit.residual_px) / np.linalg.norm(eyes))
    within = [
        distance_mm(shapes[p, a], shapes[p, b], scaled=True)
        for p in people
        for a, b in combinations(NEUTRAL, 2)
        if (p, a) in shapes and (p, b) in shapes
    ]
    between = [
        distance_mm(shapes[p, v], shapes[q, v], scaled=True)
        for v in NEUTRAL
        for p, q in combinations(people, 2)
        if (p, v) in shapes and (q, v) in shapes
    ]
    heads = []
    for photo, face, hints in zoom:
        fit = fit_face(photo, face, model, hints=hints, settings=settings)
        heads.append(make_shape(model, fit.identity).vertices_mm[region].astype(np.float64))
    one, other = float(np.mean(within)), float(np.mean(between))
    apart = float(np.mean(pairwise_mm(heads, scaled=True)))
    return other / one, one, other, float(np.mean(profiles)), apart, float(np.mean(residuals))


def changed(settings: FitSettings) -> str:
    """What differs from what ships."""
    usual = OF_NETWORK
    names = [n for n in usual.__slots__ if getattr(settings, n) != getattr(usual, n)]
    assert replace(usual, **{n: getattr(settings, n) for n in names}) == settings
    return ", ".join(f"{n}={getattr(settings, n):g}" for n in names) or "as shipped"


if __name__ == "__main__":
    main()
