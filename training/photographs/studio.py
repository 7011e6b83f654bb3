"""One photograph from one number: everything is drawn at random, rendered, and told."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from faceborn.geometry.meshes import vertex_normals
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.types import Array
from photographs.backgrounds import Backgrounds
from photographs.beards import OFTEN as BEARD_OFTEN
from photographs.beards import draw_beard
from photographs.camera_effects import develop, expose
from photographs.cameras import draw_camera
from photographs.clothes import draw_clothes
from photographs.hair import NAMES, draw_haircut
from photographs.headwear import OFTEN as HAT_OFTEN
from photographs.headwear import draw_hat
from photographs.hues import draw_hair_colour
from photographs.light import Light, Lights, load_surroundings
from photographs.occluders import HAND_OFTEN, OBJECT_OFTEN, draw_hand, draw_object
from photographs.people import Crowd
from photographs.raster import FAR, clear_buffers, draw, draw_cut, draw_depth, move
from photographs.scene import MOUTH_PARTS, Kind, Scene
from photographs.shading import LINEAR, SKIN, SPECTACLES, shade
from photographs.shards import SIZE_PX, Sample
from photographs.sitters import Sitter, draw_sitters
from photographs.skins import load_skins
from photographs.spectacles import OFTEN as SPECTACLES_OFTEN
from photographs.spectacles import draw_spectacles, lay_lenses
from photographs.tones import Dressed, SkinBox
from photographs.truth import covered_share, describe, see_irises, see_points, see_surface

BLOCK = 16  # people are made in blocks: sample n is the same whatever else is made
SHADOW_PX, SHADOW_MM = 176, 2.1  # map of the key light: its size and what a pixel is wide
MASK_PX = 256
LIP_GAP_MM = 0.8  # below, the mouth's inside is not drawn
IRISES = ((0.075, 0.042, 0.024), (0.03, 0.016, 0.01), (0.12, 0.1, 0.05), (0.12, 0.16, 0.2))
TEETH = np.array([0.58, 0.52, 0.42])


class Studio:
    """Makes photographs of the head model.

    data    the data sets of the house, for light and backgrounds; None: out of formulas
    cache   baked skins; None: out of the albedo prior
    depth   whether samples tell depth and normals
    bare    without hair, hats, spectacles and what stands in front: for an ablation
    """

    def __init__(
        self,
        *,
        data: Path | None = None,
        cache: Path | None = None,
        seed: int = 0,
        held_back: bool = False,
        depth: bool = False,
        bare: bool = False,
    ) -> None:
        cv2.setNumThreads(1)
        self.seed, self.depth = seed, depth
        self._bare = bare
        self.model = load_head_model()
        self.points = load_face_points()
        self.crowd = Crowd(self.model)
        self.scene = Scene(self.model)
        # Hair stands on the mean head's normals: anyone's are near them, and they cost nothing.
        self._normals = vertex_normals(self.model.mean_mm, self.model.triangles, self.model.weld)
        self.skins = SkinBox(load_skins(cache, held_back=held_back))
        surroundings = load_surroundings(data)
        self.lights = Lights(surroundings)
        self.backgrounds = Backgrounds(surroundings, SIZE_PX)
        self.strands = [strand_mask(number) for number in range(6)]
        self.buffers = clear_buffers(SIZE_PX)
        self.shadow_screen = np.zeros_like(self.scene.view)
        self.shadow_z = np.full((SHADOW_PX, SHADOW_PX), FAR, np.float32)
        ibug = self.model.landmarks["ibug_68"]
        start, stop = self.scene.head_spans["lashes"]
        self._lashes = np.unique(self.scene.triangles[start:stop])
        self._inner_lips = ibug.vertices[[61, 62, 63, 67, 66, 65], 0]

    def block(self, number: int) -> list[Sample]:
        """Samples BLOCK * number to BLOCK * (number + 1) - 1."""
        return [
            self._photograph(sitter, BLOCK * number + row)
            for row, sitter in enumerate(self._sitters(number))
        ]

    def sample(self, number: int) -> Sample:
        """Photograph `number`."""
        block, row = divmod(number, BLOCK)
        return self._photograph(self._sitters(block)[row], number)

    def _sitters(self, block: int) -> list[Sitter]:
        return draw_sitters(self.crowd, self.seed, range(BLOCK * block, BLOCK * (block + 1)))

    def _photograph(self, sitter: Sitter, number: int) -> Sample:
        rng, pose, person, scene = sitter.rng, sitter.pose, sitter.person, self.scene
        dressed = self.skins.draw(rng)
        hair_colour = draw_hair_colour(rng)
        light = self.lights.draw(rng)
        strands = self.strands[int(rng.integers(len(self.strands)))]

        scene.set_head(person.vertices_mm, pose)
        head_mm, normals = person.vertices_mm, self._normals
        hat = draw_hat(rng, self.model, head_mm, normals) if rng.random() < HAT_OFTEN else None
        haircut = draw_haircut(
            rng, self.model, head_mm, normals, hair_colour, hatted=hat is not None
        )
        beard = None
        if rng.random() < BEARD_OFTEN:
            beard = draw_beard(rng, self.model, head_mm, normals, hair_colour)
        spectacles = None
        if rng.random() < SPECTACLES_OFTEN:
            spectacles = draw_spectacles(rng, self.model, person)
        towards = pose.rotation.T @ np.array([0.0, 0.0, 1.0])
        touched = self.points.of(head_mm)[rng.choice(np.flatnonzero(self.points.core), 2)]
        hand = thing = None
        if rng.random() < HAND_OFTEN:
            hand = draw_hand(rng, touched[0], towards, pose.rotation, dressed.tone)
        if rng.random() < OBJECT_OFTEN:
            thing = draw_object(rng, touched[1], towards, pose.rotation)
        if self._bare:  # drawn all the same, so that the rest of the photograph stays what it is
            haircut = haircut.replace(style=NAMES.index("bald"), parts=(), under=0.0)
            beard = spectacles = hat = hand = thing = None
        scene.masks[:, 4] = beard.field if beard else 0
        parts = [*haircut.parts, *draw_clothes(rng, self.model, pose)]
        parts += [beard.strips] if beard and beard.strips else []
        parts += [spectacles.frame] if spectacles else []
        parts += hat.parts if hat else ()
        parts += [hand] if hand else []
        parts += [thing[1]] if thing else []
        for part in parts:
            scene.add(part)
        core = self.points.of(scene.place[: scene.head_count])[self.points.core]
        camera = draw_camera(rng, pose, core, SIZE_PX)
        self._paint_head(rng, hair_colour)
        scene.look(camera)

        head_z, head_triangle = self.draw_head(person.vertices_mm)
        surface = {}
        if self.depth:
            into = (head_z, head_triangle, self.buffers.first, self.buffers.second)
            surface = see_surface(scene, *into, float(camera.translation_mm[2]))
        self._draw_parts(strands)
        image, background = self.backgrounds.draw(rng)
        label = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
        self._shade(
            rng, image, label, dressed, hair_colour, haircut.shift_mm, haircut.under, light, strands
        )

        if spectacles:
            lenses = camera.to_camera(spectacles.lenses_mm)
            outlines = np.concatenate([camera.project(spectacles.lenses_mm), -lenses[..., 2:]], 2)
            lay_lenses(image, label, self.buffers.z, outlines, spectacles, SPECTACLES)
        face = label == SKIN
        image *= expose(rng, image, face, dressed.tone)
        pixels, grey = develop(rng, image)
        landmarks, visibility = see_points(scene, self.points, camera, head_z, self.buffers.z)
        iris, iris_seen = see_irises(scene, person, camera, self.buffers.triangle)
        truth = describe(
            person,
            camera,
            pose.rotation,
            np.array([pose.yaw_deg, pose.pitch_deg, pose.roll_deg]),
            landmarks,
            visibility,
            iris,
            iris_seen,
        )
        truth |= surface
        truth |= {
            "tone": dressed.tone,
            "light": light.harmonics,
            "key": np.concatenate([light.key_direction, light.key_colour]),
            "kinds": np.array(
                [
                    haircut.style,
                    beard.kind if beard else 0,
                    spectacles.kind if spectacles else 0,
                    hat.kind if hat else 0,
                    hand is not None,
                    thing[0] if thing else 0,
                    background,
                    grey,
                ],
                np.int16,
            ),
            "covered": np.array(covered_share(self.points, visibility), np.float32),
            "seed": np.array([self.seed, number], np.int64),
        }
        return Sample(image=pixels, parts=label, truth=truth)

    def _paint_head(self, rng: np.random.Generator, hair_colour: Array) -> None:
        """Colours of the head's parts that have no texture here."""
        self.scene.colour[self._lashes] = np.minimum(hair_colour * 0.4, 0.02)

    def draw_head(self, vertices_mm: Array) -> tuple[Array, Array]:
        """Draw the head that the scene looks at, alone; a copy of its z buffer and triangles."""
        scene, buffers = self.scene, self.buffers
        buffers.z.fill(FAR)
        buffers.triangle.fill(-1)
        lips = vertices_mm[self._inner_lips]
        gap = float((lips[:3, 1] - lips[3:, 1]).max())
        for name, (start, stop) in scene.head_spans.items():
            if name == "lashes" or (name in MOUTH_PARTS and gap < LIP_GAP_MM):
                continue
            draw(
                scene.screen,
                scene.triangles,
                start,
                stop,
                buffers.z,
                buffers.triangle,
                buffers.first,
                buffers.second,
                name not in ("mouth", "sockets"),
            )
        return buffers.z.copy(), buffers.triangle.copy()

    def _draw_parts(self, strands: Array) -> None:
        scene, buffers = self.scene, self.buffers
        for span in scene.spans:
            start, stop = span.triangles.start, span.triangles.stop
            flat = (scene.screen, scene.triangles, start, stop)
            into = (buffers.z, buffers.triangle, buffers.first, buffers.second)
            if span.strength < 0:
                draw(*flat, *into, False)
            else:
                draw_cut(*flat, *into, scene.uv, scene.edge, strands, np.float32(span.strength))

    def _shade(
        self,
        rng: np.random.Generator,
        image: Array,
        label: Array,
        dressed: Dressed,
        hair_colour: Array,
        shift_mm: float,
        under: float,
        light: Light,
        strands: Array,
    ) -> None:
        scene, buffers = self.scene, self.buffers
        shadow_screen = self._cast_shadow(light) if light.shadow else scene.screen
        skin = np.zeros(12, np.float32)
        skin[:3], skin[3:6] = dressed.gain, dressed.tone
        skin[6:9] = 0.75 * hair_colour + 0.1 * dressed.tone
        skin[9], skin[10], skin[11] = under, rng.uniform(0.3, 1.6), shift_mm
        eye = np.zeros(12, np.float32)
        iris = dressed.skin.iris
        if rng.random() < 0.5:
            iris = np.array(IRISES[int(rng.integers(len(IRISES)))]) * np.exp(rng.normal(0, 0.3))
        eye[:3] = np.clip(iris, 0.004, 0.4)
        eye[3:6] = np.array([0.52, 0.47, 0.44]) * rng.uniform(0.65, 1.25)
        eye[6], eye[7] = rng.uniform(0.22, 0.6), rng.uniform(0, 256)
        eye[8:11] = TEETH * rng.uniform(0.6, 1.3) * np.exp(rng.normal(0, 0.06, 3))
        shade(
            buffers.z,
            buffers.triangle,
            buffers.first,
            buffers.second,
            scene.triangles,
            scene.kinds,
            scene.view,
            scene.normal,
            scene.colour,
            scene.uv,
            scene.openness,
            scene.masks,
            dressed.skin.tile,
            dressed.skin.beard,
            dressed.skin.brows,
            LINEAR,
            dressed.flip,
            skin,
            strands,
            eye,
            light.harmonics,
            light.key_direction,
            light.key_colour,
            self.shadow_z,
            shadow_screen,
            light.shadow,
            np.float32(light.softness_px),
            image,
            label,
        )

    def _cast_shadow(self, light: Light) -> Array:
        """Draw the key light's depth map; where each vertex lies in it."""
        scene = self.scene
        axis = light.key_direction
        across = np.cross([0.0, 1.0, 0.1], axis)
        across /= np.linalg.norm(across)
        frame = np.stack([across, np.cross(axis, across), axis], 1).astype(np.float32)
        count = scene.vertex_count
        placed = self.shadow_screen
        move(
            scene.view,
            count,
            scene.view[: scene.head_count : 97].mean(0),
            frame,
            np.float32(1 / SHADOW_MM),
            np.float32(SHADOW_PX / 2),
            placed,
        )
        self.shadow_z.fill(FAR)
        start, stop = scene.head_spans["face"][0], scene.head_spans["scalp"][1]
        draw_depth(placed, scene.triangles, start, stop, self.shadow_z)
        for span in scene.spans:
            if span.kind != Kind.CLOTH:
                part = span.triangles
                draw_depth(placed, scene.triangles, part.start, part.stop, self.shadow_z)
        return placed


def strand_mask(seed: int) -> Array:
    """(256, 256) float32 around 0, deviation .5: streaks along v that repeat."""
    rng = np.random.default_rng(seed)
    across, along = ((0.7, 14), (1.2, 24), (0.9, 8), (2.0, 16), (1.0, 40), (1.4, 5))[seed % 6]
    noise = np.tile(rng.normal(size=(MASK_PX, MASK_PX)).astype(np.float32), (3, 3))
    fine = cv2.GaussianBlur(noise, (0, 0), sigmaX=across, sigmaY=along)
    broad = cv2.GaussianBlur(noise, (0, 0), sigmaX=across * 5, sigmaY=along)
    mixed = fine / fine.std() + 0.6 * broad / broad.std()
    inner = mixed[MASK_PX : 2 * MASK_PX, MASK_PX : 2 * MASK_PX]
    return np.ascontiguousarray(inner / inner.std() * 0.5, np.float32)
