"""How fast the page draws without a graphics card: python benchmarks/page.py

Starts `faceborn serve`, makes a head of the astronaut at the usual texture size, opens it in
Debian's Chromium with software GL and prints, for a canvas of 800 x 600: the time from the GLB's
arrival to the first picture of the head, and frames per second while the camera moves and while
the face does, with the processor's milliseconds per frame, which tell more on a busy machine.
Needs `npm ci --prefix web && npm run build --prefix web`; writes results/page.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from faceborn.assets import asset_path

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "page.mjs"
RESULTS = HERE / "results" / "page.json"


def measure(texture_px: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src")}
        command = [sys.executable, "-u", "-m", "faceborn", "serve", "--port", "0"]
        log = Path(folder, "log")
        with log.open("w") as out:
            server = subprocess.Popen(
                [*command, "--data", folder], stdout=out, stderr=subprocess.STDOUT, env=environment
            )
        try:
            address = wait_for_address(log)
            head = make_head(address, texture_px)
            done = subprocess.run(
                ["node", SCRIPT, f"{address}/heads/{head}"],
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            server.terminate()
            server.wait(timeout=20)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def wait_for_address(log: Path) -> str:
    for _ in range(300):
        found = re.search(r"http://[\d.]+:\d+", log.read_text())
        if found:
            return found.group()
        time.sleep(0.1)
    raise SystemExit(f"the server did not start: {log.read_text()}")


def make_head(address: str, texture_px: int) -> str:
    with httpx.Client(base_url=address, timeout=60) as client:
        photo = asset_path("astronaut.jpg").read_bytes()
        answer = client.post(
            "/api/heads",
            files={"photo": ("astronaut.jpg", photo, "image/jpeg")},
            data={"texture_size": str(texture_px)},
        )
        head = str(answer.raise_for_status().json()["id"])
        while client.get(f"/api/heads/{head}").json()["state"] not in ("done", "failed"):
            time.sleep(0.5)
    return head


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texture", type=int, default=2048, help="side of the texture, pixels")
    figures = measure(parser.parse_args().texture)
    figures["load_1min"] = round(os.getloadavg()[0], 2)
    figures["cores"] = os.cpu_count()
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
