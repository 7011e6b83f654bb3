"""Every error that faceborn raises on purpose.

    FacebornError            the one to catch; `.hint` says what to do
      PhotoError             also a ValueError
        UnreadablePhoto      not a picture, truncated, or of a format that we do not read
        PhotoTooLarge        more pixels than the limit
        NoPhoto              a folder without photos, or a path that is not there
      FaceError              carries `.source`
        NoFace  FaceTooSmall
        FaceTurnedAway       carries `.yaw_deg`
      FitError
      TextureError           also a ValueError
      MissingExtra
      AssetError             MissingAsset  ChangedAsset
      ExportError            UnknownFormat  UnwritableOutput

The command line prints message and hint and exits with 1. Any other exception is our bug.
"""

from __future__ import annotations


class FacebornError(Exception):
    """Something that the user can understand and mend."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class PhotoError(FacebornError, ValueError):
    """The photo cannot be used."""


class UnreadablePhoto(PhotoError):
    """Not a picture, a truncated one, or a format that we do not read."""


class PhotoTooLarge(PhotoError):
    """More pixels than the limit: perhaps a decompression bomb."""


class NoPhoto(PhotoError):
    """The path is not there, or the folder holds no photo."""


class FaceError(FacebornError):
    """The photo is fine, the face in it is not."""

    def __init__(self, message: str, *, hint: str = "", source: str = "") -> None:
        super().__init__(message, hint=hint)
        self.source = source


class NoFace(FaceError):
    """No face was found."""


class FaceTooSmall(FaceError):
    """The face has too few pixels to make a head from."""


class FaceTurnedAway(FaceError):
    """The face is turned further than this version can fit."""

    def __init__(self, message: str, *, hint: str = "", source: str = "", yaw_deg: float) -> None:
        super().__init__(message, hint=hint, source=source)
        self.yaw_deg = yaw_deg


class FitError(FacebornError):
    """The head model could not be brought onto the face."""


class TextureError(FacebornError, ValueError):
    """The texture cannot be made as asked."""


class AssetError(FacebornError):
    """A file that belongs to faceborn is not as it should be."""


class MissingExtra(FacebornError):
    """What was asked for needs a package that the core does without."""


class MissingAsset(AssetError):
    """The file is not there."""


class ChangedAsset(AssetError):
    """The file is not the one that we shipped."""


class ExportError(FacebornError):
    """The head could not be written."""


class UnknownFormat(ExportError):
    """A format that we do not write."""


class UnwritableOutput(ExportError):
    """The disk is full, or the folder cannot be written."""
