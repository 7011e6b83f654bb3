"""How much perspective the face network tells of what there is: SLOPE, REST and NOISE.

    python training/calibrate_perspective.py face_network.onnx TEST [--most 500]

Prints the three constants of faceborn/model/perspective.py, to be set again whenever the network
has changed: what `lay_mean` finds on synthetic photographs, against 1 / distance from the camera
to the face.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from photographs.shards import read_folder

from faceborn.faces.network import FaceNetwork, second_crop
from faceborn.geometry.crop import Crop
from faceborn.geometry.upright import lean_rad, square_around
from faceborn.model import load_head_model
from faceborn.model.face_points import load_face_points
from faceborn.model.perspective import lay_mean

MOST_COVERED = 0.4  # share of the face: of one that is hidden the network tells the mean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("network", type=Path)
    parser.add_argument("shards", type=Path, help="of synthesize.py test")
    parser.add_argument("--most", type=int, default=500, help="photographs")
    options = parser.parse_args()
    network, points = FaceNetwork(options.network), load_face_points()
    mean_mm = points.of(load_head_model().mean_mm).astype(np.float64)
    near: list[float] = []
    told: list[float] = []
    for shard in read_folder(options.shards):
        for index in range(min(len(shard), options.most - len(told))):
            truth = shard.truth
            if truth["covered"][index] > MOST_COVERED:
                continue
            pixels = shard.image(index)
            turn = lean_rad(truth["rotation"][index].astype(np.float64))
            core = truth["landmarks"][index][points.core, :2].astype(np.float64)
            middle, side = square_around(core, turn)
            first = network.look(pixels, Crop(center_px=middle, side_px=side, turn_rad=turn))
            look = network.both_ways(pixels, second_crop(first))
            middle_mm = truth["rotation"][index] @ mean_mm[points.core].mean(0)
            near.append(1 / float(truth["translation_mm"][index][2] - middle_mm[2]))
            told.append(lay_mean(mean_mm, look.points_px).near_per_mm)
    slope, rest = np.polyfit(near, told, 1)
    noise = float(np.std(np.array(told) - slope * np.array(near) - rest))
    print(f"SLOPE, REST, NOISE = {slope:.3f}, {rest:.5f}, {noise:.5f}  # {len(told)} photographs")


if __name__ == "__main__":
    main()
