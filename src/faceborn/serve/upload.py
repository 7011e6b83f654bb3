"""One photo out of a multipart body, with every limit kept before anything is unpacked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from faceborn.serve.problems import Problem
from faceborn.serve.settings import Settings

TEXTURE_SIZES_PX = (512, 1024, 2048, 4096)
DEFAULT_SIZE_PX = 2048
LAST_FACE = 1000
FORM_BYTES = 16_384  # what a form may have besides the photo
MAX_FIELDS = 8
LINGER = 4  # times what is allowed: so much is still taken, unread, from who is refused
LINGER_S = 10.0
LINGER_SILENCE_S = 1.0
FIELDS = ("photo", "face", "texture_size", "preview")
PHOTO_TYPES = ("image/", "application/octet-stream")

# The body as OpenAPI describes it.
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["photo"],
                "additionalProperties": False,
                "properties": {
                    "photo": {
                        "type": "string",
                        "format": "binary",
                        "description": "JPEG, PNG, WebP, HEIC, AVIF, BMP, TIFF or GIF",
                    },
                    "face": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": LAST_FACE,
                        "default": 1,
                        "description": "which face; 1 is the largest",
                    },
                    "texture_size": {
                        "type": "integer",
                        "enum": list(TEXTURE_SIZES_PX),
                        "default": DEFAULT_SIZE_PX,
                        "description": "side of the face's texture in pixels",
                    },
                    "preview": {
                        "type": "boolean",
                        "default": True,
                        "description": "whether to draw preview.png, which takes longest of all",
                    },
                },
            },
        }
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What was sent."""

    photo: IO[bytes]  # a file that is gone when it is closed
    face: int
    texture_size: int
    preview: bool


def check_headers(request: Request, settings: Settings) -> None:
    """Refuse what the headers alone condemn. Raises Problem."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise Problem(
            415,
            "no-form",
            f"the body is {kind or 'of no type'}, not multipart/form-data",
            hint="send the photo as the field `photo` of a form",
        )
    length = request.headers.get("content-length")
    if length is not None and (not length.isascii() or not length.isdigit()):
        raise Problem(400, "bad-length", "Content-Length is no number")
    if length is not None and int(length) > settings.max_upload_bytes + FORM_BYTES:
        raise _too_long(settings)


class Body:
    """The body of an upload, piece by piece, until it is too long or takes too long."""

    def __init__(self, request: Request, settings: Settings) -> None:
        self._receive = request.receive
        self._headers = request.headers
        self._settings = settings
        self._end_s = time.monotonic() + settings.upload_s
        self._total = 0
        self._ended = False

    async def receive(self) -> Message:
        """As ASGI has it. Raises Problem."""
        left_s = min(self._settings.silence_s, self._end_s - time.monotonic())
        try:
            message = await self._next(left_s)
        except TimeoutError as error:
            self._ended = True  # nobody waits for it any longer
            raise Problem(
                408,
                "slow-upload",
                "the upload takes too long",
                hint="use a faster connection or a smaller photo",
                headers={"Connection": "close"},
            ) from error
        if self._total > self._settings.max_upload_bytes + FORM_BYTES:
            raise _too_long(self._settings)
        return message

    async def discard(self) -> None:
        """Let a client that is refused send the rest, for who is cut off while sending sees a
        broken line instead of the reason. Only within bounds: a gigabyte is cut off.
        """
        bound = LINGER * (self._settings.max_upload_bytes + FORM_BYTES)
        length = self._headers.get("content-length", "0")
        told = int(length) if length.isdigit() and len(length) < 16 else bound + 1
        asks = "expect" in self._headers and self._total == 0  # it has not begun to send
        end_s = time.monotonic() + LINGER_S
        while not self._ended and not asks and max(self._total, told) <= bound:
            try:
                await self._next(min(LINGER_SILENCE_S, end_s - time.monotonic()))
            except TimeoutError:
                return

    async def _next(self, wait_s: float) -> Message:
        message = await asyncio.wait_for(self._receive(), max(wait_s, 0.0))
        self._total += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message


async def read_upload(request: Request, body: Body) -> Upload:
    """The photo and the options. Raises Problem; nothing is left behind then."""
    limited = Request(request.scope, body.receive)
    try:
        form = await limited.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=1024)
    except HTTPException as error:
        raise Problem(400, "bad-form", f"the form cannot be read: {error.detail}") from error
    except ClientDisconnect as error:
        raise Problem(400, "cut-short", "the upload was cut short") from error
    try:
        return _read_form(form)
    except Problem:
        await form.close()
        raise


def _too_long(settings: Settings) -> Problem:
    return Problem(
        413,
        "upload-too-large",
        f"the photo has more than {settings.max_upload_bytes / 1e6:g} MB",
        hint="make it smaller; a face needs no more than 4 million pixels",
        headers={"Connection": "close"},
    )


def _read_form(form: FormData) -> Upload:
    fields = form.multi_items()
    for name, _ in fields:
        if name not in FIELDS:
            raise _wrong(f"there is no field {name[:40]!r}", f"there are {', '.join(FIELDS)}")
    if len({name for name, _ in fields}) < len(fields):
        raise _wrong("a field was sent twice", "send one photo at a time")
    given: Mapping[str, Any] = dict(fields)
    photo = given.get("photo")
    if not isinstance(photo, UploadFile):
        raise _wrong("no photo was sent", "send it as the file `photo` of the form")
    kind = (photo.content_type or PHOTO_TYPES[1]).lower()
    if not kind.startswith(PHOTO_TYPES):
        raise Problem(
            415, "no-photo-type", f"the file is {kind[:60]}, no photo", hint="send a photo"
        )
    face = _number(given.get("face", "1"))
    if face is None or not 1 <= face <= LAST_FACE:
        raise _wrong("`face` is no number from 1 on", "1 is the largest face")
    size = _number(given.get("texture_size", str(DEFAULT_SIZE_PX)))
    if size is None or size not in TEXTURE_SIZES_PX:
        raise _wrong(
            "no such `texture_size`", "one of " + ", ".join(str(size) for size in TEXTURE_SIZES_PX)
        )
    preview = given.get("preview", "true")
    if preview not in ("true", "false"):
        raise _wrong("`preview` is neither true nor false", "false leaves preview.png out")
    return Upload(photo=photo.file, face=face, texture_size=size, preview=preview == "true")


def _number(value: Any) -> int | None:
    if isinstance(value, str) and len(value) < 8 and value.isascii() and value.isdigit():
        return int(value)
    return None


def _wrong(detail: str, hint: str) -> Problem:
    return Problem(422, "wrong-field", detail, hint=hint)
