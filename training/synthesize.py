"""Make synthetic photographs with their truth: see training/photographs/README.md.

python training/synthesize.py make 40000 --data ../shared/data --cache CACHE --out SHARDS
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from photographs.counting import describe_shards
from photographs.points import choose_points, save_points
from photographs.shards import find_shards, read_shard, write_shard
from photographs.skins import build_skins
from photographs.studio import BLOCK, Studio

from faceborn.assets import asset_path
from faceborn.model import load_head_model
from faceborn.model.face_points import FILE

SHARD = 512  # samples in a file
TEST_SEED, TEST_COUNT = 900_001, 2_000


def make(
    out: Path,
    count: int,
    *,
    data: Path | None,
    cache: Path | None,
    seed: int,
    held_back: bool,
    depth: bool,
    bare: bool = False,
) -> Iterator[str]:
    """Write `count` samples to `out`; finished shards are kept. Yields a line per shard."""
    out.mkdir(parents=True, exist_ok=True)
    studio = None
    for number in range(-(-count // SHARD)):
        path = out / f"shard_{number:05d}.npz"
        if path.exists():
            continue
        studio = studio or Studio(
            data=data, cache=cache, seed=seed, held_back=held_back, depth=depth, bare=bare
        )
        begun = time.perf_counter()
        wanted = min(SHARD, count - number * SHARD)
        first = number * SHARD // BLOCK
        samples = []
        for block in range(first, first + -(-wanted // BLOCK)):
            samples += studio.block(block)
        write_shard(path, samples[:wanted])
        spent = time.perf_counter() - begun
        yield f"{path.name}: {wanted} samples, {wanted / spent:.1f} per second"


def register(out: Path, data: Path, *, held_back: bool, teacher: Path | None) -> Iterator[str]:
    """Write real photographs with the head that lies on them to `out`; one shard.

    teacher  another face network than the package's, for their parts
    """
    from photographs.registered import Registrar, learn_style, photographs

    from faceborn.faces.network import FaceNetwork

    # People kept back are there to measure with: each photo once, no part by the network itself.
    taught = None if held_back else FaceNetwork(teacher)
    registrar, samples = Registrar(learn_style(data), taught, once=held_back), []
    for person, paths in photographs(data, held_back=held_back):
        found = registrar.person(paths)
        samples += found
        yield f"{person}: {len(found)} of {len(paths)}"
    out.mkdir(parents=True, exist_ok=True)
    write_shard(out / "shard_00000.npz", samples)


def gather_drawn(out: Path, data: Path, *, held_back: bool) -> int:
    """Write portraits whose parts were drawn by hand to `out`, one shard; says how many."""
    from photographs.drawn_samples import drawn_samples

    from faceborn.faces.network import FaceNetwork

    samples = list(drawn_samples(data, FaceNetwork(), held_back=held_back))
    out.mkdir(parents=True, exist_ok=True)
    write_shard(out / "shard_00000.npz", samples)
    return len(samples)


def draw_sheet(folder: Path, target: Path, *, columns: int = 10, rows: int = 10) -> None:
    """A contact sheet of the newest shard."""
    shard = read_shard(find_shards(folder)[-1])
    images = [shard.image(index) for index in range(min(columns * rows, len(shard)))]
    lines = [np.concatenate(images[at : at + columns], 1) for at in range(0, len(images), columns)]
    sheet = np.concatenate([line for line in lines if line.shape == lines[0].shape])
    cv2.imwrite(str(target), sheet[:, :, ::-1])


def main() -> None:
    """One command per step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("points", help="choose the points again, when the head model has changed")
    for name in ("skins", "make", "test"):
        step = steps.add_parser(name)
        step.add_argument("--data", type=Path, help="the data sets of the house")
        step.add_argument("--cache", type=Path, help="where baked skins lie")
        if name != "skins":
            step.add_argument("--out", type=Path, required=True)
            step.add_argument("--depth", action="store_true", help="tell depth and normals too")
        if name == "make":
            step.add_argument("count", type=int)
            step.add_argument("--seed", type=int, default=0)
            step.add_argument("--bare", action="store_true", help="no hair, nothing worn or held")
    real = steps.add_parser("real", help="real photographs, the head model laid on them")
    drawn = steps.add_parser("drawn", help="portraits whose parts were drawn by hand")
    for step in (real, drawn):
        step.add_argument("--data", type=Path, required=True, help="the data sets of the house")
        step.add_argument("--out", type=Path, required=True)
        step.add_argument("--held-back", action="store_true", help="people nothing learns from")
    real.add_argument("--teacher", type=Path, help="face network that tells parts: an .onnx file")
    sheet = steps.add_parser("sheet")
    sheet.add_argument("folder", type=Path)
    sheet.add_argument("target", type=Path)
    counting = steps.add_parser("count", help="print how pose, light, tone and cover are spread")
    counting.add_argument("folder", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)

    if options.step == "points":
        save_points(choose_points(load_head_model()), asset_path(FILE))
    elif options.step == "skins":
        if options.data is None or options.cache is None:
            parser.error("skins needs --data and --cache")
        for line in build_skins(options.data, options.cache):
            print(line, flush=True)
    elif options.step in ("make", "test"):
        testing = options.step == "test"
        for line in make(
            options.out,
            TEST_COUNT if testing else options.count,
            data=options.data,
            cache=options.cache,
            seed=TEST_SEED if testing else options.seed,
            held_back=testing,
            depth=options.depth,
            bare=not testing and options.bare,
        ):
            print(line, flush=True)
    elif options.step == "real":
        for line in register(
            options.out, options.data, held_back=options.held_back, teacher=options.teacher
        ):
            print(line, flush=True)
    elif options.step == "drawn":
        count = gather_drawn(options.out, options.data, held_back=options.held_back)
        print(f"{count} portraits")
    elif options.step == "sheet":
        draw_sheet(options.folder, options.target)
    else:
        print(describe_shards(options.folder))


if __name__ == "__main__":
    main()
