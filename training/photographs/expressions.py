"""Faces as people make them: a look out of a list at some strength, a bit of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceborn.types import Array, HeadModel, Record

# Name -> how often, and ARKit weights at full strength; a name without side is for both.
LOOKS: dict[str, tuple[float, dict[str, float]]] = {
    "none": (3.0, {}),
    "smile": (2.6, {"mouthSmile": 0.8, "cheekSquint": 0.5, "eyeSquint": 0.3, "mouthDimple": 0.3}),
    "laugh": (
        2.4,
        {
            "mouthSmile": 0.9,
            "jawOpen": 0.3,
            "cheekSquint": 0.7,
            "eyeSquint": 0.5,
            "mouthUpperUp": 0.5,
            "mouthLowerDown": 0.4,
        },
    ),
    "grin": (2.0, {"mouthSmile": 0.8, "mouthUpperUp": 0.45, "mouthLowerDown": 0.45}),
    "talk a": (1.0, {"jawOpen": 0.45, "mouthLowerDown": 0.25, "mouthUpperUp": 0.2}),
    "talk o": (0.7, {"jawOpen": 0.35, "mouthFunnel": 0.7, "mouthPucker": 0.2}),
    "talk e": (0.7, {"jawOpen": 0.15, "mouthStretch": 0.5, "mouthLowerDown": 0.4}),
    "talk m": (0.5, {"mouthPress": 0.5, "mouthRollLower": 0.3, "mouthRollUpper": 0.3}),
    "talk f": (0.4, {"jawOpen": 0.1, "mouthRollLower": 0.6, "mouthUpperUp": 0.3}),
    "kiss": (0.5, {"mouthPucker": 0.9, "mouthFunnel": 0.15}),
    "surprise": (
        0.7,
        {"jawOpen": 0.5, "browInnerUp": 0.8, "browOuterUp": 0.7, "eyeWide": 0.7},
    ),
    "anger": (
        0.7,
        {"browDown": 0.8, "noseSneer": 0.4, "mouthPress": 0.5, "eyeSquint": 0.4, "mouthFrown": 0.4},
    ),
    "shout": (
        0.4,
        {
            "browDown": 0.6,
            "jawOpen": 0.8,
            "noseSneer": 0.6,
            "mouthLowerDown": 0.6,
            "mouthUpperUp": 0.5,
        },
    ),
    "sad": (0.7, {"browInnerUp": 0.8, "mouthFrown": 0.7, "mouthShrugLower": 0.5, "eyeSquint": 0.2}),
    "disgust": (
        0.5,
        {
            "noseSneer": 0.8,
            "mouthUpperUp": 0.6,
            "browDown": 0.4,
            "mouthFrown": 0.3,
            "eyeSquint": 0.4,
        },
    ),
    "doubt": (0.4, {"mouthLeft": 0.5, "browOuterUpLeft": 0.7, "browDownRight": 0.4}),
    "doubt, other side": (0.4, {"mouthRight": 0.5, "browOuterUpRight": 0.7, "browDownLeft": 0.4}),
    "puffed": (0.3, {"cheekPuff": 0.9, "mouthPucker": 0.3, "mouthPress": 0.3}),
    "jaw aside": (0.2, {"jawLeft": 0.6}),
    "jaw to the other side": (0.2, {"jawRight": 0.6}),
    "jaw out": (0.2, {"jawForward": 0.7}),
    "shrug": (0.4, {"mouthShrugLower": 0.7, "mouthShrugUpper": 0.5, "browInnerUp": 0.4}),
    "tongue": (0.2, {"tongueOut": 0.8, "jawOpen": 0.35, "mouthLowerDown": 0.3}),
    "yawn": (0.2, {"jawOpen": 0.95, "eyeSquint": 0.6, "browInnerUp": 0.4, "mouthStretch": 0.2}),
    "squint": (0.5, {"eyeSquint": 0.9, "browDown": 0.5, "cheekSquint": 0.6}),
    "lips in": (0.3, {"mouthRollLower": 0.8, "mouthRollUpper": 0.8, "mouthPress": 0.3}),
}
OPENS = ("jawOpen", "mouthFunnel", "mouthUpperUp", "mouthLowerDown", "tongueOut", "mouthStretch")
CLOSED_EYES, HALF_CLOSED, WINK = 0.07, 0.10, 0.03  # how often
GAZE_YAW_DEG, GAZE_UP_DEG, GAZE_DOWN_DEG = 30.0, 17.0, 22.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expression(Record):
    """What a face does."""

    weights: Array  # (52,) float32 0..1
    gaze_deg: Array  # (2, 2) left, right eyeball: yaw, pitch
    lips_closed: bool  # nothing parts the lips: they must touch
    closed: Array  # (2,) left, right eye shut


def draw_expression(
    rng: np.random.Generator, model: HeadModel, yaw_deg: float, pitch_deg: float
) -> Expression:
    """A random face; half of the time it looks at the camera, if the head's pose lets it."""
    index = {name: number for number, name in enumerate(model.expression_names)}
    weights = np.zeros(len(index), np.float32)
    names = list(LOOKS)
    often = np.array([LOOKS[name][0] for name in names])
    looks = rng.choice(len(names), 2, p=often / often.sum())
    strengths = rng.beta(2.0, 1.6) * 1.1, rng.beta(1.2, 3.0) * (rng.random() < 0.5)
    for look, strength in zip(looks, strengths, strict=True):
        for name, weight in LOOKS[names[int(look)]][1].items():
            for side in ("",) if name in index else ("Left", "Right"):
                weights[index[name + side]] += strength * weight * rng.uniform(0.75, 1.2)
    # Nobody is quite still, nor quite even.
    weights += np.abs(rng.normal(0, 0.04, len(weights))) * (rng.random(len(weights)) < 0.4)
    opened = sum(float(weights[number]) for name, number in index.items() if name.startswith(OPENS))
    lips_closed = opened < 0.12
    if lips_closed:
        for name, number in index.items():
            if name.startswith(OPENS):
                weights[number] = 0
    jaw = weights[index["jawOpen"]]
    weights[index["mouthClose"]] = jaw * rng.uniform(0.2, 0.9) if rng.random() < 0.05 else 0
    weights[index["tongueOut"]] *= weights[index["tongueOut"]] > 0.2

    gaze = _gaze(rng, yaw_deg, pitch_deg)
    for eye, side in enumerate(("Left", "Right")):
        yaw, pitch = gaze[eye]
        for name in ("In", "Out", "Up", "Down"):
            weights[index[f"eyeLook{name}{side}"]] = 0
        for name in ("In", "Out", "Up", "Down"):
            full_yaw, full_pitch = model.eye_look_deg[f"eyeLook{name}{side}"]
            along = yaw / full_yaw if full_yaw else pitch / full_pitch
            weights[index[f"eyeLook{name}{side}"]] = np.clip(along, 0, 1)
    closed = _blink(rng, weights, index)
    return Expression(
        weights=np.clip(weights, 0, 1),
        gaze_deg=gaze.astype(np.float32),
        lips_closed=lips_closed,
        closed=closed,
    )


def _gaze(rng: np.random.Generator, yaw_deg: float, pitch_deg: float) -> Array:
    """(2, 2) yaw and pitch of both eyes against the head, nearly parallel."""
    if rng.random() < 0.5:
        aim = np.array([-yaw_deg, -pitch_deg]) + rng.normal(0, 3, 2)
    else:
        aim = rng.normal([0, 3], [13, 8])
    if abs(aim[0]) > GAZE_YAW_DEG - 2 or not -GAZE_UP_DEG < aim[1] < GAZE_DOWN_DEG:
        aim = aim * min(1.0, (GAZE_YAW_DEG - 2) / max(abs(aim[0]), 1e-6)) * rng.uniform(0.3, 1)
    aim = np.clip(aim, [-GAZE_YAW_DEG + 2, -GAZE_UP_DEG], [GAZE_YAW_DEG - 2, GAZE_DOWN_DEG])
    inwards = rng.uniform(0, 2.5)  # the left eye looks to its right: yaw falls
    gaze = np.array([[aim[0] - inwards, aim[1]], [aim[0] + inwards, aim[1]]])
    return gaze + rng.normal(0, 0.4, (2, 2))


def _blink(rng: np.random.Generator, weights: Array, index: dict[str, int]) -> Array:
    blink = rng.beta(1.0, 9.0) * np.ones(2) * 0.5
    case = rng.random()
    if case < CLOSED_EYES:
        blink[:] = 1
    elif case < CLOSED_EYES + HALF_CLOSED:
        blink[:] = rng.uniform(0.2, 0.8)
    elif case < CLOSED_EYES + HALF_CLOSED + WINK:
        blink[int(rng.integers(2))] = 1
    closed = blink > 0.95
    for eye, side in enumerate(("Left", "Right")):
        weights[index[f"eyeBlink{side}"]] = blink[eye]
        if closed[eye]:
            weights[index[f"eyeWide{side}"]] = 0
            weights[index[f"eyeSquint{side}"]] *= 0.5
    return closed
