"""Head: one person's head, complete, as users hold it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from faceborn.errors import UnknownFormat
from faceborn.files import write_files
from faceborn.report import Finding, write_report
from faceborn.types import Array, Camera, Fit, Result, Shape, Source, Texture

FORMATS = ("glb", "obj", "ply")


class Head:
    """A whole head: shape, colour, 52 expressions, and how it stood before the camera.

    Everything here is in head space and millimetres (docs/conventions.md); the files that `save`
    writes are in metres, as glTF wants it. Arrays are read-only.
    """

    def __init__(
        self, result: Result, *, describe: Callable[[], dict[str, Any]] | None = None
    ) -> None:
        """result    what the steps gave
        describe  gives the report of the whole photo; without it the report has this face alone
        """
        self.result = result
        self._describe = describe

    def __repr__(self) -> str:
        return (
            f"<Head of {self.result.photo.source}: {len(self.vertices)} vertices,"
            f" {len(self.expressions)} expressions>"
        )

    @property
    def vertices(self) -> Array:
        """(V, 3) float32, the neutral head, mm."""
        return self.shape.vertices_mm

    @property
    def faces(self) -> Array:
        """(T, 3) int32, the triangles of the mesh."""
        return self.shape.model.triangles

    @property
    def uv(self) -> Array:
        """(V, 2) float32, v up; each part has its own square."""
        return self.shape.model.uv

    @property
    def albedo(self) -> Array:
        """(S, S, 3) uint8 sRGB, colour of the face without light; row 0 is v = 1."""
        return self.texture.images["face"]

    @property
    def seen(self) -> Array:
        """(S, S) bool, which texels of `albedo` the photo showed; `source` says more."""
        return np.asarray(self.source == Source.SEEN)

    @cached_property
    def source(self) -> Array:
        """(S, S) uint8 of Source: seen, mirrored, inferred, or outside of the surface."""
        stored = self.texture.source["face"]  # may be coarser than the albedo
        row, column = (
            np.arange(size) * stored_size // size
            for size, stored_size in zip(self.albedo.shape, stored.shape, strict=False)
        )
        fitted = stored[np.ix_(row, column)]
        fitted.flags.writeable = False  # it is kept: an edit would stay
        return fitted

    @cached_property
    def expressions(self) -> Mapping[str, Array]:
        """The 52 ARKit expressions: name -> (V, 3) float32, added to `vertices` at weight 1, mm."""
        names = self.shape.model.expression_names
        return MappingProxyType(dict(zip(names, self.shape.blendshapes_mm, strict=True)))

    @property
    def expression(self) -> dict[str, float]:
        """The expression in the photo: name -> weight 0..1."""
        names = self.shape.model.expression_names
        return dict(zip(names, map(float, self.fit.expression), strict=True))

    @property
    def camera(self) -> Camera:
        """The camera that took the photo; `camera.project(vertices)` gives its pixels."""
        return self.fit.camera

    @property
    def fit(self) -> Fit:
        return self.result.fit

    @property
    def shape(self) -> Shape:
        return self.result.shape

    @property
    def texture(self) -> Texture:
        return self.result.texture

    @property
    def report(self) -> dict[str, Any]:
        """What `faceborn make --report` writes: the photo, all its faces, seconds per step."""
        if self._describe is not None:
            return self._describe()
        finding = Finding(
            face=self.result.face,
            fit=self.fit,
            shape=self.shape,
            seen_fraction=self.texture.seen_fraction,
        )
        return write_report(self.result.photo, [finding], self.result.seconds)

    def preview(self) -> Array:
        """(H, W, 3) uint8: the photo, the head over it, and the head from five sides."""
        from faceborn.render import draw_preview

        return draw_preview(self.result)

    def encode(self, format: str, stem: str, *, posed: bool = False) -> dict[str, bytes]:
        """The head as files: name -> content.

        format  one of FORMATS, or "preview": a PNG
        stem    what the names begin with
        posed   with the photo's expression and the head's rotation in it (obj and ply; a GLB has
                the neutral head and the photo's expression as its weights)

        Raises UnknownFormat.
        """
        from faceborn.export import write_glb, write_obj, write_ply

        if format == "glb":
            return {f"{stem}.glb": write_glb(self.result)}
        if format == "obj":
            return dict(write_obj(self.result, stem, posed=posed))
        if format == "ply":
            return {f"{stem}.ply": write_ply(self.result, posed=posed)}
        if format == "preview":
            return {f"{stem}_preview.png": _png(self.preview())}
        raise UnknownFormat(f"no format {format!r}", hint=f"one of {', '.join(FORMATS)}")

    def save(self, path: str | os.PathLike[str], *, posed: bool = False) -> list[Path]:
        """Write the head; the suffix says as what: .glb, .obj (with .mtl and pictures) or .ply.

        Returns the files written, all or none. Raises UnknownFormat, UnwritableOutput.
        """
        target = Path(path)
        if target.suffix[1:].lower() not in FORMATS:
            endings = " ".join(f".{f}" for f in FORMATS)
            raise UnknownFormat(
                f"no format for {target.name!r}", hint=f"end it in one of {endings}"
            )
        return write_files(
            target.parent, self.encode(target.suffix[1:].lower(), target.stem, posed=posed)
        )


def _png(picture: Array) -> bytes:
    import cv2

    ok, data = cv2.imencode(".png", picture[..., ::-1])
    assert ok
    return data.tobytes()
