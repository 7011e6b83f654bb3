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
from starlette.types import Message, Receive

from faceborn.serve.problems import Problem
from faceborn.serve.settings import Settings

TEXTURE_SIZES_PX = (512, 1024, 2048, 4096)
DEFAULT_SIZE_PX = 2048
LAST_FACE = 1000
FORM_BYTES = 16_384  # what a form may have besides the photo
MAX_FIELDS = 8
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


async def read_upload(request: Request, settings: Settings) -> Upload:
    """The photo and the options. Raises Problem; nothing is left behind then."""
    limited = Request(request.scope, _limit(request.receive, settings))
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


def _limit(receive: Receive, settings: Settings) -> Receive:
    """The body piece by piece, until it is too long or takes too long."""
    end_s = time.monotonic() + settings.upload_s
    total = 0

    async def limited() -> Message:
        nonlocal total
        left_s = min(settings.silence_s, end_s - time.monotonic())
        try:
            message = await asyncio.wait_for(receive(), max(left_s, 0.0))
        except TimeoutError as error:
            raise Problem(
                408,
                "slow-upload",
                "the upload takes too long",
                hint="use a faster connection or a smaller photo",
                headers={"Connection": "close"},
            ) from error
        total += len(message.get("body", b""))
        if total > settings.max_upload_bytes + FORM_BYTES:
            raise _too_long(settings)
        return message

    return limited


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
        if name not in ("photo", "face", "texture_size"):
            raise _wrong(f"there is no field {name[:40]!r}", "photo, face and texture_size are")
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
    return Upload(photo=photo.file, face=face, texture_size=size)


def _number(value: Any) -> int | None:
    if isinstance(value, str) and len(value) < 8 and value.isascii() and value.isdigit():
        return int(value)
    return None


def _wrong(detail: str, hint: str) -> Problem:
    return Problem(422, "wrong-field", detail, hint=hint)
