"""Pictures of heads: previews, contact sheets."""

from faceborn.render.cameras import VIEWS_DEG, crop_camera, view_camera
from faceborn.render.occlusion import see_directions
from faceborn.render.preview import draw_preview
from faceborn.render.shade import render_head

__all__ = [
    "VIEWS_DEG",
    "crop_camera",
    "draw_preview",
    "render_head",
    "see_directions",
    "view_camera",
]
