"""The page in a real browser, against a real server: tests/web/checks/*.mjs say what holds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from faceborn.assets import asset_path
from faceborn.serve.page import FOLDER as PAGE
from faceborn.serve.page import HOW_TO_BUILD

ROOT = Path(__file__).resolve().parents[2]
CHECKS = Path(__file__).parent / "checks"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
TEXTURE_PX = 512  # seconds instead of many


@pytest.fixture(scope="module", autouse=True)
def _needs() -> None:
    """Skips without node, browser or built page; with FACEBORN_REQUIRE_JS it fails instead."""
    missing = ""
    if shutil.which("node") is None:
        missing = "node is not installed"
    elif not (ROOT / "web" / "node_modules" / "playwright-core").is_dir():
        missing = "no web/node_modules: run `npm ci --prefix web`"
    elif not (PAGE / "index.html").is_file():
        missing = f"the page is not built: run `{HOW_TO_BUILD}`"
    elif not Path(CHROMIUM).exists():
        missing = f"no browser at {CHROMIUM}: install chromium or set CHROMIUM"
    if missing and os.environ.get("FACEBORN_REQUIRE_JS"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files to upload, good and bad."""
    place = tmp_path_factory.mktemp("page")
    shutil.copy(asset_path("astronaut.jpg"), place / "portrait.jpg")
    Image.fromarray(np.full((300, 400, 3), 128, np.uint8)).save(place / "empty.png")
    (place / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no photo" * 40)
    (place / "words.txt").write_text("these are words")
    return place


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """`faceborn serve` as users start it; its address."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-u", "-m", "faceborn", "serve", "--port", "0"]
    log = folder / "serve.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "data"), "--uploads", "1000/minute"],
            stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=folder,
        )  # fmt: skip
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found:
            return found.group()
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(f"the server did not say its address: {log.read_text()}")


@pytest.fixture(scope="module")
def head(server: str, folder: Path) -> str:
    """Id of a head of the astronaut that is done."""
    with httpx.Client(base_url=server, timeout=60) as client:
        files = {"photo": ("portrait.jpg", (folder / "portrait.jpg").read_bytes(), "image/jpeg")}
        answer = client.post("/api/heads", files=files, data={"texture_size": str(TEXTURE_PX)})
        assert answer.status_code == 202, answer.text
        identity = str(answer.json()["id"])
        for _ in range(600):
            status = client.get(f"/api/heads/{identity}").json()
            if status["state"] in ("done", "failed"):
                break
            time.sleep(0.2)
    assert status["state"] == "done", status
    return identity


# downloads comes last: it deletes the head
@pytest.mark.parametrize("name", ["upload", "growing", "errors", "viewer", "phone", "downloads"])
def test_page(name: str, server: str, head: str, folder: Path) -> None:
    done = subprocess.run(
        ["node", CHECKS / f"{name}.mjs", server, head, folder],
        capture_output=True,
        text=True,
        timeout=420,
        env={**os.environ, "CHROMIUM": CHROMIUM},
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
