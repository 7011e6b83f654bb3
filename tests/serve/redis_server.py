"""A Redis of our own, from Debian's package."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from tests.serve.server import wait_for


@contextmanager
def redis_on(port: int, folder: Path) -> Iterator[str]:
    """Its address, while it runs; skips without one, or fails with FACEBORN_REQUIRE_REDIS."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("FACEBORN_REQUIRE_REDIS"):
            pytest.fail("redis-server is not installed")
        pytest.skip("redis-server is not installed")
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    address = f"redis://127.0.0.1:{port}/0"
    try:
        with redis.Redis.from_url(address) as client:

            def answers() -> bool:
                assert process.poll() is None
                try:
                    return bool(client.ping())
                except redis.ConnectionError:
                    return False

            wait_for(answers)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
