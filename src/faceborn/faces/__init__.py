"""Find faces: boxes, landmarks, a rough pose."""

from faceborn.faces.find import find_faces, read_points
from faceborn.faces.interface import Detection, Detector, Landmarker, Measurement

__all__ = ["Detection", "Detector", "Landmarker", "Measurement", "find_faces", "read_points"]
