"""Random heads with their expressions, many at a time: one product of matrices moves them all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from faceborn.geometry.rotations import rotation_from_angles
from faceborn.model.closing import close_slit, mirrored
from faceborn.types import Array, HeadModel, Record
from photographs.expressions import Expression

EYES = ("eye_left", "eye_right")
SPREAD = (0.8, 1.15)  # of the identity's standard deviations
LID_OVERLAP_MM, LIP_OVERLAP_MM = 0.4, 0.15
CLEAR_MM = 0.3  # between skin and eyeball
REACH_MM = 30.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person(Record):
    """One head in its own frame."""

    identity: Array  # (K,)
    expression: Expression
    vertices_mm: Array  # (V, 3) float32, eyeballs turned
    eyes_mm: Array  # (2, 3) centres of the eyeballs, left, right
    gaze: Array  # (2, 3) unit, where the eyes look
    irises_mm: Array  # (2, 3) centres of the irises' discs
    iris_radius_mm: Array  # (2,)


class Crowd:
    """Makes people of one head model; what depends on the model alone is kept here."""

    def __init__(self, model: HeadModel) -> None:
        self.model = model
        blendshapes = model.blendshapes_mm.copy()
        joints = [model.joint_names.index(name) for name in EYES]
        self.joints = joints
        self.balls = [np.flatnonzero(model.skin_weights[:, joint] == 1) for joint in joints]
        for ball in self.balls:  # eyeballs turn by rotation
            blendshapes[:, ball] = 0
        count = len(model.mean_mm)
        self._modes = np.concatenate(
            [model.identity_mm.reshape(-1, 3 * count), blendshapes.reshape(-1, 3 * count)]
        )
        self._mean = model.mean_mm.reshape(-1)
        left = model.closings["lids_left"]
        self.lids = (left, mirrored(left, model.mirror))

    def draw_identity(self, rng: np.random.Generator) -> Array:
        spread = rng.uniform(*SPREAD)
        return (rng.normal(size=len(self.model.identity_mm)) * spread).astype(np.float32)

    def make(self, identities: Array, expressions: list[Expression]) -> list[Person]:
        """(N, K) identities and N expressions to N heads."""
        model = self.model
        weights = np.stack([expression.weights for expression in expressions])
        factors = np.concatenate([identities, weights], 1).astype(np.float32)
        moved = (factors @ self._modes + self._mean).reshape(len(factors), -1, 3)
        joints = model.joints_mm + np.tensordot(identities, model.joints_identity_mm, 1)
        return [
            self._finish(identity, expression, vertices, person_joints)
            for identity, expression, vertices, person_joints in zip(
                identities, expressions, moved, joints, strict=True
            )
        ]

    def _finish(
        self, identity: Array, expression: Expression, vertices: Array, joints: Array
    ) -> Person:
        """Turn the eyes, keep the lids on them and closed lips and lids closed."""
        model = self.model
        if expression.lips_closed:
            lips = model.closings["lips"]
            vertices[lips.moved] += close_slit(vertices, lips, LIP_OVERLAP_MM)
        eyes, gazes, irises, radii = [], [], [], []
        for eye, (joint, ball) in enumerate(zip(self.joints, self.balls, strict=True)):
            center = joints[joint]
            yaw, pitch = expression.gaze_deg[eye].tolist()
            turn = rotation_from_angles(yaw, pitch, 0.0)
            if expression.closed[eye]:
                lids = self.lids[eye]
                vertices[lids.moved] += close_slit(vertices, lids, LID_OVERLAP_MM)
            arm = (vertices[ball] - center) @ turn.T.astype(np.float32)
            vertices[ball] = arm + center
            gaze = turn @ self._axes[eye]
            ring = vertices[self.rims[eye]]
            irises.append(ring.mean(0))
            radii.append(float(np.linalg.norm(ring - irises[-1], axis=1).mean()))
            size = float(np.linalg.norm(arm, axis=1).mean()) / self._ball_mm[eye]
            self._clear_lids(eye, vertices, center, gaze, size)
            eyes.append(center)
            gazes.append(gaze)
        return Person(
            identity=identity,
            expression=expression,
            vertices_mm=vertices,
            eyes_mm=np.array(eyes, np.float32),
            gaze=np.array(gazes, np.float32),
            irises_mm=np.array(irises, np.float32),
            iris_radius_mm=np.array(radii, np.float32),
        )

    def _clear_lids(
        self, eye: int, vertices: Array, center: Array, gaze: Array, size: float
    ) -> None:
        """Push skin out of the eyeball; model/lids.py does it with more care, and slower."""
        cover, goal, profile = self._covers[eye]
        arm = vertices[cover] - center
        length = np.linalg.norm(arm, axis=1)
        cosine = np.clip(arm @ gaze / length, -1, 1)
        ball = size * np.interp(-cosine, -np.cos(np.deg2rad(np.arange(181))), profile)
        lack = np.maximum(goal - (length - ball), 0)
        vertices[cover] += (arm * (lack / length)[:, None]).astype(np.float32)

    @cached_property
    def _axes(self) -> list[Array]:
        model = self.model
        axes = []
        for joint, ball in zip(self.joints, self.balls, strict=True):
            pupil = ball[np.abs(model.uv[ball] - 0.5).sum(1).argmin()]
            arm = model.mean_mm[pupil] - model.joints_mm[joint]
            axes.append(arm / np.linalg.norm(arm))
        return axes

    @cached_property
    def _ball_mm(self) -> list[float]:
        model = self.model
        return [
            float(np.linalg.norm(model.mean_mm[ball] - model.joints_mm[joint], axis=1).mean())
            for joint, ball in zip(self.joints, self.balls, strict=True)
        ]

    @cached_property
    def rims(self) -> list[Array]:
        """The vertices of each eyeball that lie nearest to the edge of its iris."""
        from faceborn.model.parts import IRIS_UV_RADIUS

        rims = []
        for ball in self.balls:
            radius = np.linalg.norm(self.model.uv[ball] - 0.5, axis=1)
            off = np.abs(radius - IRIS_UV_RADIUS)
            rims.append(ball[off < off.min() + 0.004])
        return rims

    @cached_property
    def _covers(self) -> list[tuple[Array, Array, Array]]:
        """Per eye: skin before it, how far it clears the eyeball on the mean head, its profile."""
        model = self.model
        face = np.zeros(len(model.mean_mm), bool)
        face[model.triangles[model.triangle_part == model.part_names.index("face")]] = True
        covers = []
        for joint, ball, axis in zip(self.joints, self.balls, self._axes, strict=True):
            center = model.joints_mm[joint]
            ball_arm = model.mean_mm[ball] - center
            ball_length = np.linalg.norm(ball_arm, axis=1)
            angle = np.rad2deg(np.arccos(np.clip(ball_arm @ axis / ball_length, -1, 1)))
            order = np.argsort(angle)
            profile = np.interp(np.arange(181), angle[order], ball_length[order])
            arm = model.mean_mm - center
            length = np.linalg.norm(arm, axis=1)
            cover = np.flatnonzero(face & (length < REACH_MM) & (arm[:, 2] > 4))
            at = np.rad2deg(np.arccos(np.clip(arm[cover] @ axis / length[cover], -1, 1)))
            goal = np.minimum(length[cover] - np.interp(at, np.arange(181), profile), CLEAR_MM)
            kept = goal > -0.1
            covers.append((cover[kept], goal[kept].astype(np.float32), profile))
        return covers
