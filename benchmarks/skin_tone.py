"""Is everybody's skin as dark or light on the head as in the photo? Printed and recorded.

    python benchmarks/skin_tone.py --data ../shared/data [--split train] [--limit 20]

The studio light of the London fronts is the same for all and falls from the front, so that the
colour of the cheeks in the photo is the measure of a skin. Beside it stand the colours of the same
patch in the texture and in the rendered front. A slope below 1 means that dark skin comes out too
light against light skin. The three-quarter photos tell whether one person keeps one tone.
Results go to benchmarks/results/skin_tone.json. Never tune on validation people.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from datasets import Person, london_people, london_photo
from run import where
from show import by_kind, rounded, show

import faceborn
from faceborn.render import render_head, view_camera
from faceborn.types import Array, Camera, HeadModel

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results"
VIEWS = {"front": "03", "left three-quarter": "02", "right three-quarter": "04"}
CHEEK_MM, CHEEK_RADIUS_MM, CHEEK_DEPTH_MM = (36.0, 6.0), 9.0, 55.0  # |x|, y; z beyond
TEXTURE_PX = 512
SIDEWAYS = 0.3  # sine of the yaw from which on one cheek is looked at
MADE = ("texture", "rendered")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--split", choices=["validation", "train"], default="validation")
    parser.add_argument("--limit", type=int, help="only so many people, for a quick look")
    parser.add_argument("--views", nargs="+", choices=VIEWS, default=list(VIEWS))
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    people = london_people(arguments.data, arguments.split)[: arguments.limit]

    tones = {
        (person.key, view): cheek_tones(london_photo(arguments.data, person, VIEWS[view]))
        for person in people
        for view in arguments.views
    }
    measured = {"split": arguments.split, "people": len(people)} | figures(people, tones)
    show(measured)
    if not (arguments.no_record or arguments.limit):
        suffix = "" if arguments.split == "validation" else f"_{arguments.split}"
        target = RESULTS / f"skin_tone{suffix}.json"
        target.write_text(json.dumps(rounded(measured) | where(), indent=1) + "\n")
        print(f"recorded in {target.relative_to(REPOSITORY)}")


def cheek_tones(path: Path) -> dict[str, Array]:
    """CIELAB (3,) of the cheeks in the photo, in the texture and in the rendered front."""
    result = faceborn.from_photo(path, texture_size=TEXTURE_PX).result
    shape, model, fit = result.shape, result.shape.model, result.fit
    cheeks = cheek_vertices(model)
    posed = shape.with_expression(fit.expression.astype(np.float32))
    camera = view_camera(shape.vertices_mm, model, "front")
    front = render_head(shape.vertices_mm, shape, result.texture, camera)
    tile = result.texture.images["face"]
    height, width = tile.shape[:2]
    texels = (model.uv[cheeks] * [1, -1] + [0, 1]) * [width, height]
    near = _near_side(model, cheeks, fit.camera)
    return {
        "photo": lab_at(result.photo.pixels, fit.camera.project(posed[cheeks[near]])),
        "texture": lab_at(tile, texels),
        "rendered": lab_at(front, camera.project(shape.vertices_mm[cheeks])),
    }


def cheek_vertices(model: HeadModel) -> Array:
    """(N,) vertices of both cheeks, below the eyes and beside the nose."""
    x, y, z = model.mean_mm.T
    in_patch = np.hypot(np.abs(x) - CHEEK_MM[0], y - CHEEK_MM[1]) < CHEEK_RADIUS_MM
    return np.flatnonzero(in_patch & (z > CHEEK_DEPTH_MM))


def _near_side(model: HeadModel, chosen: Array, camera: Camera) -> Array:
    """(N,) bool: the vertices of the cheek that is turned to the camera; of a front all."""
    towards_left = -camera.camera_from_head[2, 0]  # > 0 where the person's left side faces it
    if abs(towards_left) < SIDEWAYS:
        return np.ones(len(chosen), bool)
    return np.asarray(np.sign(model.mean_mm[chosen, 0]) == np.sign(towards_left))


def lab_at(pixels: Array, points_px: Array) -> Array:
    """(3,) median CIELAB of sRGB `pixels` (H, W, 3) uint8 at (N, 2)."""
    x, y = np.floor(points_px).astype(int).T
    height, width = pixels.shape[:2]
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    colours = pixels[y[inside], x[inside]].astype(np.float32)[None] / 255
    return np.asarray(np.median(cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[0], 0))


def figures(people: list[Person], tones: dict[tuple[str, str], dict[str, Array]]) -> dict[str, Any]:
    """Differences to the photo by tercile of lightness, slope, and agreement of the views."""
    fronts = {p.key: tones[p.key, "front"] for p in people}
    lightness = np.array([fronts[p.key]["photo"][0] for p in people])
    third = np.searchsorted(np.quantile(lightness, [1 / 3, 2 / 3]), lightness, side="right")
    table: dict[str, Any] = {"photo_lightness": _by_third(lightness, third)}
    for made in MADE:
        off = np.array([fronts[p.key][made] - fronts[p.key]["photo"] for p in people])
        slope = np.polyfit(lightness, lightness + off[:, 0], 1)[0]
        table[made] = {
            "slope_of_lightness": float(slope),
            "spread_of_lightness": float(np.std(off[:, 0])),
            "lightness_minus_photo": _by_third(off[:, 0], third),
            "red_green_minus_photo": _by_third(off[:, 1], third),
            "yellow_blue_minus_photo": _by_third(off[:, 2], third),
            "lightness_minus_photo_by_kind": by_kind(
                people, {p.key: float(row[0]) for p, row in zip(people, off, strict=True)}
            ),
        }
    turned = [view for view in {view for _, view in tones} if view != "front"]
    if turned:
        apart = [
            np.linalg.norm(tones[p.key, view]["texture"] - fronts[p.key]["texture"])
            for p in people
            for view in turned
        ]
        in_photos = [
            np.linalg.norm(tones[p.key, view]["photo"] - fronts[p.key]["photo"])
            for p in people
            for view in turned
        ]
        table["one_person_two_views_delta_e"] = {
            "texture": float(np.mean(apart)),
            "photo": float(np.mean(in_photos)),
        }
    return table


def _by_third(values: Array, third: Array) -> dict[str, float]:
    names = ("darkest third", "middle third", "lightest third")
    means = {name: float(values[third == k].mean()) for k, name in enumerate(names)}
    return {"mean": float(values.mean())} | means


if __name__ == "__main__":
    main()
