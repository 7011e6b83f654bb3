"""How long a head takes, and how much memory: printed and recorded in benchmarks/results/run.json.

    python benchmarks/run.py [PHOTO] [--size] [--no-record]

Goals, on 2 cores at 2048 px: at most 5 s from process start to the finished GLB, 2 s per photo in a
warm process, 1.5 GB at the peak, 0.4 s to import, 350 MB installed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line has it

import faceborn

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results" / "run.json"
TEXTURE_SIZE_PX = 2048
REPEATS = 3
GOALS = {
    "process_seconds": 5.0,
    "warm_seconds": 2.0,
    "peak_memory_mb": 1500.0,
    "import_seconds": 0.4,
    "installed_mb": 350.0,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photo", nargs="?", type=Path, default=faceborn.asset_path("astronaut.jpg"))
    parser.add_argument("--size", action="store_true", help="also install into a fresh venv")
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()

    measured: dict[str, Any] = {
        "photo": arguments.photo.name,
        "texture_size_px": TEXTURE_SIZE_PX,
        "import_seconds": import_seconds(),
        **process_seconds(arguments.photo),
        **warm_seconds(arguments.photo),
    }
    if arguments.size:
        measured["installed_mb"] = installed_mb()
    for name, value in measured.items():
        goal = f"   goal {GOALS[name]:g}" if name in GOALS else ""
        print(f"{name:20} {shown(value)}{goal}")
    if not arguments.no_record:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(measured | where(), indent=1) + "\n")
        print(f"recorded in {RESULTS.relative_to(REPOSITORY)}")


def shown(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name} {part:.3f}" for name, part in value.items())
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def import_seconds() -> float:
    """Of `import faceborn`, median of fresh interpreters."""
    code = "import time; t = time.perf_counter(); import faceborn; print(time.perf_counter() - t)"
    runs = [subprocess.check_output([sys.executable, "-c", code]) for _ in range(REPEATS)]
    return statistics.median(map(float, runs))


def process_seconds(photo: Path) -> dict[str, float]:
    """From process start to the finished GLB: median by the clock and in computing time of all
    cores (which a busy machine changes little), and the largest peak of memory.
    """
    seconds, computing, peaks = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "faceborn", "make", str(photo), "-o", folder, "-q"]
        for _ in range(REPEATS):
            start = time.perf_counter()
            process = subprocess.Popen(command)
            _, status, usage = os.wait4(process.pid, 0)
            seconds.append(time.perf_counter() - start)
            computing.append(usage.ru_utime + usage.ru_stime)
            peaks.append(usage.ru_maxrss / 1024)  # Linux tells kilobytes
            if status != 0:
                raise SystemExit("faceborn make failed")
        size = next(Path(folder).glob("*.glb")).stat().st_size / 1e6
    return {
        "process_seconds": statistics.median(seconds),
        "process_cpu_seconds": statistics.median(computing),
        "peak_memory_mb": max(peaks),
        "glb_mb": size,
    }


def warm_seconds(photo: Path) -> dict[str, Any]:
    """Photo to GLB in a process that has made a head before: median, and of which each stage."""
    stages: list[dict[str, float]] = []
    computing: list[float] = []
    for _ in range(REPEATS + 1):
        start = time.process_time()
        portrait = faceborn.Portrait(photo)
        head = portrait.head(texture_size=TEXTURE_SIZE_PX)
        with portrait.stage("export"):
            head.encode("glb", "head")
        computing.append(time.process_time() - start)
        stages.append(portrait.seconds)
    warm = sorted(stages[1:], key=lambda run: sum(run.values()))[REPEATS // 2]
    return {
        "warm_seconds": sum(warm.values()),
        "warm_cpu_seconds": statistics.median(computing[1:]),
        "warm_stages": warm,
    }


def installed_mb() -> float:
    """Of the core with all its dependencies, without pip, in a fresh virtual environment."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder) / "bin" / "python"
        before = size_mb(Path(folder))
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(REPOSITORY)], check=True)
        return size_mb(Path(folder)) - before


def size_mb(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def where() -> dict[str, Any]:
    """The machine and the commit."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return {
        "machine": {
            "processor": processor(),
            "cores": os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "commit": commit or None,
        "date": time.strftime("%Y-%m-%d"),
        "load_at_the_end": round(os.getloadavg()[0], 1),
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
