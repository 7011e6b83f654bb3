"""From landmarks to a fitted head: camera, identity, expression, gaze and size."""

from faceborn.fit.face import FitSettings, fit_face

__all__ = ["FitSettings", "fit_face"]
