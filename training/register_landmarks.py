"""Where the 478 points of the landmark network lie on the head model, and how they err.

    python training/register_landmarks.py --data ../shared/data --cache /tmp/landmarks

Writes training/head/mediapipe_478.npz, in ICT's vertex numbers; build_head.py embeds it. In four
steps: the canonical face is warped onto the mean head; points around the eyes are placed where
the network sees them on renders of known heads; others are moved over the surface until photos of
40 London training people agree with them on average; what is left at each yaw becomes a bias table,
its scatter the sigma of each point. Two minutes on one core, detection included.

Source: FIT_TRIAL.md (lab), section 1, and its pitfalls.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from head.source import read_source
from landmarks.bias import SIDES, BiasSettings, learn_bias
from landmarks.canonical import read_canonical
from landmarks.detect import Detected, detect, london_people
from landmarks.known import place_from_sightings, sightings
from landmarks.refine import RefineSettings, around_eyes, refine
from landmarks.source_model import source_model
from landmarks.start import start_landmarks

TARGET = Path(__file__).resolve().parent / "head" / "mediapipe_478.npz"
PEOPLE = 40  # of the training people
RENDERS = 120  # pictures of random heads that say where the points around the eyes lie
NEUTRAL = ("02", "03", "04")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--cache", type=Path, required=True, help="folder for detections")
    arguments = parser.parse_args()

    people = london_people(arguments.data, "train")[:PEOPLE]
    names = [f"london/{person}_{view}" for person in people for view in SIDES]
    detected = detect(arguments.data, names, arguments.cache)
    neutral = Detected(
        photos={n: photo for n, photo in detected.photos.items() if n.endswith(NEUTRAL)},
        faces=detected.faces,
    )
    source = read_source(arguments.data)
    canonical = read_canonical(arguments.data / "mediapipe" / "canonical_face_model.obj")
    start, chosen = start_landmarks(source, canonical)
    seen = sightings(source, RENDERS)
    eyes = around_eyes(canonical.points_mm)
    start, chosen = place_from_sightings(source, seen, start, chosen, canonical.mirror, eyes)
    placed = refine(source, canonical, start, chosen, neutral, RefineSettings())
    landmarks = learn_bias(source_model(source, placed), canonical, detected, BiasSettings())
    np.savez_compressed(
        TARGET,
        triangle=source.number[landmarks.vertices].astype(np.int32),
        barycentric=landmarks.barycentrics.astype(np.float32),
        sigma_percent_eye=landmarks.sigma_percent.astype(np.float32),
        bias_yaw=landmarks.bias_yaw_deg.astype(np.float32),
        bias_percent_eye=landmarks.bias_percent.astype(np.float32),
    )
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
