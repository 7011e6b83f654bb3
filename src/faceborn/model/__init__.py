"""The head model: load it, and make one person's shape of it."""

from faceborn.model.load import load_head_model
from faceborn.model.shape import make_shape

__all__ = ["load_head_model", "make_shape"]
