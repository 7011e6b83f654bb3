"""faceborn info: what is in a GLB."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import faceborn
from faceborn.cli.talk import Talk


def add_to(commands: Any) -> None:
    parser = commands.add_parser(
        "info",
        help="what is in a GLB file",
        description="What is in a GLB file: parts, expressions, joints, textures, the fit.",
        allow_abbrev=False,
    )
    parser.add_argument("file", type=Path, metavar="FILE.glb", help="a head that faceborn wrote")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        summary = faceborn.read_glb_summary(arguments.file)
    except faceborn.FacebornError as error:
        Talk().trouble(error)
        return 1
    print("\n".join(describe(summary)))
    return 0


def describe(summary: dict[str, Any], indent: str = "") -> list[str]:
    """One line per entry, nested ones indented."""
    lines = []
    for key, value in summary.items():
        name = indent + str(key)
        if isinstance(value, dict) and not any(isinstance(v, (dict, list)) for v in value.values()):
            lines.append(f"{name}: " + ", ".join(f"{k} {v}" for k, v in value.items()))
        elif isinstance(value, dict):
            lines += [f"{name}:", *describe(value, indent + "  ")]
        elif isinstance(value, (list, tuple)):
            lines.append(f"{name}: {' '.join(map(str, value))}")
        else:
            lines.append(f"{name}: {value}")
    return lines
