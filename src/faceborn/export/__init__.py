"""The head as files: GLB, OBJ with MTL and pictures, PLY."""

from faceborn.export.glb import write_glb
from faceborn.export.summary import read_glb_summary

__all__ = ["read_glb_summary", "write_glb"]
