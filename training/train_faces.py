"""Train the face network on synthetic photographs; the same command on CPU and GPU.

    python training/train_faces.py train --minutes 60 --cache CACHE SHARDS... [--test TEST]
    python training/train_faces.py export CACHE/weights.npz face_network.onnx
    python training/train_faces.py measure CACHE/weights.npz TEST

`train` takes folders that training/synthesize.py fills, and new shards as they appear. Cut off, the
same command goes on; `--start weights.npz` begins a new run with the weights of another. Weights,
checkpoint and log lie in CACHE.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import torch
from face_network.batches import Mixing
from face_network.evaluation import evaluate, face_scores, part_iou
from face_network.export import export_onnx
from face_network.network import Design
from face_network.pool import Pool
from face_network.trainer import Settings, train
from face_network.weights import load_weights
from learning.schedule import Schedule


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=1, help="of torch on a CPU")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("train")
    command.add_argument("shards", type=Path, nargs="+")
    command.add_argument("--minutes", type=float, required=True)
    command.add_argument("--views", type=int, help="end there instead: to compare runs")
    command.add_argument("--cache", type=Path, required=True)
    command.add_argument("--test", type=Path, help="shards of people that are not trained on")
    command.add_argument(
        "--real",
        type=Path,
        help="what synthesize.py real has made (or drawn, with --parts-only), mixed in",
    )
    command.add_argument("--share-real", type=float, default=Mixing().share_real)
    command.add_argument("--start", type=Path, help="weights to begin with")
    command.add_argument("--head", choices=["local", "global"], default="local")
    command.add_argument("--refined", action="store_true", help="look at points a third time")
    command.add_argument("--size", type=int, help="one size of picture throughout, px")
    command.add_argument("--peak", type=float, default=Schedule().peak, help="learning rate")
    command.add_argument("--batch", type=int, help="samples per step")
    command.add_argument("--mapped", type=float, help="share of a batch whose parts are drawn")
    command.add_argument("--parts-only", action="store_true", help="only the part map learns")
    command.add_argument("--workers", type=int, default=0, help="threads that make batches")
    command = commands.add_parser("export")
    command.add_argument("weights", type=Path)
    command.add_argument("target", type=Path)
    command.add_argument("--date", type=date.fromisoformat, help="of the weights; default: today")
    command = commands.add_parser("measure")
    command.add_argument("weights", type=Path)
    command.add_argument("shards", type=Path, nargs="+")
    command.add_argument("--most", type=int, default=2000, help="samples")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    device = torch.device(arguments.device)
    if arguments.command == "export":
        export_onnx(load_weights(arguments.weights), arguments.target, arguments.date)
    elif arguments.command == "measure":
        network, pool = load_weights(arguments.weights).to(device), Pool(arguments.shards)
        pool.take_in()
        most = arguments.most
        figures = {
            "points": evaluate(network, pool, most=most, device=device),
            "parts": part_iou(network, pool, most=most // 4, device=device),
            "score": face_scores(network, pool, most=most // 4, device=device),
        }
        print(json.dumps(figures, indent=1))
    else:
        _train(arguments, device)


def _train(arguments: argparse.Namespace, device: torch.device) -> None:
    settings = Settings(
        minutes=arguments.minutes, most_views=arguments.views, workers=arguments.workers
    )
    schedule = replace(settings.schedule, peak=arguments.peak)
    if arguments.size:
        schedule = replace(schedule, sizes=((0.0, arguments.size),))
    mixing = replace(
        settings.mixing,
        share_real=arguments.share_real,
        samples=arguments.batch or settings.mixing.samples,
        share_with_parts=settings.mixing.share_with_parts
        if arguments.mapped is None
        else arguments.mapped,
    )
    design = Design(head=arguments.head, size_px=schedule.sizes[-1][1], refined=arguments.refined)
    settings = replace(settings, design=design, schedule=schedule, mixing=mixing)
    start = load_weights(arguments.start, refined=arguments.refined) if arguments.start else None
    if start:
        settings = replace(settings, design=start.design, likelihood_from_views=0)
    if arguments.parts_only:
        mixing = replace(mixing, share_with_parts=1.0, share_negative=0.0)
        settings = replace(settings, parts_only=True, mixing=mixing)
    test = Pool([arguments.test]) if arguments.test else None
    train(
        Pool(arguments.shards),
        test,
        settings,
        arguments.cache,
        device,
        start=start,
        real=Pool([arguments.real]) if arguments.real else None,
    )


if __name__ == "__main__":
    main()
