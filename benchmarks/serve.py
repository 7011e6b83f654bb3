"""What the server holds out, printed and recorded in benchmarks/results/serve.json.

    python benchmarks/serve.py load [--photos 200] [--clients 20]
    python benchmarks/serve.py memory [--jobs 1000] [--head-every 4]
    python benchmarks/serve.py endurance [--photos 60]
    python benchmarks/serve.py hostile

Each starts servers of its own on a free port, with two workers. load: every photo gets its own
head; waiting times and throughput beside those of `faceborn make`, before and after. memory: what
server and workers hold after every 50 jobs, of which every fourth makes a head and the others ask
for a face that is not there. endurance: a worker is killed every few seconds (on a busy machine as
often as it makes a head) and the server twice. hostile: what strangers send in larger amounts than
the tests can. Exit code 1 if something was lost, mixed up, grew or did not answer. An hour on two
cores for all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from run import where
from serve_hostile import measure_hostile
from serving import SOURCES, Serving, Told, Visitor, computing_s, memory_mb, portraits

Array = NDArray[Any]

RESULTS = Path(__file__).resolve().parent / "results" / "serve.json"
WORKERS = 2
TEXTURE_PX = 512
MAKE_PHOTOS = 10  # per process, for the command line's throughput
WATCH_EVERY = 50  # jobs
SETTLE = 100  # jobs, until caches and heaps have found their size
GROWTH_MB = 2.0  # per 100 jobs: more is a leak, for a worker that holds some 600 MB
KILL_EVERY_S = 8.0
OPTIONS = ("--workers", str(WORKERS), "--uploads", "1000/minute")


def measure_load(arguments: argparse.Namespace) -> dict[str, Any]:
    """Many clients at once: nothing lost, nothing mixed up; how long they wait."""
    photos = portraits(arguments.photos)
    before = make_rate(photos[: WORKERS * MAKE_PHOTOS])
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(Path(folder), *OPTIONS)
        try:
            warm_up(serving, photos[0])
            computing = sum(map(computing_s, serving.workers()))
            start = time.monotonic()
            told, faults = visit_all(serving, photos, arguments.clients, check=True)
            seconds = time.monotonic() - start
            computing = sum(map(computing_s, serving.workers())) - computing
            ended = serving.metric('faceborn_jobs_total{state="done"}')
            own = computing_s(serving.process.pid)
        finally:
            serving.end()
    after = make_rate(photos[: WORKERS * MAKE_PHOTOS])
    done = [one for one in told if one.state == "done"]
    result = {
        "photos": len(photos),
        "clients": arguments.clients,
        "workers": WORKERS,
        "texture_size_px": TEXTURE_PX,
        "states": dict(Counter(one.state for one in told)),
        "lost": len(photos) - len(done),
        "mixed_up_or_broken": faults,
        "upload_seconds": percentiles([one.accepted_s for one in done]),
        "head_seconds": percentiles([one.head_s for one in done]),
        "done_seconds": percentiles([one.done_s for one in done]),
        "heads_per_minute": 60 * len(done) / seconds,
        "cpu_seconds_per_head": computing / len(done),
        "server_cpu_seconds_per_head": own / len(done),
        "make_before": before,
        "make_after": after,
    }
    rates = [before["heads_per_minute"], after["heads_per_minute"]]
    result["of_the_command_line"] = result["heads_per_minute"] / float(np.mean(rates))
    result["fine"] = not faults and len(done) == len(photos) == ended - WORKERS
    return result


def make_rate(photos: Sequence[bytes]) -> dict[str, float]:
    """Of `faceborn make` with the same files, in as many processes as there are workers."""
    with tempfile.TemporaryDirectory() as folder:
        processes = []
        start = time.monotonic()
        for number in range(WORKERS):
            part = Path(folder, str(number))
            part.mkdir()
            for index, photo in enumerate(photos[number::WORKERS]):
                part.joinpath(f"{index}.jpg").write_bytes(photo)
            command = [sys.executable, "-m", "faceborn", "make", str(part), "-o", f"{part}_out"]
            options = ["-f", "glb,obj", "--report", "--texture-size", str(TEXTURE_PX), "-q"]
            environment = {**os.environ, "PYTHONPATH": str(SOURCES), "OMP_NUM_THREADS": "1"}
            processes.append(subprocess.Popen([*command, *options], env=environment))
        computing = 0.0
        for process in processes:
            _, status, usage = os.wait4(process.pid, 0)
            if status != 0:
                raise SystemExit("faceborn make failed")
            computing += usage.ru_utime + usage.ru_stime
        seconds = time.monotonic() - start
    return {
        "heads_per_minute": 60 * len(photos) / seconds,
        "cpu_seconds_per_head": computing / len(photos),
    }


def warm_up(serving: Serving, photo: bytes) -> None:
    """Every worker has made a head, probably: as many at once as there are workers."""
    with ThreadPoolExecutor(WORKERS) as pool:
        visitors = [Visitor(serving.address, 100 + number) for number in range(WORKERS)]
        told = list(pool.map(lambda visitor: visitor.visit(photo), visitors))
    for visitor, one in zip(visitors, told, strict=True):
        visitor.delete(one.head_id)


def visit_all(
    serving: Serving,
    photos: Sequence[bytes],
    clients: int,
    *,
    check: bool,
    patient: bool = False,
    ended: Callable[[int], None] = lambda count: None,
    face: Callable[[int], int] = lambda index: 1,
) -> tuple[list[Told], list[str]]:
    """Each client brings its photos one after the other, all clients at once.

    check  look at every file of every head, then delete it
    ended  called with the number of those that have ended so far
    face   which is asked for, of each photo
    """
    told: list[Told] = [Told("never")] * len(photos)
    faults: list[str] = []
    count = iter(range(1, len(photos) + 1))

    def run(number: int) -> None:
        visitor = Visitor(serving.address, number, patient=patient)
        for index in range(number, len(photos), clients):
            told[index] = visitor.visit(photos[index], face=face(index))
            if check and told[index].state == "done":
                faults.extend(visitor.faults(photos[index], told[index].head_id))
                visitor.delete(told[index].head_id)
            ended(next(count))

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(run, range(clients)))
    return told, faults


def measure_memory(arguments: argparse.Namespace) -> dict[str, Any]:
    """What every process holds, over many jobs."""
    every = arguments.head_every
    photos = portraits(min(arguments.jobs, 200))
    photos = [photos[index % len(photos)] for index in range(arguments.jobs)]
    marks: list[list[float]] = []
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(Path(folder), *OPTIONS)
        children = serving.workers()
        watched = {"server": serving.process.pid} | {
            f"worker {number}": child for number, child in enumerate(children, 1)
        }

        def look(count: int) -> None:
            if count % WATCH_EVERY == 0:
                held = [memory_mb(process_id) for process_id in watched.values()]
                marks.append([count, *held])
                print(
                    count, *(f"{name} {mb:.0f} MB" for name, mb in zip(watched, held, strict=True))
                )
                sys.stdout.flush()

        try:
            told, faults = visit_all(
                serving, photos, 8, check=True, ended=look,
                face=lambda index: 1 if index % every == 0 else 7,
            )  # fmt: skip
            alive = serving.workers() == children
        finally:
            serving.end()
    table = np.array(marks)
    settled = table[table[:, 0] >= min(SETTLE, table[-1, 0] / 2)]
    slopes = {
        name: round(100 * steady_slope(settled[:, 0], settled[:, column]), 3)
        for column, name in enumerate(watched, 1)
    }
    states = Counter(one.state for one in told)
    heads = len(range(0, len(photos), every))
    return {
        "jobs": len(photos),
        "heads": heads,
        "texture_size_px": TEXTURE_PX,
        "states": dict(states),
        "mb_after_jobs": [[round(value, 1) for value in row] for row in marks],
        "columns": ["jobs", *watched],
        "growth_mb_per_100_jobs": slopes,
        "faults": faults,
        "fine": alive and not faults and states == Counter(done=heads, failed=len(photos) - heads)
        and max(slopes.values()) < GROWTH_MB,
    }  # fmt: skip


def steady_slope(x: Array, y: Array) -> float:
    """Median slope between any two points: a worker that is seen in the middle of a job, with all
    its arrays, does not bend it.
    Source: Sen, Journal of the American Statistical Association, 1968.
    """
    one, other = np.triu_indices(len(x), 1)
    return float(np.median((y[other] - y[one]) / (x[other] - x[one])))


def measure_endurance(arguments: argparse.Namespace) -> dict[str, Any]:
    """A worker is killed every few seconds, the server twice: every job ends, once.

    On a busy machine not as often: a worker that never lives as long as one head takes proves
    nothing. They are killed in turn, so each lives twice the time between two kills.
    """
    photos = portraits(arguments.photos)
    killed = {"workers": 0, "server": 0}
    with tempfile.TemporaryDirectory() as folder:
        born_s = time.monotonic()
        serving = Serving(Path(folder), *OPTIONS)
        warm_up(serving, photos[0])
        kill_every_s = max(arguments.kill_every, time.monotonic() - born_s)
        over = threading.Event()

        def kill_workers() -> None:
            turn = 0
            while not over.wait(kill_every_s):
                workers = serving.workers()
                if workers:
                    os.kill(workers[turn % len(workers)], signal.SIGKILL)
                    killed["workers"] += 1
                    turn += 1

        def restart(count: int) -> None:
            """As a power cut at a third, as an operator does at two thirds."""
            if count in (len(photos) // 3, 2 * len(photos) // 3):
                serving.end(signal.SIGKILL if killed["server"] == 0 else signal.SIGTERM)
                killed["server"] += 1
                serving.start()

        killer = threading.Thread(target=kill_workers)
        killer.start()
        start = time.monotonic()
        try:
            told, _ = visit_all(serving, photos, 10, check=False, patient=True, ended=restart)
            seconds = time.monotonic() - start
            over.set()
            killer.join()
            result = audit(serving, photos, told)
        finally:
            over.set()
            serving.end()
    return {
        "photos": len(photos),
        "kill_every_s": round(kill_every_s, 1),
        "killed": killed,
        "minutes": seconds / 60,
        **result,
    }


def audit(serving: Serving, photos: Sequence[bytes], told: Sequence[Told]) -> dict[str, Any]:
    """Every job that was accepted has ended, and exactly one attempt's files are there, whole.

    An upload that the dying server did not answer may have become a job that nobody asks for: those
    too must end.
    """
    visitor = Visitor(serving.address, 99)
    faults: list[str] = []
    ended_in = serving.metric('faceborn_jobs_total{state="done"}') - WORKERS  # those of warm_up
    attempts: Counter[int] = Counter()
    kept = serving.kept()
    for photo, one in zip(photos, told, strict=True):
        if one.state == "done":
            faults += visitor.faults(photo, one.head_id)
            folders = {name.split("/")[1] for name in kept if name.startswith(one.head_id)}
            if len(folders) != 1 or "upload" in folders:
                faults.append(f"left of other attempts: {sorted(folders)}")
            attempts[int(min(folders))] += 1
    unanswered = sum(one.state == "unanswered" for one in told)
    done = sum(one.state == "done" for one in told)
    gave_up = sum(one.error in ("gave-up", "took-too-long") for one in told)
    orphaned = len({name.split("/")[0] for name in kept}) - done - gave_up
    if not done <= ended_in <= done + unanswered:
        faults.append(f"{done} heads, but {ended_in:g} ended")
    live = sum(
        serving.metric(f'faceborn_jobs_live{{state="{state}"}}') for state in ("queued", "running")
    )
    states = dict(Counter(one.state for one in told))
    return {
        "states": states,
        "errors": dict(Counter(one.error for one in told if one.error)),
        "gave_up": gave_up,
        "attempts": {str(number): attempts[number] for number in sorted(attempts)},
        "given_back": serving.metric("faceborn_jobs_given_back_total"),
        "of_uploads_without_an_answer": max(0, orphaned),
        "still_live": live,
        "faults": faults,
        "fine": not faults and live == 0 and done + unanswered == len(photos),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    return {f"p{part}": round(float(np.percentile(seconds, part)), 3) for part in (50, 95, 100)}


def record(name: str, result: dict[str, Any]) -> None:
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known[name] = result | where()
    RESULTS.write_text(json.dumps(known, indent=1) + "\n")
    print(json.dumps(result, indent=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parts = parser.add_subparsers(dest="part", required=True)
    load = parts.add_parser("load")
    load.add_argument("--photos", type=int, default=200)
    load.add_argument("--clients", type=int, default=20)
    memory = parts.add_parser("memory")
    memory.add_argument("--jobs", type=int, default=1000)
    memory.add_argument("--head-every", type=int, default=4, metavar="N")
    endurance = parts.add_parser("endurance")
    endurance.add_argument("--photos", type=int, default=60)
    endurance.add_argument("--kill-every", type=float, default=KILL_EVERY_S, metavar="SECONDS")
    parts.add_parser("hostile")
    arguments = parser.parse_args()
    measure = {
        "load": measure_load,
        "memory": measure_memory,
        "endurance": measure_endurance,
        "hostile": measure_hostile,
    }[arguments.part]
    result = measure(arguments)
    record(arguments.part, result)
    if not result["fine"]:
        raise SystemExit("not fine")


if __name__ == "__main__":
    main()
