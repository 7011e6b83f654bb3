"""A server and workers on other machines, with Redis between them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import redis

from tests.serve.redis_server import redis_on
from tests.serve.server import ROOT, Server, assert_problem, wait_for


@pytest.fixture
def empty_broker(broker: str) -> Iterator[str]:
    with redis.Redis.from_url(broker) as client:
        client.flushdb()
        yield broker


def test_server_and_workers_apart(empty_broker: str, tmp_path: Path, portrait: bytes) -> None:
    """The server has no worker; `faceborn serve --worker-only` with the same broker and folder
    makes the head, and every file of it is handed out by the server.
    """
    server = Server.with_settings(tmp_path, workers=0, broker=empty_broker)
    job_id = server.accepted(portrait)
    assert server.client.get("/healthz").json()["waiting"] == 1
    workers = subprocess.Popen(
        [sys.executable, "-m", "faceborn", "serve", "--worker-only", "--data", str(server.data)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "FACEBORN_BROKER": empty_broker},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    try:
        status = server.ended(job_id)
        assert status["state"] == "done", status
        files = {
            name: server.client.get(address).content for name, address in status["files"].items()
        }
        assert files["head.glb"][:4] == b"glTF"
        assert files["source.png"][:8] == b"\x89PNG\r\n\x1a\n"
        assert files["photo.jpg"][:3] == b"\xff\xd8\xff"
        with zipfile.ZipFile(BytesIO(files["obj.zip"])) as archive:
            assert archive.testzip() is None
        assert server.stored(job_id) == [f"1/{name}" for name in sorted(files)]
        assert server.metric('faceborn_jobs_total{state="done"}') == 1  # counted elsewhere
        assert not list(server.data.glob("*.db"))
        assert server.client.delete(f"/api/heads/{job_id}").status_code == 204
        assert_problem(server.client.get(f"/api/heads/{job_id}"), 404, "no-such-head")
        assert server.stored() == []
        with redis.Redis.from_url(empty_broker) as client:
            kept = [key.decode() for key in client.scan_iter()]
        assert not [key for key in kept if job_id in key]
    finally:
        workers.terminate()
        assert workers.wait(timeout=30) == 0
        server.stop()


def test_command_takes_the_broker_from_the_environment(
    empty_broker: str, tmp_path: Path, no_face: bytes
) -> None:
    server = Server.with_command(tmp_path, "--uploads", "1/hour", broker=empty_broker)
    try:
        status = server.ended(server.accepted(no_face, kind="image/png"))
        assert status["error"]["type"] == "urn:faceborn:problem:no-face"
        with redis.Redis.from_url(empty_broker) as client:
            assert client.exists(f"faceborn:job:{status['id']}")
        other = Server.with_command(tmp_path, "--uploads", "1/hour", broker=empty_broker)
        try:  # one client has one allowance, whichever server answers
            assert_problem(other.upload(no_face), 429, "too-many-requests")
            assert other.status(status["id"]) == status
        finally:
            other.stop()
    finally:
        server.stop()


def test_redis_away_for_a_while(tmp_path: Path, no_face: bytes, unused_port: int) -> None:
    """Everything is refused in words, and the server goes on when it is back."""
    with redis_on(unused_port, tmp_path) as address:
        server = Server.with_settings(tmp_path, workers=0, broker=address)
        server.accepted(no_face, kind="image/png")
    try:
        for answer in (server.client.get("/api/limits"), server.upload(no_face)):
            problem = assert_problem(answer, 503, "no-broker")
            assert int(answer.headers["retry-after"]) >= 1
            assert "redis" not in str(problem).lower()  # nobody's business
        assert_problem(server.client.get("/healthz"), 503, "not-well")
        with redis_on(unused_port, tmp_path):
            wait_for(lambda: server.client.get("/healthz").status_code == 200)
            server.accepted(no_face, kind="image/png")
    finally:
        server.stop()


@pytest.mark.parametrize("broker_of_none", ["redis://127.0.0.1:1/0", "nonsense://x"])
def test_broker_that_is_none(tmp_path: Path, broker_of_none: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "faceborn", "serve", "--port", "0", "--data", str(tmp_path / "d")],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "FACEBORN_BROKER": broker_of_none},
        capture_output=True, text=True, cwd=tmp_path, timeout=60,
    )  # fmt: skip
    assert answer.returncode == 1
    assert "cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr
