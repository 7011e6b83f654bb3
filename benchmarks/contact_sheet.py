"""Heads of varied people side by side, to be looked at before and after a change.

    python benchmarks/contact_sheet.py --data ../shared/data --out /tmp/sheets
    python benchmarks/contact_sheet.py --out /tmp/one fellows/2019_adele-luta me.jpg
    python benchmarks/contact_sheet.py --out /tmp/moves --expressions

Names are SET/STEM inside the data folder, or paths; without names the fixed default people. Writes
sheet_1.png, sheet_2.png, ... A photo that fails keeps its row, with the error in it. The pictures
show people: keep them out of the repository.
"""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import faceborn
from faceborn.render import render_head, see_directions, view_camera
from faceborn.render.overlay import head_box, render_over_photo
from faceborn.render.preview import grid
from faceborn.types import Array, Result

# Skin tones, ages, both sexes, beards, spectacles, long and grey hair; bald heads.
FELLOWS = (
    "2013_robert-read",
    "2014_tyrone-grandison",
    "2016_robert-ballance",
    "2019_adam-drake",
    "2019_adele-luta",
    "2020_likhitha-patha",
    "2020_michelle-holko",
    "2021_antoinette-coleman",
    "2021_babatunde-oguntade",
    "2021_vivian-lee",
)
LONDON_FRONTS = ("003_03", "034_03", "061_03", "070_03", "129_03")
LONDON_THREE_QUARTERS = ("021_02", "045_02", "062_04", "066_04", "107_02")
CONGRESS = ("001320_59", "014287_95", "020323_110")
ZOOM = ("15cm", "60cm")
DEFAULT = (
    *(f"fellows/{stem}" for stem in FELLOWS),
    *(f"london/{stem}" for stem in (*LONDON_FRONTS, *LONDON_THREE_QUARTERS)),
    *(f"congress/{stem}" for stem in CONGRESS),
    *(f"zoom/{stem}" for stem in ZOOM),
)
EXPRESSIONS: Mapping[str, Mapping[str, float]] = {
    "neutral": {},
    "smile": {
        "mouthSmileLeft": 0.9,
        "mouthSmileRight": 0.9,
        "cheekSquintLeft": 0.5,
        "cheekSquintRight": 0.5,
        "jawOpen": 0.12,
    },
    "jawOpen": {"jawOpen": 1.0},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "look left": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    "brows up": {"browInnerUp": 1.0, "browOuterUpLeft": 1.0, "browOuterUpRight": 1.0},
    "pucker": {"mouthPucker": 1.0},
    "tongueOut": {"tongueOut": 1.0, "jawOpen": 0.55},
}
PANEL_PX = (300, 365)  # (width, height)
ROWS_PER_SHEET = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="SET/STEM, or paths of photos")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True, help="folder for the sheets")
    parser.add_argument("--texture-size", type=int, default=1024)
    parser.add_argument("--expressions", action="store_true", help="moving faces instead of views")
    arguments = parser.parse_args()

    arguments.out.mkdir(parents=True, exist_ok=True)
    draw = expression_row if arguments.expressions else view_row
    labels = tuple(EXPRESSIONS) if arguments.expressions else VIEW_LABELS
    rows: list[list[tuple[Array, str]]] = []
    names = arguments.names or list(DEFAULT)
    for number, name in enumerate(names, 1):
        start = time.perf_counter()
        path = photo_path(arguments.data, name)
        title = f"{path.parent.name}/{path.stem}"
        told = "done"
        try:
            head = faceborn.from_photo(path, texture_size=arguments.texture_size)
            panels = list(draw(head.result))
        except Exception as error:  # a half-built pipeline must not hide the other people
            told = f"{type(error).__name__}: {error}"
            panels = [words(told)] + [words("")] * (len(labels) - 1)
        print(f"{title:36} {time.perf_counter() - start:5.1f} s  {told}")
        rows.append(list(zip(panels, (title, *labels[1:]), strict=True)))
        if len(rows) == ROWS_PER_SHEET or number == len(names):
            target = arguments.out / f"sheet_{-(-number // ROWS_PER_SHEET)}.png"
            picture = grid([panel for row in rows for panel in row], columns=len(labels))
            Image.fromarray(picture).save(target)
            print(target)
            rows = []


VIEW_LABELS = ("photo", "over photo", "front", "40 left", "40 right", "profile", "source")


def view_row(result: Result) -> Iterator[Array]:
    """The panels of VIEW_LABELS, each (h, w, 3) uint8."""
    shape, fit, texture = result.shape, result.fit, result.texture
    width, height = PANEL_PX
    posed = shape.with_expression(fit.expression.astype(np.float32))
    box = head_box(posed, shape, fit.camera, width / height)
    posed_visibility = see_directions(posed, shape.model)
    yield from render_over_photo(
        result.photo, fit, shape, texture, box, width, visibility=posed_visibility
    )
    vertices = shape.vertices_mm
    visibility = see_directions(vertices, shape.model)
    for view, style in (
        ("front", "textured"),
        ("three_quarter_left", "textured"),
        ("three_quarter_right", "textured"),
        ("profile_left", "textured"),
        ("front", "source"),
    ):
        camera = view_camera(vertices, shape.model, view, size_px=PANEL_PX)
        yield render_head(vertices, shape, texture, camera, style=style, visibility=visibility)


def expression_row(result: Result) -> Iterator[Array]:
    """The panels of EXPRESSIONS, a little from the side, each (h, w, 3) uint8."""
    shape = result.shape
    camera = view_camera(shape.vertices_mm, shape.model, 14.0, size_px=PANEL_PX)
    for weights in EXPRESSIONS.values():
        expression = np.zeros(len(shape.model.expression_names), np.float32)
        for name, weight in weights.items():
            expression[shape.model.expression_names.index(name)] = weight
        vertices = shape.with_expression(expression)
        yield render_head(vertices, shape, result.texture, camera)


def photo_path(data: Path, name: str) -> Path:
    """A path as given, or SET/STEM in the data folder."""
    given = Path(name)
    return given if given.suffix else data / f"{name}.jpg"


def words(text: str) -> Array:
    """A panel with text, (h, w, 3) uint8."""
    panel = Image.new("RGB", PANEL_PX, (236, 232, 230))
    pen = ImageDraw.Draw(panel)
    lines = "\n".join(textwrap.wrap(text, 34))
    pen.multiline_text((12, 50), lines, font=ImageFont.load_default(15), fill=(140, 40, 30))
    return np.asarray(panel)


if __name__ == "__main__":
    main()
