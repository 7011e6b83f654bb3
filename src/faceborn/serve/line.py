"""One connection: what is no HTTP is refused in the same shape as everything else."""

from __future__ import annotations

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from faceborn.serve.guard import SAFE_HEADERS
from faceborn.serve.problems import MEDIA_TYPE, describe


class Line(H11Protocol):
    """uvicorn's, but for the answer to bytes that cannot be understood."""

    def send_400_response(self, msg: str) -> None:
        """The application never hears of the request: answer, and hang up."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # in the middle of an answer
            self.transport.close()
            return
        told = describe(400, "no-http", msg.rstrip(".").lower(), "send it as HTTP/1.1")
        body = json.dumps(told).encode()
        headers = {
            **SAFE_HEADERS,
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            "connection": "close",
        }
        for event in (
            h11.Response(status_code=400, headers=list(headers.items()), reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
