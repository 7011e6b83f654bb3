"""The HTTP side: takes photos, tells how far they are, hands out what was made."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import IO, Any

from anyio import to_thread
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import (
    FileResponse,
    JSONResponse,
    Response,
    StreamingResponse,
)

import faceborn
from faceborn.serve.files import PIECE_BYTES, Files
from faceborn.serve.jobs import DONE, FAILED, Job, Store, new_job
from faceborn.serve.metrics import Metrics
from faceborn.serve.model_files import ModelFiles
from faceborn.serve.page import HOW_TO_BUILD, is_built, page_routes
from faceborn.serve.problems import MEDIA_TYPE, Problem, describe, describe_error
from faceborn.serve.queue import Queue
from faceborn.serve.settings import Settings
from faceborn.serve.status import (
    FILE_TYPES,
    Health,
    LimitsOfServer,
    Status,
    status_of,
)
from faceborn.serve.supervise import Supervisor, remove_job
from faceborn.serve.upload import BODY, Body, check_headers, read_upload

log = logging.getLogger("faceborn.serve")

ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{22}")
FORMATS = [
    *("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif"),
    *("image/bmp", "image/tiff", "image/gif"),
]
WATCH_S = 0.2  # between two looks at a job that somebody follows
HEARTBEAT_S = 15.0  # proxies close what is silent
LONGEST_STREAM_S = 1800.0
PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem",
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}},
        },
    }
}


def make_app(
    settings: Settings,
    store: Store,
    files: Files,
    queue: Queue,
    metrics: Metrics,
    supervisor: Supervisor,
    model_files: ModelFiles,
    *,
    stopping: Callable[[], bool],
) -> FastAPI:
    """The application; while it lives, its supervisor does.

    stopping  tells streams that the server wants to end
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        supervisor.start()
        if is_built():
            model_files.start()
        yield
        await to_thread.run_sync(model_files.stop)
        await to_thread.run_sync(supervisor.stop)

    app = FastAPI(
        title="faceborn",
        description="One photo in, a living head out.",
        version=faceborn.__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,  # their scripts would come from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        responses=PROBLEM,
    )
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_http_error)
    app.add_exception_handler(Exception, _answer_fault)

    async def find(head_id: str) -> Job:
        known = ID_PATTERN.fullmatch(head_id) is not None
        job = await to_thread.run_sync(store.get, head_id) if known else None
        if job is None or job.expires_s <= time.time():
            raise Problem(
                404,
                "no-such-head",
                "there is no such head",
                hint=f"heads are deleted {_duration(settings.keep_s)} after the upload",
            )
        return job

    @app.post("/api/heads", status_code=202, openapi_extra={"requestBody": BODY})
    async def upload_photo(request: Request, response: Response) -> Status:
        """Upload a photo; its head is made as soon as a worker is free."""
        body = Body(request, settings)
        try:
            await _check_upload(request)
            upload = await read_upload(request, body)
        except Problem:
            await body.discard()
            raise
        job = new_job(
            keep_s=settings.keep_s,
            face=upload.face,
            texture_size=upload.texture_size,
            preview=upload.preview,
        )
        with upload.photo:
            await to_thread.run_sync(_accept, job, upload.photo)
        response.headers["Location"] = f"/api/heads/{job.id}"
        return status_of(job)

    async def _check_upload(request: Request) -> None:
        """Before any of the body is read."""
        if request.headers.get("sec-fetch-site") == "cross-site":
            raise Problem(403, "other-site", "another site may not upload here")
        check_headers(request, settings)
        if await to_thread.run_sync(queue.size) >= settings.max_waiting:
            raise Problem(
                503,
                "queue-full",
                "too many photos are waiting",
                hint="try again in a minute",
                headers={"Retry-After": "60"},
            )

    def _accept(job: Job, photo: IO[bytes]) -> None:
        try:
            width, height = faceborn.check_photo(photo)
            if width * height > settings.max_pixels:
                raise faceborn.PhotoTooLarge("more pixels than this server takes")
        except faceborn.PhotoTooLarge as error:
            raise Problem(
                422,
                "photo-too-large",
                f"the photo has more than {settings.max_pixels / 1e6:g} million pixels",
                hint="make it smaller; a face needs no more than 4 million",
            ) from error
        except faceborn.FacebornError as error:
            told = describe_error(error)
            raise Problem(told["status"], _kind(told), told["detail"], hint=told["hint"]) from error
        photo.seek(0)
        files.write(f"{job.id}/upload", photo)
        store.add(job)
        queue.put(job.id)

    @app.get("/api/heads/{head_id}")
    async def get_head(head_id: str, response: Response) -> Status:
        """How far the head is, and where its files are."""
        response.headers["Cache-Control"] = "no-store"
        return status_of(await find(head_id))

    @app.delete("/api/heads/{head_id}", status_code=204)
    async def delete_head(head_id: str) -> None:
        """Delete everything of this head now."""
        job = await find(head_id)
        await to_thread.run_sync(remove_job, job.id, store, files)

    @app.get(
        "/api/heads/{head_id}/events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def follow_head(head_id: str) -> StreamingResponse:
        """Server-sent events: `status` with the JSON of the status, at every change."""
        first = await find(head_id)

        async def events() -> AsyncIterator[str]:
            job: Job | None = first
            sent, sent_s = "", time.monotonic()
            end_s = sent_s + LONGEST_STREAM_S
            while job is not None and not stopping() and time.monotonic() < end_s:
                status = status_of(job).model_dump_json()
                if status != sent:
                    yield f"event: status\ndata: {status}\n\n"
                    sent, sent_s = status, time.monotonic()
                elif time.monotonic() - sent_s > HEARTBEAT_S:
                    yield ": still here\n\n"
                    sent_s = time.monotonic()
                if job.state in (DONE, FAILED):
                    return
                await asyncio.sleep(WATCH_S)
                job = await to_thread.run_sync(store.get, head_id)

        return StreamingResponse(
            events(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def add_file_route(name: str, media_type: str) -> None:
        @app.get(
            f"/api/heads/{{head_id}}/{name}",
            name=name,
            operation_id=f"get_{name.replace('.', '_')}",
            response_class=Response,
            responses={
                200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}},
                304: {"description": "You have it already"},
            },
        )
        async def get_file(head_id: str, request: Request) -> Response:
            job = await find(head_id)
            if name not in job.files:
                raise Problem(
                    404, "no-such-file", f"there is no {name} of this head", hint="not yet, or ever"
                )
            return await to_thread.run_sync(_file_response, files, job, name, request)

    for name, media_type in FILE_TYPES.items():
        add_file_route(name, media_type)

    @app.get("/api/limits")
    async def get_limits() -> LimitsOfServer:
        """What may be uploaded, and how long it is kept."""
        return LimitsOfServer(
            max_upload_bytes=settings.max_upload_bytes,
            max_pixels=settings.max_pixels,
            keep_seconds=settings.keep_s,
            formats=FORMATS,
        )

    @app.get("/api/model/{name}", include_in_schema=False)
    async def get_model_file(name: str) -> Response:
        """What the page needs of the head model; the same for every head of this version."""
        found = await to_thread.run_sync(model_files.find, name)
        if found is None:
            raise Problem(404, "no-such-file", f"there is no {name} of the model")
        media_type, path = found
        caching = {"Cache-Control": "public, max-age=3600"}
        return FileResponse(path, media_type=media_type, headers=caching)

    @app.get("/healthz")
    async def get_health() -> Health:
        """Answers if the store and the queue do."""
        try:
            waiting = await to_thread.run_sync(queue.size)
            await to_thread.run_sync(store.get, "")
        except Exception as error:
            log.exception("store or queue")
            raise Problem(503, "not-well", "the store or the queue does not answer") from error
        return Health(status="ok", version=faceborn.__version__, waiting=waiting)

    @app.get("/metrics", response_class=Response, include_in_schema=False)
    async def get_metrics() -> Response:
        text = await to_thread.run_sync(metrics.text)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    app.router.routes.extend(page_routes())
    if not is_built():

        @app.get("/", include_in_schema=False)
        @app.get("/heads/{head_id}", include_in_schema=False)
        async def no_page(head_id: str = "") -> Response:
            raise Problem(
                404, "no-page", "the page of this server is not built", hint=f"run {HOW_TO_BUILD}"
            )

    return app


def _file_response(files: Files, job: Job, name: str, request: Request) -> Response:
    """The file, or 304 for who has it. A result never changes, but it can be deleted."""
    stored = f"{job.folder}/{name}"
    shown = "inline" if FILE_TYPES[name].startswith("image/") else "attachment"
    headers = {
        "Cache-Control": "private, no-cache",
        "ETag": f'"{job.id[:6]}-{job.attempt}-{name}"',
        "Content-Disposition": f'{shown}; filename="{name}"',
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    media_type = FILE_TYPES[name]
    try:
        path = files.local_path(stored)
        if path is not None:
            return FileResponse(
                path, media_type=media_type, headers=headers, stat_result=path.stat()
            )
        file = files.open(stored)
    except FileNotFoundError as error:
        raise Problem(404, "no-such-file", f"there is no {name} of this head any more") from error

    size = getattr(file, "size", None)
    if size is not None:
        headers["Content-Length"] = str(size)

    def pieces() -> Any:
        with file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    return StreamingResponse(pieces(), media_type=media_type, headers=headers)


async def _answer_problem(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, Problem)
    return JSONResponse(error.body, error.status, error.headers, MEDIA_TYPE)


async def _answer_http_error(request: Request, error: Exception) -> Response:
    """What the framework refuses: 404, 405, 400."""
    del request
    assert isinstance(error, HTTPException)
    detail = str(error.detail).lower()
    body = describe(error.status_code, detail.replace(" ", "-")[:40], detail)
    return JSONResponse(body, error.status_code, error.headers, MEDIA_TYPE)


async def _answer_fault(request: Request, error: Exception) -> Response:
    del request, error  # uvicorn logs it
    body = describe(500, "fault", "something unforeseen happened", "try again")
    return JSONResponse(body, 500, None, MEDIA_TYPE)


def _kind(told: dict[str, Any]) -> str:
    return str(told["type"]).rpartition(":")[2]


def _duration(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            count = int(seconds // length)
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return f"{seconds:g} seconds"
