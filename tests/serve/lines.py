"""Below HTTP: bytes on a line, and what the server holds."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.serve.server import Server


def ask_raw(server: Server, request: bytes) -> bytes:
    """The answer to exactly these bytes, until the server closes the line."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20.0) as line:
        line.sendall(request)
        return received(line)


def received(line: socket.socket) -> bytes:
    pieces = []
    try:
        while piece := line.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass  # what came before it counts
    return b"".join(pieces)


def parse_answer(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, body


def memory_bytes(server: Server) -> float:
    """What the server itself holds, without its workers."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return 1024.0 * int(status.partition("VmRSS:")[2].split()[0])
