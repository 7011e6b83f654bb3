"""From landmarks to a fitted head: camera, identity, expression, gaze and size."""

from faceborn.fit.face import FitSettings, fit_face
from faceborn.fit.landmarks import landmarks_68_px

__all__ = ["FitSettings", "fit_face", "landmarks_68_px"]
