"""Who sits for a photograph and how: what is drawn at random before anything is rendered.

A sample's number and its folder's seed bring the same person back, mesh and all, at any time: the
volumetric network's truth is not stored but made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faceborn.types import Record
from photographs.cameras import Pose, draw_pose
from photographs.expressions import draw_expression
from photographs.people import Crowd, Person


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sitter(Record):
    """One head and its pose; `rng` goes on to draw the rest of the photograph."""

    rng: np.random.Generator
    pose: Pose
    person: Person


def draw_sitters(crowd: Crowd, seed: int, numbers: Sequence[int]) -> list[Sitter]:
    """The sitters of some samples of the folder with this seed."""
    rngs = [np.random.default_rng([seed, number]) for number in numbers]
    poses = [draw_pose(rng) for rng in rngs]
    expressions = [
        draw_expression(rng, crowd.model, pose.yaw_deg, pose.pitch_deg)
        for rng, pose in zip(rngs, poses, strict=True)
    ]
    identities = np.stack([crowd.draw_identity(rng) for rng in rngs])
    people = crowd.make(identities, expressions)
    return [
        Sitter(rng=rng, pose=pose, person=person)
        for rng, pose, person in zip(rngs, poses, people, strict=True)
    ]
