"""One picture by which a person can judge a head."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from faceborn.render.cameras import view_camera
from faceborn.render.occlusion import see_directions
from faceborn.render.overlay import head_box, render_over_photo
from faceborn.render.shade import render_head
from faceborn.types import Array, Result

PANEL_PX = (444, 540)  # (width, height)
GAP_PX = 8
PAPER = (243, 243, 244)
INK = (62, 62, 68)
VIEWS = (
    ("front", "front, neutral"),
    ("three_quarter_left", "three-quarter, turned left"),
    ("three_quarter_right", "three-quarter, turned right"),
    ("profile_left", "profile, turned left"),
    ("profile_right", "profile, turned right"),
)


def draw_preview(result: Result) -> Array:
    """(1104, 1816, 3) uint8: photo, head over the photo, half and half, and five studio views."""
    shape, fit, texture = result.shape, result.fit, result.texture
    width, height = PANEL_PX
    posed = shape.with_expression(fit.expression.astype(np.float32))
    box = head_box(posed, shape, fit.camera, width / height)
    neutral = shape.vertices_mm

    def draw_over() -> tuple[Array, Array]:
        visibility = see_directions(posed, shape.model)
        return render_over_photo(
            result.photo, fit, shape, texture, box, width, visibility=visibility
        )

    # OpenCV and NumPy let go of the interpreter: two panels at a time on two cores.
    with ThreadPoolExecutor(max_workers=2) as workers:
        laid_over = workers.submit(draw_over)
        visibility = see_directions(neutral, shape.model)

        def draw_view(view: str) -> Array:
            camera = view_camera(neutral, shape.model, view, size_px=PANEL_PX)
            return render_head(neutral, shape, texture, camera, visibility=visibility)

        views = list(workers.map(draw_view, [view for view, _ in VIEWS]))
        photo, over = laid_over.result()
    panels = [
        (photo, "photo"),
        (over, "head over the photo"),
        (half_and_half(photo, over), "photo | head"),
        *zip(views, [label for _, label in VIEWS], strict=True),
    ]
    return grid(panels, columns=4)


def half_and_half(left: Array, right: Array, *, seam_px: int = 10) -> Array:
    """(H, W, 3): `left` in the left half, `right` in the right, a soft seam between them."""
    width = left.shape[1]
    share = np.clip((np.arange(width) + 0.5 - width / 2) / seam_px + 0.5, 0.0, 1.0)[:, None]
    return np.asarray(left * (1 - share) + right * share + 0.5, np.uint8)


def grid(panels: list[tuple[Array, str]], *, columns: int) -> Array:
    """(H, W, 3) uint8: pictures of one size in rows, each with its label below the upper edge."""
    height, width = panels[0][0].shape[:2]
    rows = -(-len(panels) // columns)
    sheet = Image.new(
        "RGB",
        (columns * (width + GAP_PX) + GAP_PX, rows * (height + GAP_PX) + GAP_PX),
        PAPER,
    )
    font = ImageFont.load_default(15)
    pen = ImageDraw.Draw(sheet)
    for number, (picture, label) in enumerate(panels):
        x = GAP_PX + number % columns * (width + GAP_PX)
        y = GAP_PX + number // columns * (height + GAP_PX)
        sheet.paste(Image.fromarray(np.ascontiguousarray(picture)), (x, y))
        if label:
            box = pen.textbbox((x + 12, y + 9), label, font=font)
            pen.rounded_rectangle((box[0] - 6, box[1] - 4, box[2] + 6, box[3] + 4), 5, fill=PAPER)
            pen.text((x + 12, y + 9), label, font=font, fill=INK)
    return np.asarray(sheet)
