"""faceborn doctor: is this installation sound?"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import faceborn
from faceborn.cli.talk import one_line

DEPENDENCIES = ("numpy", "opencv-python-headless", "pillow", "pillow-heif")


def add_to(commands: Any) -> None:
    parser = commands.add_parser(
        "doctor", help="check the installation: versions, files, a head made", allow_abbrev=False
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    print(f"faceborn {faceborn.__version__}, Python {platform.python_version()}")
    print(f"{platform.system()} {platform.release()} {platform.machine()}")
    checks: list[tuple[str, Callable[[], str]]] = [
        *((name, lambda name=name: _version(name)) for name in DEPENDENCIES),
        ("files of the package", _check_assets),
        ("a head of the demo portrait", _make_head),
    ]
    failed = [name for name, check in checks if not _passes(name, check)]
    return 1 if failed else 0


def _passes(name: str, check: Callable[[], str]) -> bool:
    try:
        print(f"ok      {name}: {check()}", flush=True)
    except Exception as error:
        print(f"FAILED  {name}: {one_line(f'{type(error).__name__}: {error}')}", flush=True)
        return False
    return True


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError as error:
        raise faceborn.FacebornError("not installed", hint=f"pip install {name}") from error


def _check_assets() -> str:
    verified = faceborn.verify_assets()
    size = sum(path.stat().st_size for path in verified)
    return f"{len(verified)} verified, {size / 1e6:.1f} MB"


def _make_head() -> str:
    start = time.perf_counter()
    head = faceborn.from_photo(faceborn.asset_path("astronaut.jpg"), texture_size=512)
    glb = head.encode("glb", "astronaut")["astronaut.glb"]
    seconds = time.perf_counter() - start
    return f"{len(head.expressions)} expressions, {len(glb) / 1e6:.1f} MB, {seconds:.1f} s"
