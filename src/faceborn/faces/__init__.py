"""Find faces: boxes, landmarks, a rough pose."""

from faceborn.faces.find import find_faces, read_points
from faceborn.faces.interface import Detection, Detector, Landmarker, Measurement
from faceborn.faces.parts import map_parts

__all__ = [
    "Detection",
    "Detector",
    "Landmarker",
    "Measurement",
    "find_faces",
    "map_parts",
    "read_points",
]
