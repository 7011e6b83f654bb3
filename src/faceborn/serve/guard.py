"""Around the whole application: headers of safety, and no more requests than a client may make."""

from __future__ import annotations

import ipaddress
import json
import logging
import math
import time
from collections.abc import Callable

import limits
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from faceborn.serve.problems import MEDIA_TYPE, describe
from faceborn.serve.settings import Settings

log = logging.getLogger("faceborn.serve")

# Only our own scripts, styles, fonts and pictures; what three.js makes of a GLB are blobs.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self' blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
SAFE_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # the address of a head is its key
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
RETRY_S = 10.0  # when the broker may be back
OPEN_REQUESTS = 400  # at once, of all clients; more are sent away
BUSY_S = 2.0
UNLIMITED = ("/healthz", "/metrics")  # who watches the server must not be sent away


class Guard:
    """ASGI: limits and headers for everything that the application answers, errors included."""

    def __init__(
        self, app: ASGIApp, settings: Settings, *, seen: Callable[[str, int], None]
    ) -> None:
        """seen  called with method and status of every answer"""
        self._app = app
        self._seen = seen
        self._limiter = FixedWindowRateLimiter(
            storage_from_string("async+memory://")
            if settings.broker is None
            else storage_from_string(f"async+{settings.broker}", implementation="redispy")
        )
        self._requests = limits.parse(settings.request_rate)
        self._uploads = limits.parse(settings.upload_rate)
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._seen(scope["method"], message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            wait_s = await self._wait_s(scope)
        except Exception:  # Redis does not answer: nothing would work
            log.exception("the rate limit")
            await _refuse(guarded, 503, "no-broker", "the queue cannot be reached", RETRY_S)
            return
        if wait_s is not None:
            await _refuse(guarded, 429, "too-many-requests", "too many requests", wait_s)
        elif self._open >= OPEN_REQUESTS:
            await _refuse(guarded, 503, "busy", "too many requests at once", BUSY_S)
        else:
            self._open += 1
            try:
                await self._app(scope, receive, guarded)
            finally:
                self._open -= 1

    async def _wait_s(self, scope: Scope) -> float | None:
        """How long the client has to wait; None: not at all."""
        if scope["path"] in UNLIMITED:
            return None
        limit = self._requests
        client = client_of(scope)
        fine = await self._limiter.hit(limit, "requests", client)
        if fine and scope["method"] == "POST":
            limit = self._uploads
            fine = await self._limiter.hit(limit, "uploads", client)
        if fine:
            return None
        name = "uploads" if limit is self._uploads else "requests"
        window = await self._limiter.get_window_stats(limit, name, client)
        return max(1.0, window.reset_time - time.time())


def client_of(scope: Scope) -> str:
    """Who asks: an address; of IPv6 the network, for one client has 2^64 addresses there."""
    host = scope["client"][0] if scope.get("client") else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


async def _refuse(send: Send, status: int, kind: str, detail: str, wait_s: float) -> None:
    seconds = math.ceil(wait_s)
    body = json.dumps(describe(status, kind, detail, f"try again in {seconds} s")).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(seconds).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
