"""The page: files that npm has built, served as they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "page"
HOW_TO_BUILD = "npm ci --prefix web && npm run build --prefix web"
MINIMUM_BYTES = 1000  # below that compressing gains nothing


def is_built() -> bool:
    return (FOLDER / "index.html").is_file()


def page_routes() -> list[BaseRoute]:
    """/ and /heads/ID answer with index.html; every other file of the folder with itself."""
    if not is_built():
        return []

    async def index(request: Request) -> FileResponse:
        del request
        return FileResponse(FOLDER / "index.html", headers={"Cache-Control": "no-cache"})

    routes: list[BaseRoute] = [Route("/", index), Route("/heads/{head_id}", index)]
    for entry in sorted(FOLDER.iterdir()):
        if entry.is_dir():
            files = GZipMiddleware(StaticFiles(directory=entry), minimum_size=MINIMUM_BYTES)
            routes.append(Mount(f"/{entry.name}", files))
        elif entry.name != "index.html":
            routes.append(Route(f"/{entry.name}", _file(entry)))
    return routes


def _file(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> FileResponse:
        del request
        return FileResponse(path)

    return answer
