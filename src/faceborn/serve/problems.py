"""What went wrong, in one shape: RFC 9457, application/problem+json, with a hint what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import faceborn

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """An answer that is no success."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        self.body = describe(status, kind, detail, hint)


def describe(status: int, kind: str, detail: str, hint: str = "") -> dict[str, Any]:
    """The JSON of a problem.

    kind  a few words with hyphens, to be told apart by programs
    """
    return {
        "type": f"urn:faceborn:problem:{kind}",
        "title": TITLES.get(kind) or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "hint": hint,
    }


TITLES = {
    "no-face": "No face was found",
    "face-too-small": "The face is too small",
    "face-turned-away": "The face is turned away",
    "unreadable-photo": "This is no photo that can be read",
    "photo-too-large": "The photo has too many pixels",
    "fault": "A fault of the server",
}


def describe_error(error: Exception) -> dict[str, Any]:
    """422 for what the user can mend, 500 for our own bugs, whose words stay in the log."""
    if isinstance(error, faceborn.FacebornError):
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
        return describe(422, kind, _plain(error.message), _plain(error.hint))
    return describe(
        500, "fault", "something unforeseen happened while the head was made", "try another photo"
    )


def _plain(text: str) -> str:
    """The pipeline calls a photo without a path <bytes>."""
    return text.replace("<bytes>", "the photo")
