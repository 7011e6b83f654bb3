"""The head model: load it, and make one person's shape of it."""

from faceborn.model.hair import raise_hair
from faceborn.model.images import load_part_images
from faceborn.model.load import load_head_model
from faceborn.model.shape import make_shape

__all__ = ["load_head_model", "load_part_images", "make_shape", "raise_hair"]
