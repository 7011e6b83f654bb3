"""The head as files: GLB, OBJ with MTL and pictures, PLY."""

from faceborn.export.glb import write_glb
from faceborn.export.obj import write_obj
from faceborn.export.ply import write_ply, write_surface_ply
from faceborn.export.summary import read_glb_summary

__all__ = ["read_glb_summary", "write_glb", "write_obj", "write_ply", "write_surface_ply"]
