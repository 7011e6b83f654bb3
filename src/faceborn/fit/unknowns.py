"""What the fit solves for besides the camera: identity and expression, and how they are held back.

Expression unknowns are not quite the 52 weights. Gaze is found apart (gaze.py) and the tongue is
not seen by any point. And mouthClose means nothing without jawOpen: one unknown is "jaw open with
the lips closed" (both weights together), so mouthClose can never exceed jawOpen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, Record

# How strong an expression usually is, by the stem of its name; the others have 0.3. Common ones
# are cheap, so that a smile becomes mouthSmile and not a bit of everything about the mouth; those
# that shift the whole jaw or mouth would otherwise stand in for an asymmetric face.
USUAL_STRENGTH = {
    "mouthSmile": 0.5,
    "jawOpen": 0.4,
    "eyeBlink": 0.4,
    "mouthClose": 0.2,
    "mouthPucker": 0.2,
    "mouthFunnel": 0.2,
    "mouthDimple": 0.2,
    "mouthPress": 0.2,
    "mouthShrugLower": 0.15,
    "mouthShrugUpper": 0.15,
    "mouthRollLower": 0.2,
    "mouthRollUpper": 0.2,
    "noseSneer": 0.2,
    "cheekSquint": 0.25,
    "cheekPuff": 0.12,
    "mouthLeft": 0.1,
    "mouthRight": 0.1,
    "jawForward": 0.1,
    "jawLeft": 0.1,
    "jawRight": 0.1,
}
# No face does both at once: these share one strength.
OPPOSED = (
    ("jawLeft", "jawRight"),
    ("mouthLeft", "mouthRight"),
    ("mouthSmileLeft", "mouthFrownLeft"),
    ("mouthSmileRight", "mouthFrownRight"),
    ("mouthPucker", "mouthStretchLeft"),
    ("mouthPucker", "mouthStretchRight"),
    ("mouthFunnel", "mouthPressLeft"),
    ("mouthFunnel", "mouthPressRight"),
    ("mouthRollUpper", "mouthUpperUpLeft"),
    ("mouthRollUpper", "mouthUpperUpRight"),
    ("mouthRollLower", "mouthLowerDownLeft"),
    ("mouthRollLower", "mouthLowerDownRight"),
    ("eyeBlinkLeft", "eyeWideLeft"),
    ("eyeBlinkRight", "eyeWideRight"),
    ("eyeSquintLeft", "eyeWideLeft"),
    ("eyeSquintRight", "eyeWideRight"),
    ("browDownLeft", "browOuterUpLeft"),
    ("browDownRight", "browOuterUpRight"),
    ("browDownLeft", "browInnerUp"),
    ("browDownRight", "browInnerUp"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Where each unknown stands in a step; without its pose, in a shape."""

    identities: int  # coefficients, the mouth's own included
    expressions: int

    @property
    def identity(self) -> slice:
        return slice(0, self.identities)

    @property
    def expression(self) -> slice:
        return slice(self.identities, self.identities + self.expressions)

    @property
    def shape(self) -> slice:
        return slice(0, self.identities + self.expressions)

    @property
    def rotation(self) -> slice:
        return slice(self.shape.stop, self.shape.stop + 3)

    @property
    def translation(self) -> slice:
        return slice(self.shape.stop + 3, self.shape.stop + 6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpressionUnknowns(Record):
    """How the unknowns make the weights, and their prior."""

    weights: Array  # (52, E) what each unknown adds to the weights
    precision: Array  # (E, E) of the quadratic prior, times the weight of the prior
    pull: Array  # (E,) towards 0 per unit, times the weight of the prior

    def to_weights(self, unknowns: Array) -> Array:
        """(E,) unknowns to (52,) weights 0..1."""
        return np.asarray(np.clip(self.weights @ unknowns, 0.0, 1.0))


def expression_unknowns(names: Sequence[str]) -> ExpressionUnknowns:
    """The unknowns for a model with these expressions.

    The prior of unknown e of usual strength s is (e / s)^2 + 0.6 e / s: a Gaussian with some of
    the sparseness of a Laplacian; opposed unknowns pay for each other's presence as well.
    """
    kept = [n for n in names if not n.startswith("eyeLook") and n != "tongueOut"]
    weights = np.zeros((len(names), len(kept)))
    weights[[names.index(n) for n in kept], np.arange(len(kept))] = 1.0
    if "mouthClose" in kept and "jawOpen" in names:
        weights[names.index("jawOpen"), kept.index("mouthClose")] = 1.0
    strength = np.array([_usual_strength(n) for n in kept])
    precision = np.diag(1 / strength**2)
    for one, other in OPPOSED:
        if one in kept and other in kept:
            i, j = kept.index(one), kept.index(other)
            precision[i, j] = precision[j, i] = 0.5 / (strength[i] * strength[j])
    return ExpressionUnknowns(weights=weights, precision=precision, pull=0.3 / strength)


def _usual_strength(name: str) -> float:
    stem = name.removesuffix("Left").removesuffix("Right")
    return USUAL_STRENGTH.get(name, USUAL_STRENGTH.get(stem, 0.3))
