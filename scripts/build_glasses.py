#!/usr/bin/env python3
"""Build the spectacle frames of the page: web/public/glasses/frames.json, in millimetres.

    python scripts/build_glasses.py

Every frame is our own design, made of the numbers below: the outline of a lens from four
quarter-superellipses with a lift of its outer end, and how thick rim, bridge and temples are. The
page turns the outlines into solids (web/src/stage/frame-parts.ts). Frame space: x to the wearer's
left, y up, z forward; the origin is the middle of the bridge.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[1] / "web" / "public" / "glasses" / "frames.json"
POINTS = 72  # of an outline


@dataclass(frozen=True)
class Design:
    name: str
    kind: str  # "acetate": a rim cut from a sheet; "metal": wire; "rimless"
    lens_mm: float  # width of a lens, as opticians print it
    bridge_mm: float  # between the lenses
    above_mm: float  # height above and below the lens's middle
    below_mm: float
    squareness: tuple[float, float, float, float]  # inner top, outer top, outer low, inner low
    lift_mm: float  # of the outer upper end
    drop_mm: float  # of the lens's middle below the bridge
    rim_mm: float
    depth_mm: float
    temple_mm: tuple[float, float]  # height and thickness
    bow_mm: float  # how far the bridge rises above its ends
    double_bridge: bool = False


DESIGNS = (
    Design(
        "Luna", "metal", 48, 21, 23, 24, (2.0, 2.0, 2.0, 2.0), 0, 5.0, 1.1, 1.6, (3.0, 1.2), 2.5
    ),
    Design(
        "Panto", "acetate", 47, 22, 20, 22, (2.5, 2.5, 2.1, 2.0), 0, 4.0, 2.9, 4.0, (5.0, 3.0), 2.5
    ),
    Design(
        "Kant", "acetate", 52, 18, 17, 18, (3.6, 3.8, 3.2, 2.8), 1, 3.5, 3.2, 4.2, (6.5, 3.4), 1.5
    ),
    Design(
        "Pilot",
        "metal",
        57,
        15,
        21,
        27,
        (3.2, 2.6, 2.0, 2.4),
        0,
        6.5,
        1.1,
        1.6,
        (3.0, 1.2),
        1.0,
        True,
    ),
    Design(
        "Vera", "acetate", 53, 17, 19, 19, (2.6, 2.5, 2.3, 2.1), 6, 3.5, 3.0, 4.2, (5.5, 3.2), 1.5
    ),
    Design(
        "Brutus",
        "acetate",
        54,
        18,
        22,
        23,
        (3.4, 3.4, 3.0, 2.6),
        1.5,
        4.5,
        4.2,
        5.0,
        (8.0, 4.0),
        1.5,
    ),
    Design(
        "Senza", "rimless", 51, 18, 16, 17, (3.0, 3.0, 3.0, 2.6), 0, 3.5, 0.0, 1.6, (2.6, 1.1), 1.5
    ),
)


def outline(design: Design) -> list[list[float]]:
    """The left lens's edge, counter-clockwise seen from in front of the wearer's own left."""
    half = design.lens_mm / 2
    center = design.bridge_mm / 2 + half
    points = []
    for angle in np.arange(POINTS) / POINTS * 2 * np.pi:
        cos, sin = np.cos(angle), np.sin(angle)
        quarter = (1 if cos >= 0 else 0) if sin >= 0 else (2 if cos >= 0 else 3)
        power = 2 / design.squareness[quarter]
        x = np.sign(cos) * abs(cos) ** power
        y = np.sign(sin) * abs(sin) ** power
        height = design.above_mm if y >= 0 else design.below_mm
        lift = design.lift_mm * max(x, 0.0) ** 2 * max(y + 0.3, 0.0)
        points.append([center + x * half, y * height + lift - design.drop_mm])
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]


def main() -> None:
    frames = [
        {
            "name": design.name,
            "kind": design.kind,
            "lens_mm": design.lens_mm,
            "bridge_mm": design.bridge_mm,
            "outline_mm": outline(design),
            "rim_mm": design.rim_mm,
            "depth_mm": design.depth_mm,
            "temple_mm": list(design.temple_mm),
            "bow_mm": design.bow_mm,
            "double_bridge": design.double_bridge,
        }
        for design in DESIGNS
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(frames, separators=(",", ":")) + "\n")
    print(f"{len(frames)} frames, {OUT.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
