"""From pixels to albedo: project, delight, complete."""

from faceborn.texture.bake import bake_texture

__all__ = ["bake_texture"]
