"""From landmarks to a fitted head: camera, identity, expression, gaze and size."""

from faceborn.fit.face import fit_face
from faceborn.fit.settings import FitSettings

__all__ = ["FitSettings", "fit_face"]
