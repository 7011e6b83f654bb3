"""The files that ship with the package, found and verified."""

from __future__ import annotations

from pathlib import Path

from faceborn.errors import MissingAsset

FOLDER = Path(__file__).parent


def asset_path(name: str) -> Path:
    """Where the asset `name` lies. Raises MissingAsset."""
    path = FOLDER / name
    if not path.is_file():
        raise MissingAsset(f"{name} is missing from the package", hint="install faceborn again")
    return path
