"""Runs the scripts of tests/js; skips where what they need is not installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "js"
OLDEST_NODE = 20
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def run_script(name: str, *arguments: str | Path, browser: bool = False) -> Any:
    """What tests/js/`name` prints, from JSON.

    Skips without node, its packages or the browser; fails instead where FACEBORN_REQUIRE_JS is
    set, as it is in .ci/run.
    """
    node = shutil.which("node")
    missing = ""
    if node is None:
        missing = "node is not installed"
    elif not (FOLDER / "node_modules").is_dir():
        missing = "no tests/js/node_modules: run `npm ci --prefix tests/js`"
    elif browser and _major(node) < OLDEST_NODE:
        missing = f"playwright wants node {OLDEST_NODE} or newer"
    elif browser and not Path(CHROMIUM).exists():
        missing = f"no browser at {CHROMIUM}: install chromium or set CHROMIUM"
    if missing:
        if os.environ.get("FACEBORN_REQUIRE_JS"):
            pytest.fail(missing)
        pytest.skip(missing)
    assert node is not None
    done = subprocess.run(
        [node, FOLDER / name, *arguments],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "CHROMIUM": CHROMIUM},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    return int(version.stdout.strip().lstrip("v").split(".")[0])
