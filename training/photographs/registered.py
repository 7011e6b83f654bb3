"""Real photographs with the head model laid on them: what it says is their truth.

All photos of one person share one identity (landmarks.together). What covers a face is not known
of a real photo: its points count as seen where the head itself does not hide them. Where points
were placed by hand (landmarks.placed), they have the last word, and the photo counts PLACED_TIMES.
Its parts are those that were drawn by hand (drawn_parts.py); else backdrop.py tells some, if the
backdrop is plain, or self_labels.py what the network is sure of; all else is UNKNOWN. London
people of the training split, `canada` and `fellows`; never a validation person. Nothing of it
enters the repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from frontend.mesh import IRIS_LEFT, IRIS_RIGHT, find_by_mesh
from frontend.mesh import SCHEME as MESH_SCHEME
from landmarks.placed import IBUG, Style, placed_px, spread
from landmarks.together import Sitting, agree, fit_sitting, sitting_of

from faceborn.faces.network import FaceNetwork
from faceborn.geometry.crop import Crop
from faceborn.geometry.rotations import FLIP
from faceborn.model import load_head_model, make_shape
from faceborn.photo import read_photo
from faceborn.types import Array, Camera, Fit, Photo
from photographs.backdrop import known_parts
from photographs.cameras import Pose
from photographs.drawn_parts import labels_in, load_drawn
from photographs.expressions import Expression
from photographs.people import Person
from photographs.scene import Kind
from photographs.self_labels import is_marked, label_parts
from photographs.shards import MAP_PX, SIZE_PX, UNKNOWN, Sample
from photographs.skins import LONDON_VIEWS, is_held_back, sources
from photographs.studio import Studio
from photographs.truth import describe, see_irises, see_points

SIDE = 1.5  # of the picture over the longer side of the core points' bounds: room for every crop
VIEWS = tuple(f"{number:02d}" for number in range(1, 11))
NEUTRAL = VIEWS[:5]  # the others smile, and a smile is taken for shape in part
SURE = 2_000.0  # of the identity that was agreed upon: only pose and expression are left
MOST_RESIDUAL = {MESH_SCHEME: 1.3, "dense_365": 2.5}  # median, percent of the eye distance
COVERED_PARTS = ("lips", "brows", "lids", "eye_sockets", "beard", "nostrils", "ears")
EYES_ROW, CHIN = 28, 8  # of iBUG: no fringe hangs below the eyes
PLAIN = ("london", "canada")  # sets photographed before a plain backdrop
STYLE = "london"  # set whose hand-placed points say where a corner is
PLACED_TIMES = 3
SEED = -1  # of no folder that can be drawn again


def photographs(data: Path, *, held_back: bool) -> Iterator[tuple[str, list[Path]]]:
    """(person, photos) of everyone whose photos may be learnt from."""
    for person, rows in groupby(sources(data), lambda row: row[1]):
        if is_held_back(person) != held_back:
            continue
        first = next(iter(rows))[2]
        if person.startswith("london"):
            stem = first.stem.removesuffix(LONDON_VIEWS[0])
            yield person, [first.with_name(f"{stem}{view}.jpg") for view in VIEWS]
        else:
            yield person, [first]


def learn_style(data: Path) -> Style:
    """What is usual of the points placed by hand, on people whose photos may be learnt from."""
    seen = []
    for _, paths in photographs(data, held_back=False):
        for path in paths:
            if placed_px(path) is None:
                continue
            faces = find_by_mesh(read_photo(path))
            if faces and faces[0].scheme == MESH_SCHEME:
                seen.append((path, faces[0].landmarks_px))
    return Style.learn(seen, wanted=STYLE)


class Registrar:
    """Lays the head model on the photos of one person after the other."""

    def __init__(
        self, style: Style, teacher: FaceNetwork | None = None, *, once: bool = False
    ) -> None:
        """`teacher` says what of wild photographs is hair, skin and so on; None: nobody does.

        once  every photo is one sample, those with hand-placed points, too
        """
        self.style, self.teacher = style, teacher
        self.times = 1 if once else PLACED_TIMES
        self.model = load_head_model()
        self.studio = Studio()
        self.count = 0

    def person(self, paths: list[Path]) -> list[Sample]:
        """A sample of every photo on which the head lies well."""
        sittings = {path: sitting for path in paths if (sitting := self._sit(path)) is not None}
        alone = {path: fit for path, sitting in sittings.items() if (fit := fit_sitting(sitting))}
        if not alone:
            return []
        neutral = [path for path in alone if not _smiles(path)] or list(alone)
        identity = agree([(sittings[path], alone[path]) for path in neutral])
        samples = []
        for path in alone:
            sitting = sittings[path]
            fit = fit_sitting(sitting, identity, SURE)
            if fit is None or _residual_percent(fit) > MOST_RESIDUAL[fit.scheme]:
                continue
            placed = self.style.wanted_px(path)
            sample, crop = self._sample(sitting.photo, fit, placed)
            parts = self._parts(path, sample.image, sample.truth["landmarks"], crop)
            sample = replace(sample, parts=parts)
            samples += [sample] * (1 if placed is None else self.times)
        return samples

    def _sit(self, path: Path) -> Sitting | None:
        photo = read_photo(path)
        faces = find_by_mesh(photo)
        if not faces:
            return None
        face = faces[0]
        if face.scheme == MESH_SCHEME and face.iris_px is not None:
            mended = self.style.mended(path, face.landmarks_px)
            irises = face.iris_px.copy()
            irises[:, :2] += (mended - face.landmarks_px)[[IRIS_LEFT.start, IRIS_RIGHT.start]]
            face = face.replace(landmarks_px=mended, iris_px=irises)
        return sitting_of(photo, face)

    def _sample(self, photo: Photo, fit: Fit, placed: Array | None) -> tuple[Sample, Crop]:
        """The picture around the face, and the head that was laid on it; its parts not yet.

        placed  (8, 2) where IBUG's points were placed by hand, pixels of the photo
        """
        studio = self.studio
        shape = make_shape(self.model, fit.identity, scale=fit.scale)
        vertices = shape.with_expression(fit.expression)
        core = fit.camera.project(studio.points.of(vertices)[studio.points.core])
        low, high = core.min(0), core.max(0)
        crop = Crop(
            center_px=(low + high) / 2, side_px=SIDE * float((high - low).max()), turn_rad=0.0
        )
        camera = _camera_of(fit.camera, crop, SIZE_PX)
        rotation = FLIP @ fit.camera.camera_from_head
        angles = (fit.yaw_deg, fit.pitch_deg, fit.roll_deg)
        studio.scene.set_head(vertices, _pose_of(rotation, angles))
        studio.scene.look(camera)
        head_z, triangle = studio.draw_head(vertices)
        person = self._person(fit, vertices, shape.joints_mm)
        landmarks, visibility = see_points(studio.scene, studio.points, camera, head_z, head_z)
        if placed is not None:
            fitted = fit.camera.project(self.model.landmarks["ibug_68"].of(vertices))[IBUG]
            points_px = fit.camera.project(studio.points.of(vertices))
            shift = spread(fitted, placed - fitted, points_px)
            landmarks[:, :2] += shift * (SIZE_PX / crop.side_px)
        iris, iris_seen = see_irises(studio.scene, person, camera, triangle)
        truth = describe(
            person,
            camera,
            rotation,
            np.array(angles),
            landmarks,
            visibility,
            iris,
            iris_seen,
        )
        self.count += 1
        sample = Sample(
            image=crop.sample(photo.pixels, SIZE_PX),
            parts=np.full((SIZE_PX, SIZE_PX), UNKNOWN, np.uint8),
            truth=truth | {"seed": np.array([SEED, self.count], np.int64)},
        )
        return sample, crop

    def _parts(self, path: Path, picture: Array, landmarks: Array, crop: Crop) -> Array:
        """(SIZE_PX, SIZE_PX) what can be told of the parts of a photo whose head was drawn last."""
        if path.stem in load_drawn():
            return labels_in(load_drawn()[path.stem], crop, SIZE_PX)
        if path.parent.name in PLAIN:
            known = self._before_backdrop(picture, landmarks)
        elif self.teacher is None or is_marked(path.stem):
            known = np.full((MAP_PX, MAP_PX), UNKNOWN, np.uint8)
        else:
            known = label_parts(picture, landmarks, self.teacher)
        return np.kron(known, np.ones((SIZE_PX // MAP_PX,) * 2, np.uint8))

    def _before_backdrop(self, picture: Array, landmarks: Array) -> Array:
        scene, buffers = self.studio.scene, self.studio.buffers
        at = ((np.arange(MAP_PX) + 0.5) * SIZE_PX / MAP_PX).astype(int)
        cells = np.ix_(at, at)
        triangle = buffers.triangle[cells]
        head = triangle >= 0
        rows = landmarks[:, 1] * MAP_PX / SIZE_PX
        skin = head & (scene.kinds[np.maximum(triangle, 0)] <= Kind.SCALP)
        corners = scene.triangles[np.maximum(triangle, 0)]
        first, second = buffers.first[cells], buffers.second[cells]
        shares = np.stack([first, second, 1 - first - second], 2)
        hair_mm = (scene.masks[corners, 0] * shares).sum(2)
        cover = np.max([self.model.masks[name] for name in COVERED_PARTS], 0)
        bare = skin & ((cover[corners] * shares).sum(2) < 0.05)
        return known_parts(
            picture,
            head,
            np.where(bare | (hair_mm > 0), np.where(skin, hair_mm, np.nan), np.nan),
            bare & (np.arange(MAP_PX)[:, None] > rows[EYES_ROW]),
            float(rows[CHIN]),
        )

    def _person(self, fit: Fit, vertices: Array, joints_mm: Array) -> Person:
        """What `describe` asks of a person; vertices (V, 3) with their expression, mm."""
        crowd = self.studio.crowd
        eyes = joints_mm[crowd.joints]
        rings = [vertices[rim] for rim in crowd.rims]
        irises = np.array([ring.mean(0) for ring in rings])
        gaze = irises - eyes
        gaze /= np.linalg.norm(gaze, axis=1, keepdims=True)
        return Person(
            identity=fit.identity[: len(self.model.identity_mm)],
            expression=Expression(
                weights=fit.expression.astype(np.float32),
                gaze_deg=np.full((2, 2), np.nan),  # not measured
                lips_closed=False,
                closed=np.zeros(2, bool),
            ),
            vertices_mm=vertices,
            eyes_mm=eyes,
            gaze=gaze,
            irises_mm=irises,
            iris_radius_mm=np.array(
                [
                    np.linalg.norm(ring - middle, axis=1).mean()
                    for ring, middle in zip(rings, irises, strict=True)
                ]
            ),
        )


def _smiles(path: Path) -> bool:
    return path.parent.name == "london" and path.stem[-2:] not in NEUTRAL


def _residual_percent(fit: Fit) -> float:
    """Median distance of points from where they were measured, in % of the eye distance."""
    model = load_head_model()
    corners = model.landmarks["ibug_68"].of(model.mean_mm)[[36, 45]]
    eye_mm = float(np.linalg.norm(corners[0] - corners[1])) * fit.scale
    eye_px = eye_mm * fit.camera.focal_px / fit.camera.translation_mm[2]
    return float(np.nanmedian(fit.residual_px) / eye_px * 100)


def _camera_of(camera: Camera, crop: Crop, size_px: int) -> Camera:
    """The same camera, of a picture that shows the crop alone."""
    scale = size_px / crop.side_px
    corner = crop.center_px - crop.side_px / 2
    center = (np.asarray(camera.center_px) - corner) * scale
    return camera.replace(
        size_px=(size_px, size_px),
        focal_px=camera.focal_px * scale,
        center_px=(float(center[0]), float(center[1])),
    )


def _pose_of(rotation: Array, angles_deg: tuple[float, float, float]) -> Pose:
    """The head as it is turned; how its shoulders are is not known."""
    yaw, pitch, roll = angles_deg
    return Pose(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll, rotation=rotation, torso=np.eye(3))
