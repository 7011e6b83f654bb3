"""Write files whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from faceborn.errors import UnwritableOutput

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def check_folder(folder: Path) -> None:
    """Raises UnwritableOutput where files could not be written, before any work is done.

    A folder that is not there stays so: `write_files` makes it when there is something to write.
    """
    try:
        place = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _unwritable(folder, error) from error


def make_folder(folder: Path) -> list[Path]:
    """Make the folder and those above it. Returns those that were not there, deepest first.

    Raises UnwritableOutput.
    """
    check_folder(folder)
    try:
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return missing


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write every file of `contents`, name -> bytes, into the folder, or none of them.

    Each is written under a temporary name beside its place and renamed when all are complete, so
    that a full disk or a lost process never leaves half a file under a name that someone opens.
    Raises UnwritableOutput.
    """
    for name in contents:
        if (folder / name).is_dir():  # renaming onto it would fail when others are in place
            raise _unwritable(folder / name, IsADirectoryError(errno.EISDIR, "a folder is there"))
    made = make_folder(folder)
    token = secrets.token_hex(4)
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, content in contents.items():
            temporary = folder / f".faceborn-{token}-{len(waiting)}.part"
            waiting.append((temporary, folder / name))
            with open(temporary, "xb") as file:
                file.write(content)
        for temporary, target in waiting:
            os.replace(temporary, target)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        for temporary, _ in waiting:
            temporary.unlink(missing_ok=True)
        with suppress(OSError):  # only an empty folder can be removed: nothing was written then
            for place in made:
                place.rmdir()
    return [target for _, target in waiting]


def _unwritable(folder: Path, error: OSError) -> UnwritableOutput:
    if error.errno in _FULL:
        return UnwritableOutput(
            f"the disk is full: cannot write into {folder}",
            hint="free some space, or choose another folder with -o",
        )
    reason = "not permitted" if error.errno in _FORBIDDEN else (error.strerror or str(error))
    return UnwritableOutput(
        f"cannot write into {folder}: {reason.lower()}", hint="choose another folder with -o"
    )
