"""Decode a photo: upright, sRGB, 8 bit, with its focal length."""

from faceborn.photo.check import check_photo
from faceborn.photo.listing import SUFFIXES, list_photos
from faceborn.photo.read import MAX_PIXELS, read_photo

__all__ = ["MAX_PIXELS", "SUFFIXES", "check_photo", "list_photos", "read_photo"]
