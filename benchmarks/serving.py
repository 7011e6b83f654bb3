"""For benchmarks/serve.py: a server in a process of its own, its clients, and what they send."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image, ImageEnhance

from faceborn import asset_path

SOURCES = Path(__file__).resolve().parents[1] / "src"
START_S = 120.0
HEAD_FILES = {"head.glb", "source.png", "report.json", "obj.zip", "photo.jpg"}
TICKS = os.sysconf("SC_CLK_TCK")


def portraits(count: int) -> list[bytes]:
    """JPEGs of the astronaut, no two alike: each with its own crop, brightness and contrast."""
    chance = np.random.default_rng(13)
    found = []
    with Image.open(asset_path("astronaut.jpg")) as opened:
        whole = opened.convert("RGB")
    for _ in range(count):
        left, top = (int(value) for value in chance.integers(0, (90, 12)))
        crop = whole.crop((left, top, left + 340, top + 340))
        crop = ImageEnhance.Brightness(crop).enhance(chance.uniform(0.8, 1.2))
        out = io.BytesIO()
        ImageEnhance.Contrast(crop).enhance(chance.uniform(0.85, 1.15)).save(out, "JPEG")
        found.append(out.getvalue())
    if len({sha256(photo) for photo in found}) < count:
        raise SystemExit("two of the photos are alike")
    return found


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Serving:
    """`faceborn serve` with the given options; may be ended and started again on its port."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder / "data"
        self.log = folder / "serve.log"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self._command = [
            *(sys.executable, "-u", "-m", "faceborn", "serve", "--port", str(self.port)),
            *("--data", str(self.data), *options),
        ]
        self.start()

    def start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
        environment.pop("FACEBORN_BROKER", None)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self._command, stdout=out, stderr=subprocess.STDOUT, env=environment
            )

        def answers() -> bool:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended: {self.log.read_text()[-2000:]}")
            try:
                return httpx.get(f"{self.address}/healthz").status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers, START_S)

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(timeout=60)

    def workers(self) -> list[int]:
        """Their process ids."""
        try:
            parents = Path(f"/proc/{self.process.pid}/task").glob("*/children")
            children = [child for found in parents for child in found.read_text().split()]
            return [
                int(child)
                for child in children
                if b"faceborn.serve.worker" in Path(f"/proc/{child}/cmdline").read_bytes()
            ]
        except OSError:  # it ends just now
            return []

    def metric(self, name: str) -> float:
        text = httpx.get(f"{self.address}/metrics").text
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def kept(self) -> list[str]:
        """Files that it has of all jobs."""
        folder = self.data / "files"
        return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def wait_until(look: Callable[[], bool], limit_s: float) -> None:
    end = time.monotonic() + limit_s
    while not look():
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain for {limit_s:g} s")
        time.sleep(0.1)


def memory_mb(process_id: int, *, peak: bool = False) -> float:
    """Resident, of one process; 0 when it is gone."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)" if peak else r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def computing_s(process_id: int) -> float:
    """Time on a core so far, of one process."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@dataclass(frozen=True)
class Told:
    """What a client went through with one photo; times from the beginning of the upload."""

    state: str  # done, failed; or what went wrong
    accepted_s: float = 0.0
    head_s: float = 0.0  # head.glb can be fetched
    done_s: float = 0.0
    head_id: str = ""
    error: str = ""


class Visitor:
    """One client with an address of its own, as the rate limit sees it."""

    def __init__(self, address: str, number: int, *, patient: bool = False) -> None:
        """patient  asks again when the server is away, instead of giving up"""
        line = httpx.HTTPTransport(local_address=f"127.0.0.{number + 2}")
        self.client = httpx.Client(base_url=address, transport=line, timeout=60.0)
        self._patient = patient

    def upload(self, photo: bytes, **options: Any) -> httpx.Response:
        fields = {"texture_size": 512, "preview": "false", **options}
        return self.client.post(
            "/api/heads",
            files={"photo": ("me.jpg", photo, "image/jpeg")},
            data={name: str(value) for name, value in fields.items()},
        )

    def get(self, path: str) -> httpx.Response:
        while True:
            try:
                answer = self.client.get(path)
                if answer.status_code < 500 or not self._patient:
                    return answer
            except httpx.TransportError:
                if not self._patient:
                    raise
            time.sleep(0.5)

    def visit(self, photo: bytes, *, pause_s: float = 0.25, **options: Any) -> Told:
        """Upload, wait for the head; never raises for what the server does."""
        start = time.monotonic()
        try:
            answer = self.upload(photo, **options)
        except httpx.TransportError as error:
            return Told("unanswered", error=type(error).__name__)
        if answer.status_code != 202:
            return Told("refused", error=answer.text)
        accepted_s, head_s = time.monotonic() - start, 0.0
        head_id = str(answer.json()["id"])
        while True:
            answer = self.get(f"/api/heads/{head_id}")
            now_s = time.monotonic() - start
            if answer.status_code != 200:
                return Told("lost", head_id=head_id, error=answer.text)
            status = answer.json()
            if "head.glb" in status["files"] and not head_s:
                head_s = now_s
            if status["state"] in ("done", "failed"):
                kind = (status["error"] or {}).get("type", "").rpartition(":")[2]
                return Told(status["state"], accepted_s, head_s, now_s, head_id, kind)
            time.sleep(pause_s)

    def faults(self, photo: bytes, head_id: str) -> list[str]:
        """Whatever is not as it should be with the finished head of this photo."""
        status = self.get(f"/api/heads/{head_id}").json()
        found, digest = [], sha256(photo)
        if not set(status["files"]) >= HEAD_FILES:
            found.append(f"files are missing: {sorted(status['files'])}")
            return found
        content = {name: self.get(address).content for name, address in status["files"].items()}
        if status["report"]["photo"]["sha256"] != digest:
            found.append("the report is of another photo")
        if json.loads(content["report.json"]) != status["report"]:
            found.append("report.json is not the report")
        glb = content["head.glb"]
        magic, _, length, json_length = struct.unpack("<4sIII", glb[:16])
        if magic != b"glTF" or length != len(glb):
            found.append("the GLB is not whole")
        elif json.loads(glb[20 : 20 + json_length])["extras"]["faceborn"]["photo_sha256"] != digest:
            found.append("the GLB is of another photo")
        with zipfile.ZipFile(io.BytesIO(content["obj.zip"])) as archive:
            if archive.testzip() is not None:
                found.append("the zip is broken")
        for name in ("photo.jpg", "source.png"):
            Image.open(io.BytesIO(content[name])).load()
        return found

    def delete(self, head_id: str) -> None:
        self.client.delete(f"/api/heads/{head_id}")
