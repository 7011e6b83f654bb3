"""The server, or the workers of another machine, until they are told to stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from faceborn import FacebornError, make_folder
from faceborn.serve.api import make_app
from faceborn.serve.files import Files
from faceborn.serve.guard import Guard
from faceborn.serve.jobs import Store, open_store
from faceborn.serve.line import Line
from faceborn.serve.metrics import Metrics
from faceborn.serve.model_files import ModelFiles
from faceborn.serve.queue import Queue
from faceborn.serve.settings import Settings, is_address
from faceborn.serve.supervise import Supervisor

BACKLOG = 512
OPEN_LINES = 800  # more are answered with 503, by uvicorn: Guard has its own limit before that
FAREWELL_S = 3  # for answers under way when the server stops


def run_server(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    announce  called with the server's address as soon as it listens

    Raises FacebornError.
    """
    listener = _listen(settings.host, settings.port)
    store, files, queue, supervisor = _open(settings)
    metrics = Metrics(store, queue)
    model_files = ModelFiles(None if is_address(settings.data) else Path(settings.data))
    app = make_app(
        settings, store, files, queue, metrics, supervisor, model_files,
        stopping=lambda: server.should_exit,
    )  # fmt: skip
    server = uvicorn.Server(
        uvicorn.Config(
            Guard(app, settings, seen=metrics.seen),
            http=Line,
            ws="none",
            lifespan="on",
            access_log=False,  # it would hold the addresses of heads, which are their keys
            log_level="warning",
            server_header=False,
            proxy_headers=settings.trusted_proxy is not None,
            forwarded_allow_ips=settings.trusted_proxy,
            limit_concurrency=OPEN_LINES,
            timeout_graceful_shutdown=FAREWELL_S,
        )
    )
    host, port = listener.getsockname()[:2]
    announce(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
    server.run(sockets=[listener])


def run_workers(settings: Settings, announce: Callable[[str], None]) -> None:
    """Only the workers, for a server that runs elsewhere, until SIGINT or SIGTERM."""
    *_, supervisor = _open(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    supervisor.start()
    announce(f"{settings.workers} workers for {settings.data}")
    stop.wait()
    supervisor.stop()


def _open(settings: Settings) -> tuple[Store, Files, Queue, Supervisor]:
    """Raises FacebornError if folder or broker cannot be used."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    os.umask(0o077)  # photos of people, and ids that are the keys to them; workers inherit it
    if not is_address(settings.data):
        make_folder(Path(settings.data))
    elif settings.broker is None:
        raise FacebornError(
            f"{settings.data} can hold files but no queue", hint="set FACEBORN_BROKER=redis://..."
        )
    try:
        store = open_store(settings.data, settings.broker)
        queue = Queue(settings.data, settings.broker, lambda job_id: None)
        store.live()
        queue.size()
        files = Files(settings.files_address)
    except ImportError as error:
        raise FacebornError(f"{error}", hint="install what this address needs") from error
    except Exception as error:
        what = settings.broker or settings.data
        raise FacebornError(
            f"{what.rpartition('@')[2]} cannot be used: {error}", hint="check the address"
        ) from error
    return store, files, queue, Supervisor(settings, store, files, queue)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise FacebornError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}",
            hint="choose another --port or --host",
        ) from error
    # Connections inherit it. asyncio sets it only on sockets that name their protocol; without it
    # the body of every answer waits 40 ms for the client to acknowledge the head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
