"""A real server process on a free port, and what a client does with it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

from faceborn.serve.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROBLEM_TYPE = "application/problem+json"
TEXTURE_PX = 512  # seconds instead of many
LONGEST_S = 60.0  # for anything that is waited for: loaded machines are slow, hung ones hang

# Some settings have no option of the command line: what takes minutes must take seconds here.
LAUNCH = """
import sys
from faceborn.serve.run import run_server
from faceborn.serve.settings import Settings
run_server(Settings.from_json(sys.argv[1]), lambda line: print(line, flush=True))
"""
Found = TypeVar("Found")


class Server:
    """One server: started, and ended by `stop` or `kill`."""

    def __init__(
        self,
        folder: Path,
        command: list[str],
        broker: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data = folder / "data"
        self.log = folder / "serve.log"
        known = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
        known.pop("FACEBORN_BROKER", None)
        if broker is not None:
            known["FACEBORN_BROKER"] = broker
        known |= environment or {}
        with self.log.open("ab") as out:
            said = out.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-u", *command],
                stdout=out, stderr=subprocess.STDOUT, env=known, cwd=folder,
            )  # fmt: skip

        def announced() -> str | None:
            words = self.log.read_text()
            assert self.process.poll() is None, words
            found = re.search(r"http://127\.0\.0\.1:(\d+)", words[said:])
            return None if found is None else found[0]

        self.address = wait_for(announced)
        self.client = httpx.Client(base_url=self.address, timeout=LONGEST_S)

    @classmethod
    def with_command(cls, folder: Path, *options: str, broker: str | None = None) -> Server:
        """As users start it."""
        command = ["-m", "faceborn", "serve", "--port", "0", "--data", str(folder / "data")]
        return cls(folder, [*command, *options], broker)

    @classmethod
    def with_settings(
        cls, folder: Path, *, environment: Mapping[str, str] | None = None, **given: Any
    ) -> Server:
        """`workers=0` makes a server that takes photos and lets them wait."""
        told = {"data": str(folder / "data"), "upload_rate": "1000/minute", **given}
        settings = Settings(port=0, **told)
        return cls(folder, ["-c", LAUNCH, settings.to_json()], environment=environment)

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def stop(self) -> None:
        """As Ctrl-C does; the last photo is finished before."""
        self.client.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=LONGEST_S)

    def kill(self) -> None:
        """As a power cut does, but for the workers, who find out by themselves."""
        self.client.close()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=LONGEST_S)

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        parents = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        children = [child for found in parents for child in found.read_text().split()]
        return [
            int(child)
            for child in children
            if b"faceborn.serve.worker" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    def upload(
        self, photo: bytes, *, name: str = "me.jpg", kind: str = "image/jpeg", **options: Any
    ) -> httpx.Response:
        """The preview takes longer than all the rest: only those make it who look at it."""
        fields = {"texture_size": TEXTURE_PX, "preview": "false", **options}
        return self.client.post(
            "/api/heads",
            files={"photo": (name, photo, kind)},
            data={field: str(value) for field, value in fields.items() if value is not None},
        )

    def accepted(self, photo: bytes, **options: Any) -> str:
        """Id of the job that takes care of the photo."""
        answer = self.upload(photo, **options)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def status(self, job_id: str) -> dict[str, Any]:
        answer = self.client.get(f"/api/heads/{job_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ended(self, job_id: str) -> dict[str, Any]:
        """The status of the job, once it is done or failed."""

        def look() -> dict[str, Any] | None:
            status = self.status(job_id)
            return status if status["state"] in ("done", "failed") else None

        return wait_for(look, pause_s=0.2)  # a client may ask only so often

    def metric(self, name: str) -> float:
        """The value of a line of /metrics."""
        text = self.client.get("/metrics").text
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        assert found is not None, text
        return float(found[1])

    def stored(self, job_id: str = "") -> list[str]:
        """Names of all files that it keeps of a job, or of all jobs."""
        folder = self.data / "files" / job_id
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def wait_for(look: Callable[[], Found | None], pause_s: float = 0.05) -> Found:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(pause_s)
    raise AssertionError(f"nothing found in {LONGEST_S:g} s")


def assert_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """It is the problem that it should be, told in words; its JSON."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_TYPE
    assert answer.headers["x-content-type-options"] == "nosniff"
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body["type"] == f"urn:faceborn:problem:{kind}"
    assert body["title"]
    assert " " in body["detail"]
    return dict(body)
