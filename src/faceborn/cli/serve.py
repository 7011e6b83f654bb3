"""faceborn serve: the page and the API, or workers for them."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec
from typing import Any

import faceborn
from faceborn.cli.talk import Talk

NEEDS = ("fastapi", "uvicorn", "python_multipart", "huey", "limits", "prometheus_client", "fsspec")
BROKER = "FACEBORN_BROKER"


def add_to(commands: Any) -> None:
    parser = commands.add_parser(
        "serve",
        help="a page and an API that make heads of uploaded photos",
        description="A page and an API that make heads of uploaded photos, on this machine.",
        epilog=f"{BROKER}=redis://HOST/0 lets several machines share the work: docs/serve.md.",
        allow_abbrev=False,
    )
    parser.add_argument("--host", default="127.0.0.1", help="listen there (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=8000, help="0 takes any that is free (default: 8000)"
    )
    parser.add_argument(
        "--workers", type=_count, default=1, metavar="N",
        help="processes that make heads, best one per core or two (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--data", default="faceborn-serve", metavar="DIR",
        help="uploads, results and the queue (default: faceborn-serve)",
    )  # fmt: skip
    parser.add_argument(
        "--keep", default="24h", metavar="TIME",
        help="delete results so long after the upload: 30m, 24h, 7d (default: 24h)",
    )  # fmt: skip
    parser.add_argument(
        "--job-limit", default="120s", metavar="TIME",
        help="give up a head that takes longer (default: 120s)",
    )  # fmt: skip
    parser.add_argument(
        "--uploads", default="30/minute", metavar="RATE",
        help="that one client may make (default: 30/minute)",
    )  # fmt: skip
    parser.add_argument(
        "--trusted-proxy", metavar="ADDRESS",
        help="believe X-Forwarded-For of the proxy at this address",
    )  # fmt: skip
    parser.add_argument(
        "--worker-only", action="store_true", help="no page and no API: work for another server"
    )
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 256")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    talk = Talk()
    try:
        _serve(arguments, talk)
    except faceborn.FacebornError as error:
        talk.trouble(error)
        return 1
    return 0


def _serve(arguments: argparse.Namespace, talk: Talk) -> None:
    missing = [module for module in NEEDS if find_spec(module) is None]
    if missing:
        raise faceborn.FacebornError(
            f"faceborn serve needs {', '.join(missing)}",
            hint=f"{sys.executable} -m pip install 'faceborn[serve]'",
        )
    from faceborn.serve.page import HOW_TO_BUILD, is_built
    from faceborn.serve.run import run_server, run_workers
    from faceborn.serve.settings import Settings, check_rate, read_duration

    settings = Settings(
        data=arguments.data,
        broker=os.environ.get(BROKER) or None,
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        trusted_proxy=arguments.trusted_proxy,
        keep_s=read_duration(arguments.keep),
        job_s=read_duration(arguments.job_limit),
        upload_rate=check_rate(arguments.uploads),
    )

    def announce(line: str) -> None:
        print(line, flush=True)

    if arguments.worker_only:
        run_workers(settings, announce)
        return
    if not is_built():
        talk.note(f"the page is not built, only the API is served; to build it: {HOW_TO_BUILD}")
    run_server(settings, announce)
