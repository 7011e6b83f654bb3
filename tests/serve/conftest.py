"""Servers for the tests of the server, and what to upload."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.serve.redis_server import redis_on
from tests.serve.server import Server


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


@pytest.fixture
def unused_port() -> int:
    """For a server that is started, and later started again there."""
    return _free_port()


@pytest.fixture(scope="module")
def a_port() -> int:
    """For a server that all tests of a file share."""
    return _free_port()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Redis of our own."""
    with redis_on(_free_port(), tmp_path_factory.mktemp("redis")) as address:
        yield address


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
