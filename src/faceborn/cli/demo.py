"""faceborn demo: a head of the portrait that ships with the package."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import faceborn
from faceborn.cli.talk import Talk


def add_to(commands: Any) -> None:
    parser = commands.add_parser(
        "demo",
        help="make a head of the portrait of an astronaut that comes with faceborn",
        allow_abbrev=False,
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT_DIR", default=Path("faceborn-demo"),
        help="write there (default: faceborn-demo)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    talk = Talk()
    talk.begin_photo("astronaut")
    try:
        faceborn.check_folder(arguments.output)
        portrait = faceborn.Portrait(faceborn.asset_path("astronaut.jpg"), progress=talk.stage)
        head = portrait.head()
        with portrait.stage("export"):
            files = head.encode("glb", "astronaut")
        seconds = sum(portrait.seconds.values())
        with portrait.stage("preview"):
            files |= head.encode("preview", "astronaut")
        report = portrait.report({1: [str(arguments.output / name) for name in files]})
        report["photo"]["path"] = "astronaut.jpg"
        files["astronaut.json"] = json.dumps(report, indent=1).encode()
        written = faceborn.write_files(arguments.output, files)
    except faceborn.FacebornError as error:
        talk.trouble(error)
        return 1
    finally:
        talk.end_photo()
    print(*written, sep="\n")
    talk.note(
        f"A head in {seconds:.1f} s. Look at astronaut_preview.png; open astronaut.glb in Blender"
        f" or any viewer of glTF. Your own: {_program()} make me.jpg --preview"
    )
    return 0


def _program() -> str:
    """How this program is called from here: it need not be on the PATH."""
    called = Path(sys.argv[0])
    if called.stem != "faceborn":  # as a module: the program lies beside its Python
        called = Path(sys.executable).with_name("faceborn" + Path(sys.executable).suffix)
    if not called.is_file():
        return "faceborn"
    try:
        return str(called.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(called)
