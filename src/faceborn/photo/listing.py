"""Which files are photos."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from faceborn.errors import NoPhoto

# fmt: off
SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heif", ".hif", ".avif",
    ".bmp", ".dib", ".tif", ".tiff", ".gif",
)
# fmt: on


def list_photos(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The photos behind files and folders, in the order given, folders by name.

    A file counts whatever its name is; of a folder those with a suffix of SUFFIXES, no hidden
    ones, and not what is in its subfolders. A photo that is named twice comes once.
    Raises NoPhoto if a path is not there or a folder holds no photo.
    """
    found: dict[Path, None] = {}
    for given in paths:
        path = Path(given)
        if not path.is_dir():
            if not path.exists():
                raise NoPhoto(f"{path} is not there", hint="check the path")
            found[path] = None
            continue
        photos = sorted(p for p in path.iterdir() if _is_photo(p))
        if not photos:
            raise NoPhoto(
                f"no photo in the folder {path}",
                hint="photos end in .jpg .png .webp .heic .avif .bmp .tiff .gif;"
                " subfolders are not searched",
            )
        found.update(dict.fromkeys(photos))
    return list(found)


def _is_photo(path: Path) -> bool:
    if path.name.startswith(".") or path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    # Our own pictures beside a head that was made here before are no photos of a person.
    if path.suffix != ".png":
        return True
    words = path.stem.split("_")
    stems = ["_".join(words[:count]) for count in range(1, len(words))]
    return not any((path.parent / f"{s}{end}").exists() for s in stems for end in (".glb", ".obj"))
