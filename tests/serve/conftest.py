"""Servers for the tests of the server, and what to upload."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import redis
from PIL import Image

from tests.serve.server import Server, wait_for


@pytest.fixture(scope="session")
def portrait(astronaut: Path) -> bytes:
    return astronaut.read_bytes()


@pytest.fixture(scope="session")
def no_face() -> bytes:
    """A picture of nothing."""
    out = io.BytesIO()
    Image.fromarray(np.full((300, 400, 3), 128, np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`faceborn serve` as users start it, with one worker; for all tests that leave it whole."""
    server = Server.with_command(tmp_path_factory.mktemp("served"), "--uploads", "1000/minute")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Redis of our own; skips without one, or fails with FACEBORN_REQUIRE_REDIS."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("FACEBORN_REQUIRE_REDIS"):
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        cwd=tmp_path_factory.mktemp("redis"),
        stdout=subprocess.DEVNULL,
    )
    address = f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(address) as client:

        def answers() -> bool:
            assert process.poll() is None
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

        wait_for(answers)
    yield address
    process.terminate()
    process.wait(timeout=20)
