"""The command line. One file per command; each imports the package only when it runs."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

import faceborn
from faceborn.cli import demo, doctor, info, make, serve


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 if all went well, 1 if not, 2 for wrong usage."""
    # Before NumPy is imported: our systems of equations are so small that a second thread of BLAS
    # costs a fifth more time than it saves, and far more on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if isinstance(sys.stdout, io.TextIOWrapper):  # names of files may be no text of this encoding
        sys.stdout.reconfigure(errors="surrogateescape" if os.name == "posix" else "replace")
    parser = argparse.ArgumentParser(
        prog="faceborn", description="One photo in, a living head out.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"faceborn {faceborn.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (make, demo, serve, info, doctor):
        command.add_to(commands)
    try:
        arguments = parser.parse_args(argv)
        return int(arguments.run(arguments))
    except SystemExit as stop:  # argparse: 0 after --help and --version, 2 for wrong usage
        return int(stop.code or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
