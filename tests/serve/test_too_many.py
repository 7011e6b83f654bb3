"""More than one client may have: of uploads, of requests, of photos that wait."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.serve.lines import ask_raw, memory_bytes
from tests.serve.server import Server, assert_problem


def test_full_queue(tmp_path: Path, portrait: bytes) -> None:
    server = Server.with_settings(tmp_path, workers=0, max_waiting=2)
    try:
        for _ in range(2):
            server.accepted(portrait)
        answer = server.upload(portrait)
        assert_problem(answer, 503, "queue-full")
        assert answer.headers["retry-after"] == "60"
        assert len(server.stored()) == 2
    finally:
        server.stop()


def test_rate_limits(tmp_path: Path, portrait: bytes) -> None:
    """Of uploads and of everything, per client; who watches the server is let through."""
    server = Server.with_settings(
        tmp_path, workers=0, upload_rate="3/hour", request_rate="40/hour",
        trusted_proxy="127.0.0.1",
    )  # fmt: skip
    try:
        for _ in range(3):
            server.accepted(portrait)
        _assert_too_many(server.upload(portrait))
        assert len(server.stored()) == 3
        assert server.client.get("/api/limits").status_code == 200
        answers = [server.client.get("/api/limits") for _ in range(60)]
        refused = [answer for answer in answers if answer.status_code != 200]
        assert len(refused) == 25  # 40 less the 5 before
        for answer in refused:
            _assert_too_many(answer)
        for name in ("/healthz", "/metrics"):
            assert server.client.get(name).status_code == 200
        other = {"X-Forwarded-For": "192.0.2.7"}
        assert server.client.get("/api/limits", headers=other).status_code == 200
        # A client of IPv6 has a whole network of addresses: they count as one.
        answers = [
            server.client.get("/api/limits", headers={"X-Forwarded-For": f"2001:db8::{n:x}"})
            for n in range(1, 42)
        ]
        _assert_too_many(answers[-1])
        assert all(answer.status_code == 200 for answer in answers[:-1])
    finally:
        server.stop()


def test_forged_address_does_not_help(tmp_path: Path) -> None:
    """Without a proxy that is trusted nobody says who he is."""
    server = Server.with_settings(tmp_path, workers=0, request_rate="2/hour")
    try:
        answers = [
            server.client.get("/api/limits", headers={"X-Forwarded-For": f"192.0.2.{n}"})
            for n in range(3)
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
    finally:
        server.stop()


def test_thousands_of_tiny_requests(tmp_path: Path) -> None:
    """Refused from the first one too many, memory as before; benchmarks/serve.py sends 10,000."""
    server = Server.with_settings(tmp_path, workers=0, request_rate="100/hour")
    try:
        server.client.get("/healthz")
        before = memory_bytes(server)
        request = b"GET /api/heads/x HTTP/1.1\r\nHost: x\r\n\r\n"
        last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        received = b""
        for _ in range(5):  # 500 in one go on each line
            received += ask_raw(server, request * 499 + last)
        assert received.count(b"HTTP/1.1 404 ") == 100
        assert received.count(b"HTTP/1.1 429 ") == 2400
        assert server.client.get("/healthz").status_code == 200
        assert memory_bytes(server) - before < 30e6
    finally:
        server.stop()


def _assert_too_many(answer: httpx.Response) -> None:
    problem = assert_problem(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 3600
    assert problem["hint"]
