"""Find faces: boxes, landmarks, a rough pose."""

from faceborn.faces.find import find_faces, look_at
from faceborn.faces.interface import Detection, Detector
from faceborn.faces.network import Look
from faceborn.faces.parts import hints_of, part_map

__all__ = [
    "Detection",
    "Detector",
    "Look",
    "find_faces",
    "hints_of",
    "look_at",
    "part_map",
]
