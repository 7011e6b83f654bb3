"""Train the volumetric network on synthetic photographs; the same command on CPU and GPU.

    python training/train_volume.py guide guide.npz SHARDS...
    python training/train_volume.py train --minutes 60 --cache CACHE SHARDS... [--test TEST]
    python training/train_volume.py export CACHE/weights.npz volume_network.onnx
    python training/train_volume.py measure CACHE/weights.npz TEST

`train` takes folders that training/synthesize.py fills, and new shards as they appear. Cut off, the
same command goes on; `--start weights.npz` begins a new run with the weights of another. Weights,
checkpoint and log lie in CACHE. `guide` learns the map that lays the head model on the points of
the face network: again whenever that network has changed.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from face_network.framing import Framing
from face_network.pool import Pool
from face_network.weights import load_weights as load_face
from learning.schedule import Schedule
from volume_network.batches import Source
from volume_network.evaluation import Judge
from volume_network.export import export_onnx
from volume_network.guide_map import learn_map, read_map
from volume_network.network import Design
from volume_network.samples import Sitting
from volume_network.trainer import Settings, train
from volume_network.weights import load_weights

from faceborn.assets import FOLDER as ASSETS
from faceborn.model.expected import FILE as GUIDE_FILE

FACE = Path(__file__).parent / "face_network" / "weights" / "weights.npz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=1, help="of torch on a CPU")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--face", type=Path, default=FACE, help="weights of the face network")
    parser.add_argument("--map", type=Path, default=ASSETS / GUIDE_FILE, help="of the guide")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("train")
    command.add_argument("shards", type=Path, nargs="+")
    command.add_argument("--minutes", type=float, required=True)
    command.add_argument("--cache", type=Path, required=True)
    command.add_argument("--test", type=Path, help="shards of people that are not trained on")
    command.add_argument("--judged", type=int, default=96, help="samples of the test")
    command.add_argument("--start", type=Path, help="weights to begin with")
    command.add_argument("--design", default="{}", help="what differs from Design, as JSON")
    command.add_argument("--band", type=float, default=0.0, help="more weight of surface cubes")
    command.add_argument("--frontal-batches", type=int, default=0, help="begin with fronts")
    command.add_argument("--peak", type=float, default=Schedule.peak, help="learning rate")
    command.add_argument("--batch", type=int, default=Source.samples)
    command.add_argument("--workers", type=int, default=1, help="processes that make batches")
    command.add_argument("--seed", type=int, default=0)
    command = commands.add_parser("guide")
    command.add_argument("target", type=Path)
    command.add_argument("shards", type=Path, nargs="+")
    command.add_argument("--most", type=int, default=30_000, help="photographs")
    command.add_argument("--real", type=Path, help="what synthesize.py real has made, too")
    command = commands.add_parser("measure")
    command.add_argument("weights", type=Path)
    command.add_argument("test", type=Path)
    command.add_argument("--judged", type=int, default=512)
    command = commands.add_parser("export")
    command.add_argument("weights", type=Path)
    command.add_argument("target", type=Path)
    options = parser.parse_args()
    if options.command == "export":
        export_onnx(load_weights(options.weights), options.target)
        return
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    face = load_face(options.face)
    if options.command == "guide":
        learnt = learn_map(options.shards, face.eval(), most=options.most, real=options.real)
        np.savez_compressed(options.target, map=learnt.astype(np.float16))
        return

    def judge(test: Path) -> Judge:
        pool = Pool([test])
        return Judge(pool, Sitting(pool, face, read_map(options.map)), most=options.judged)

    if options.command == "measure":
        found = judge(options.test)(load_weights(options.weights).to(device), device)
        print(json.dumps(found, indent=1))
        return
    told: dict[str, Any] = json.loads(options.design)
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    train(
        Source(
            folders=tuple(options.shards),
            face=options.face,
            guide=options.map,
            framing=Framing(share_rough=0.0),
            samples=options.batch,
            frontal_batches=options.frontal_batches,
        ),
        judge(options.test) if options.test else None,
        Settings(
            minutes=options.minutes,
            band=options.band,
            design=Design(**(told | lists)),
            schedule=replace(Schedule(), peak=options.peak),
            workers=options.workers,
            seed=options.seed,
        ),
        options.cache,
        device,
        start=load_weights(options.start) if options.start else None,
        face=face,
        tell=lambda text: print(text, flush=True),
    )


if __name__ == "__main__":
    main()
