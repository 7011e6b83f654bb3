"""What strangers send, in amounts that a test cannot: does the server go on answering others?

Called by benchmarks/serve.py. While each assault runs, somebody else asks for /api/limits four
times a second from another address: how long that takes is the measure.
"""

from __future__ import annotations

import argparse
import socket
import struct
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from serving import Serving, Visitor, memory_mb, portraits

TINY, TINY_CLIENTS = 10_000, 50
SLOW_LINES = 300
GIGABYTE, SENDERS = 1_000_000_000, 4
SIDE_PX = 7_990  # just below the server's limit of 64 million pixels
CONCURRENT_BOMBS = 4
PATIENCE_S = 2.0  # for the answer to somebody else, at the 95th percentile
MOST_MB = 3000.0  # of a worker, while it opens the largest photo that is allowed
HEAD = (
    b"POST /api/heads HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n%b\r\n\r\n"
)
PART = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'


def measure_hostile(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every assault in turn on one server, and a good photo after them."""
    del arguments
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        serving = Serving(Path(folder), "--workers", "2", "--uploads", "1000/minute")
        before_mb = memory_mb(serving.process.pid)
        try:
            for name, assault in ASSAULTS.items():
                with watched(serving) as others:
                    start = time.monotonic()
                    told = assault(serving)
                    seconds = round(time.monotonic() - start, 1)
                result[name] = {"seconds": seconds, **told, "others": dict(others)}
                print(name, result[name], flush=True)
            (photo,) = portraits(1)
            visitor = Visitor(serving.address, 60)
            good = visitor.visit(photo)
            result["good_photo_after"] = good.state
            faults = visitor.faults(photo, good.head_id) if good.state == "done" else ["no head"]
            result["server_growth_mb"] = round(memory_mb(serving.process.pid) - before_mb, 1)
            if "Traceback" in serving.log.read_text():
                faults.append(f"a fault in the log: {serving.log.read_text()[-2000:]}")
        finally:
            serving.end()
    for name in ASSAULTS:
        others = result[name]["others"]
        if others["refused"] or others["p95_s"] > PATIENCE_S:
            faults.append(f"others waited during {name}")
        if not result[name].pop("fine"):
            faults.append(name)
    result["faults"] = faults
    result["fine"] = not faults
    return result


@contextmanager
def watched(serving: Serving) -> Iterator[dict[str, Any]]:
    """How long somebody else waits for an answer meanwhile; filled in at the end."""
    over = threading.Event()
    seconds: list[float] = []
    refused = 0

    def ask() -> None:
        nonlocal refused
        visitor = Visitor(serving.address, 61)
        while not over.wait(0.25):
            start = time.monotonic()
            try:
                refused += visitor.client.get("/api/limits").status_code != 200
            except httpx.TransportError:
                refused += 1
            seconds.append(time.monotonic() - start)

    found: dict[str, Any] = {}
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()
        p50, p95 = np.percentile(seconds or [0.0], (50, 95))
        found.update(asked=len(seconds), refused=refused)
        found.update(p50_s=round(float(p50), 3), p95_s=round(float(p95), 3))


def send_tiny_requests(serving: Serving) -> dict[str, Any]:
    """As many addresses as it takes to stay below the rate limit, all lines at once."""
    each = TINY // TINY_CLIENTS
    request = b"GET /api/heads/x HTTP/1.1\r\nHost: x\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    def ask(number: int) -> int:
        with line_from(serving, number) as line:
            line.sendall(request * (each - 1) + last)
            return received(line).count(b"HTTP/1.1 404 ")

    with ThreadPoolExecutor(TINY_CLIENTS) as pool:
        answered = sum(pool.map(ask, range(TINY_CLIENTS)))
    return {"requests": TINY, "answered": answered, "fine": answered == TINY}


def open_slow_lines(serving: Serving) -> dict[str, Any]:
    """Lines that begin an upload and then say nothing."""
    lines = [line_from(serving, number % 50) for number in range(SLOW_LINES)]
    for line in lines:
        line.sendall(HEAD % b"Content-Length: 100000" + b"-")
    answers = Counter(received(line)[9:12].decode() for line in lines)
    for line in lines:
        line.close()
    return {"lines": SLOW_LINES, "answers": dict(answers), "fine": answers["408"] == SLOW_LINES}


def send_gigabytes(serving: Serving) -> dict[str, Any]:
    """In chunks, so that no length is told."""
    piece = bytes(1 << 20)
    chunk = b"%x\r\n%b\r\n" % (len(piece), piece)

    def send(number: int) -> tuple[int, str]:
        sent = 0
        with line_from(serving, number) as line:
            line.sendall(HEAD % b"Transfer-Encoding: chunked")
            line.sendall(b"%x\r\n%b\r\n" % (len(PART), PART))
            try:
                while sent < GIGABYTE:
                    line.sendall(chunk)
                    sent += len(piece)
            except OSError:
                pass  # it has hung up
            return sent, received(line)[9:12].decode() or "hung up"

    with ThreadPoolExecutor(SENDERS) as pool:
        sent, answers = zip(*pool.map(send, range(SENDERS)), strict=True)
    return {
        "answers": dict(Counter(answers)),
        "taken_mb": [round(amount / 1e6) for amount in sent],
        "fine": max(sent) < GIGABYTE / 2,
    }


def send_largest_photos(serving: Serving) -> dict[str, Any]:
    """Photos of a few hundred kilobytes that unpack to the most that is allowed, and to more."""
    photos = {
        "rgb": png(SIDE_PX, SIDE_PX, kind=2, depth=8),
        "rgba, 16 bits": png(SIDE_PX, SIDE_PX, kind=6, depth=16),
        "60,000 x 60,000": png(60_000, 60_000, kind=2, depth=8, rows=10),
        "text": png(64, 64, kind=2, depth=8, text_bytes=1 << 30),
    }

    def visit(number: int) -> tuple[str, str]:
        name = list(photos)[number % len(photos)]
        told = Visitor(serving.address, number).visit(photos[name], pause_s=1.0)
        return name, f"{told.state} {told.error}"[:120]

    with ThreadPoolExecutor(CONCURRENT_BOMBS) as pool:
        ends = dict(pool.map(visit, range(2 * len(photos))))
    peak_mb = max(memory_mb(worker, peak=True) for worker in serving.workers())
    return {
        "kilobytes": {name: len(photo) // 1000 for name, photo in photos.items()},
        "ends": ends,
        "worker_peak_mb": round(peak_mb),
        "server_peak_mb": round(memory_mb(serving.process.pid, peak=True)),
        "fine": peak_mb < MOST_MB and not any("gave-up" in end for end in ends.values()),
    }


ASSAULTS: dict[str, Callable[[Serving], dict[str, Any]]] = {
    "tiny_requests": send_tiny_requests,
    "slow_lines": open_slow_lines,
    "gigabytes": send_gigabytes,
    "largest_photos": send_largest_photos,
}


def png(
    width: int, height: int, *, kind: int, depth: int, rows: int | None = None, text_bytes: int = 0
) -> bytes:
    """A black PNG; `rows` fewer than it says, and with a text that unpacks to `text_bytes`."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    def packed(piece: bytes, count: int) -> bytes:
        packer = zlib.compressobj(9)
        return b"".join([*(packer.compress(piece) for _ in range(count)), packer.flush()])

    row = bytes(1 + width * depth // 8 * {2: 3, 6: 4}[kind])
    text = b"Comment\0\0" + packed(bytes(1 << 20), text_bytes >> 20)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)),
            chunk(b"zTXt", text) if text_bytes else b"",
            chunk(b"IDAT", packed(row, height if rows is None else rows)),
            chunk(b"IEND", b""),
        ]
    )


def line_from(serving: Serving, number: int) -> socket.socket:
    """A connection from an address of its own."""
    own = (f"127.0.1.{number + 2}", 0)
    return socket.create_connection(("127.0.0.1", serving.port), timeout=60.0, source_address=own)


def received(line: socket.socket) -> bytes:
    """All that comes until the line is closed."""
    pieces = []
    try:
        while piece := line.recv(65_536):
            pieces.append(piece)
    except OSError:
        pass  # what came before it counts
    return b"".join(pieces)
