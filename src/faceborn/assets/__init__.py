"""The files that ship with the package: found, described in assets.toml, and verified."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from faceborn.errors import ChangedAsset, MissingAsset

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "assets.toml"


def asset_path(name: str) -> Path:
    """Where the asset `name` lies. Raises MissingAsset."""
    path = FOLDER / name
    if not path.is_file():
        raise MissingAsset(f"{name} is missing from the package", hint="install faceborn again")
    return path


def read_catalogue() -> dict[str, dict[str, Any]]:
    """assets.toml: key -> file, sha256, license, credit, source, made_by."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_assets() -> list[Path]:
    """All assets, each with the hash of the catalogue. Raises MissingAsset, ChangedAsset."""
    paths = []
    for entry in read_catalogue().values():
        path = asset_path(entry["file"])
        if sha256_of(path) != entry["sha256"]:
            raise ChangedAsset(
                f"{path.name} is not the file that was shipped", hint="install faceborn again"
            )
        paths.append(path)
    return paths
