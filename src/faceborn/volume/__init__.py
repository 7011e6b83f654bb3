"""A photo of a face to the solid behind it, by a convolutional network: Jackson et al. 2017."""

from faceborn.volume.network import find_solid
from faceborn.volume.surface import coloured_surface, isosurface

__all__ = ["coloured_surface", "find_solid", "isosurface"]
