"""One sample as the volumetric network meets it: square, guide, and the solid that it must find."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import torch
from face_network.batches import to_network
from face_network.framing import Framing, cut_out, training_crop
from face_network.network import FaceNetwork
from face_network.pool import Pool
from learning.precision import autocast
from photographs.people import Crowd
from photographs.scene import Scene
from photographs.shards import SIZE_PX, Shard
from photographs.sitters import Sitter, draw_sitters

from faceborn.faces.network import SIZE_PX as LOOK_PX
from faceborn.geometry.rotations import FLIP
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.model.perspective import UPSIDE_DOWN, lay_mean
from faceborn.types import Array, Camera
from faceborn.volume.grid import NEAR, PICTURE_PX, SIZE, SLICES
from faceborn.volume.guide import lay, make_guide
from volume_network.solid import occupancy


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Lengths in sides of the square, as in `faceborn.volume.grid`."""

    picture: Array  # (PICTURE_PX, PICTURE_PX, 3) uint8
    guide: Array  # (SIZE, SIZE, SLICES) uint8, 255 is inside
    solid: Array  # (SIZE, SIZE, SLICES) uint8
    truth: Array  # (V, 3) the head's vertices, in the guide's order
    laid: Array  # (V, 3) the guide's
    from_head: Array  # (3, 3) how a move of the head in mm shows in the square
    side_mm: float  # of the square, at the face


class Sitting:
    """Makes samples of photographs: people come back from their numbers, guides from a look.

    face    the trained face network; its points are those of training squares, errors and all
    linear  the guide's map, learnt from the same network
    """

    def __init__(self, pool: Pool, face: FaceNetwork, linear: Array) -> None:
        cv2.setNumThreads(1)
        self.pool, self.face = pool, face.eval()
        self.model = load_head_model()
        self.crowd = Crowd(self.model)
        self.points = load_face_points()
        self.guide = make_guide(self.model, self.points, linear)
        others = self.model.weld[self.model.mirror[self.guide.vertices]]
        self.mirror = np.searchsorted(self.guide.vertices, others)

    @cached_property
    def _scene(self) -> Scene:
        return Scene(self.model)

    def draw(self, numbers: list[int], framing: Framing, rng: np.random.Generator) -> list[Sample]:
        """Samples of the pool, each in a square of its own jitter, half of them mirrored."""
        found = [self.pool.find(number) for number in numbers]
        places = [
            self._place(shard, index, sitter)
            for (shard, index), sitter in zip(found, self._sitters(found), strict=True)
        ]
        squares, transforms = [], []
        for shard, index in found:
            points = shard.truth["landmarks"][index].astype(np.float64)
            rotation = shard.truth["rotation"][index].astype(np.float64)
            transform = training_crop(points[self.points.core, :2], rotation, framing, rng)
            squares.append(cut_out(shard.image(index), transform, PICTURE_PX))
            transforms.append(transform)
        flips = rng.random(len(found)) < 0.5
        squares = [s[:, ::-1] if flip else s for s, flip in zip(squares, flips, strict=True)]
        looks = self._look(squares)
        samples = []
        for square, transform, (picture, side_mm), flip, look in zip(
            squares, transforms, places, flips, looks, strict=True
        ):
            scale = float(np.linalg.norm(transform[:, 0]))
            truth = picture * scale
            truth[:, :2] = picture[:, :2] @ transform[:, :2].T + transform[:, 2]
            if flip:
                truth = truth[self.mirror]
                truth[:, 0] = 1 - truth[:, 0]
            laid = lay(self.guide, look)
            mean = lay_mean(self.guide.points_mm, look)
            samples.append(
                Sample(
                    picture=np.ascontiguousarray(square),
                    guide=_fill(laid, self.guide.triangles, 1),
                    solid=_fill(truth, self.guide.triangles, 2),
                    truth=truth.astype(np.float32),
                    laid=laid.astype(np.float32),
                    from_head=mean.rotation.T * mean.scale * UPSIDE_DOWN,
                    side_mm=side_mm / scale,
                )
            )
        return samples

    def _sitters(self, found: list[tuple[Shard, int]]) -> list[Sitter]:
        seeds = [shard.truth["seed"][index].tolist() for shard, index in found]
        sitters: dict[int, Sitter] = {}
        for seed in {seed for seed, _ in seeds}:
            rows = [row for row, (of, _) in enumerate(seeds) if of == seed]
            drawn = draw_sitters(self.crowd, seed, [seeds[row][1] for row in rows])
            sitters |= dict(zip(rows, drawn, strict=True))
        return [sitters[row] for row in range(len(found))]

    def _place(self, shard: Shard, index: int, sitter: Sitter) -> tuple[Array, float]:
        """(V, 3) the guide's vertices in the picture, in pixels, depth too; mm per pixel."""
        scene, truth = self._scene, shard.truth
        scene.set_head(sitter.person.vertices_mm, sitter.pose)
        camera = Camera(
            size_px=(SIZE_PX, SIZE_PX),
            focal_px=float(truth["focal_px"][index]),
            center_px=tuple(truth["center_px"][index].tolist()),
            camera_from_head=FLIP @ sitter.pose.rotation,
            translation_mm=truth["translation_mm"][index].astype(np.float64),
        )
        core = self.points.of(scene.place[: scene.head_count])[self.points.core]
        middle = float(camera.to_camera(core)[:, 2].mean())
        head = scene.place[self.guide.vertices]
        seen = camera.to_camera(head)
        place = np.column_stack(
            [camera.project(head), (middle - seen[:, 2]) * camera.focal_px / middle]
        )
        return place, middle / camera.focal_px

    @torch.no_grad()
    def _look(self, squares: list[Array]) -> Array:
        """(B, L, 3) the face network's points in sides of the squares, y down."""
        small = [cv2.resize(s, (LOOK_PX, LOOK_PX), interpolation=cv2.INTER_AREA) for s in squares]
        with autocast(torch.device("cpu")):
            points = self.face(to_network(np.stack(small))).points
        return torch.cat([points.xy, points.depth[..., None]], 2).double().numpy()


def _fill(places: Array, triangles: Array, rays: int) -> Array:
    solid = occupancy(places, triangles, size=SIZE, slices=SLICES, near=NEAR, rays=rays)
    return np.asarray(np.round(solid * 255), np.uint8)
