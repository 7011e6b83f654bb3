"""From a photo to a head: what happens, in order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from faceborn.errors import FaceError, FaceTooSmall, FitError, NoFace
from faceborn.head import Head
from faceborn.report import Finding, write_report
from faceborn.types import Array, Fit, Result, Shape, Solid, Surface

if TYPE_CHECKING:  # the networks are read when the first photo needs them
    from faceborn.faces import Look

MIN_FACE_PX = 40
# What the shape of a head comes from: landmarks, or those and the volumetric network's surface.
GEOMETRIES = ("fit", "both")

PhotoSource = str | os.PathLike[str] | bytes | Array
Progress = Callable[[str], None]  # called with the name of each stage as it begins


def from_photo(
    source: PhotoSource,
    *,
    texture_size: int = 2048,
    face: int = 1,
    geometry: str = "fit",
    progress: Progress | None = None,
) -> Head:
    """A whole head from one photo.

    source        a path, the content of a file, or an array (H, W, 3) of sRGB
    texture_size  side of the face's texture in pixels, 256 to 8192
    face          which face: 1 is the largest
    geometry      what the shape comes from: "fit", landmarks; "both", those and the surface that
                  the volumetric network sees
    progress      called with the name of each stage as it begins

    Raises PhotoError, NoFace, FaceTooSmall, FaceTurnedAway, FitError, TextureError.
    """
    portrait = Portrait(source, geometry=geometry, progress=progress)
    return portrait.head(face, texture_size=texture_size)


class Portrait:
    """A photo and the faces in it; makes a head of any of them.

    photo    the decoded photo
    faces    what was found in it, largest first; may be empty
    seconds  time spent so far, per stage
    """

    def __init__(
        self, source: PhotoSource, *, geometry: str = "fit", progress: Progress | None = None
    ) -> None:
        """`geometry` as in `from_photo`. Raises PhotoError."""
        from faceborn.faces import find_faces
        from faceborn.photo import read_photo

        if geometry not in GEOMETRIES:
            raise ValueError(f"no geometry {geometry!r}: one of {', '.join(GEOMETRIES)}")
        self.geometry = geometry
        self._progress = progress
        self._fits: dict[int, tuple[Fit, Shape]] = {}
        self._looks: dict[int, Look] = {}
        self._solids: dict[int, Solid] = {}
        self._seen_fraction: dict[int, float] = {}
        self.seconds: dict[str, float] = {}
        with self.stage("photo"):
            self.photo = read_photo(source)
        with self.stage("faces"):
            self.faces = find_faces(self.photo)

    def head(self, number: int = 1, *, texture_size: int = 2048) -> Head:
        """The head of face `number`, 1 being the largest.

        Raises NoFace, FaceTooSmall, FaceTurnedAway, FitError, TextureError.
        """
        fit, shape = self.fit(number)
        from faceborn.faces import part_map
        from faceborn.model import raise_hair
        from faceborn.texture import bake_texture

        face = self.faces[number - 1]
        with self.stage("texture"):
            parts = part_map(self._look(number))
            texture = bake_texture(self.photo, face, fit, shape, parts=parts, size_px=texture_size)
        if texture.hair_height_mm is not None:
            shape = raise_hair(shape, texture.hair_height_mm)
        self._seen_fraction[number] = texture.seen_fraction
        result = Result(
            photo=self.photo,
            face=face,
            fit=fit,
            shape=shape,
            texture=texture,
            seconds=dict(self.seconds),
        )
        return Head(result, describe=self.report)

    def fit(self, number: int = 1) -> tuple[Fit, Shape]:
        """How the head model lies on face `number`, and the person's shape, without hair.

        Raises NoFace, FaceTooSmall, FaceTurnedAway, FitError.
        """
        from faceborn.faces import hints_of
        from faceborn.fit import fit_face
        from faceborn.model import load_head_model, make_shape

        if number in self._fits:
            return self._fits[number]
        self._check(number)
        with self.stage("model"):
            model = load_head_model()
        solid = self.solid(number) if self.geometry == "both" else None
        with self.stage("fit"):
            hints = hints_of(self._look(number))
            fit = fit_face(self.photo, self.faces[number - 1], model, hints=hints, solid=solid)
            shape = make_shape(model, fit.identity, scale=fit.scale)
        self._fits[number] = fit, shape
        return fit, shape

    def solid(self, number: int = 1) -> Solid:
        """What the volumetric network sees of face `number`.

        Raises NoFace, FaceTooSmall.
        """
        from faceborn.volume import find_solid

        if number not in self._solids:
            self._check(number)
            with self.stage("volume"):
                look = self._look(number)
                self._solids[number] = find_solid(self.photo, look.points_px, look.rotation)
        return self._solids[number]

    def surface(self, number: int = 1) -> Surface:
        """The surface of face `number` as the volumetric network sees it, in the photo's colours.

        Its size is that of the fitted head.
        Raises NoFace, FaceTooSmall, FaceTurnedAway, FitError, MissingExtra.
        """
        from faceborn.volume import coloured_surface

        fit, shape = self.fit(number)
        solid = self.solid(number)
        with self.stage("volume"):
            face = shape.vertices_mm[shape.model.masks["face"] > 0.5]
            depth_mm = float(fit.camera.to_camera(face)[:, 2].mean())
            return coloured_surface(self.photo, solid, depth_mm / fit.camera.focal_px)

    def report(self, output: Mapping[int, Sequence[str]] | None = None) -> dict[str, Any]:
        """The report of this photo, as `faceborn make --report` writes it.

        output  face number -> the files that were written of it

        Faces of which no head was made are fitted too; what cannot be fitted has no landmarks.
        """
        findings = []
        for number, face in enumerate(self.faces, 1):
            try:
                fit, shape = self.fit(number)
            except (FaceError, FitError):
                findings.append(Finding(face=face))
                continue
            findings.append(
                Finding(
                    face=face,
                    fit=fit,
                    shape=shape,
                    seen_fraction=self._seen_fraction.get(number),
                    output=tuple((output or {}).get(number, ())),
                )
            )
        return write_report(self.photo, findings, self.seconds)

    def _look(self, number: int) -> Look:
        """What our own network sees of face `number`."""
        from faceborn.faces import look_at

        if number not in self._looks:
            self._looks[number] = look_at(self.photo, self.faces[number - 1])
        return self._looks[number]

    def _check(self, number: int) -> None:
        name, count = self.photo.source, len(self.faces)
        if count == 0:
            raise NoFace(
                f"no face was found in {name}",
                hint="use a photo that shows the face larger, sharper or more from the front",
                source=name,
            )
        if not 1 <= number <= count:
            raise NoFace(
                f"{name} has no face {number}",
                hint=f"{count} found; 1 is the largest",
                source=name,
            )
        x0, y0, x1, y1 = self.faces[number - 1].box_px
        side_px = max(x1 - x0, y1 - y0)
        if side_px < MIN_FACE_PX:
            raise FaceTooSmall(
                f"the face in {name} is only {side_px:.0f} px large",
                hint=f"use a photo in which it has {MIN_FACE_PX} px or more, better 200",
                source=name,
            )

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Tell the progress that a stage begins, and add its time to `seconds`."""
        if self._progress is not None:
            self._progress(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[name] = self.seconds.get(name, 0.0) + spent
