"""The page's files of the head model, made once and kept on disk: model_data.py takes seconds.

    python -m faceborn.serve.model_files FOLDER     makes them there

A server that has a page makes them when it starts, in a process of its own, so that they lie there
when the first visitor comes. The folder's name says of which head model and which code they are:
another version makes its own.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from faceborn import asset_path
from faceborn.serve import coarse, model_data
from faceborn.serve.model_data import MEDIA_TYPES, model_file

log = logging.getLogger("faceborn.serve")


class ModelFiles:
    """Made by whoever comes first; all others wait for that."""

    def __init__(self, kept_in: Path | None) -> None:
        """kept_in  folder of the server; None: they are made anew by every server"""
        self._lent = None if kept_in else tempfile.TemporaryDirectory(prefix="faceborn-")
        parent = kept_in or Path(self._lent.name if self._lent else "")
        self._folder = parent / f"model-{_version()}"
        self._lock = threading.Lock()
        self._maker: subprocess.Popen[bytes] | None = None
        self._over = False  # nothing is made any more

    def start(self) -> None:
        """Begin to make them if they are not there."""
        threading.Thread(target=self._make_sure, name="model files", daemon=True).start()

    def stop(self) -> None:
        self._over = True
        if self._maker is not None:
            self._maker.terminate()
        with self._lock:  # whoever waits for it has gone
            if self._lent is not None:
                self._lent.cleanup()

    def find(self, name: str) -> tuple[str, Path] | None:
        """(media type, where it lies), made now if need be; None if there is none."""
        if name not in MEDIA_TYPES:
            return None
        self._make_sure()
        path = self._folder / name
        return (MEDIA_TYPES[name], path) if path.is_file() else None

    def _make_sure(self) -> None:
        with self._lock:
            if self._folder.is_dir() or self._over:
                return
            command = [sys.executable, "-m", "faceborn.serve.model_files", str(self._folder)]
            self._maker = subprocess.Popen(command, start_new_session=True)
            code = self._maker.wait()
            if code and not self._over:
                log.error("the page's model files could not be made: code %s", code)
                self._over = True


def make_model_files(folder: Path) -> None:
    """All of them, or none: a folder of this name is always whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as place:
        whole = Path(place, folder.name)
        whole.mkdir()
        for name in MEDIA_TYPES:
            whole.joinpath(name).write_bytes(model_file(name))
        for old in folder.parent.glob("model-*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
        try:
            whole.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another server was faster
                raise


def _version() -> str:
    """Of everything that they are made from."""
    made_from = hashlib.sha256()
    for path in (asset_path("head.npz"), Path(model_data.__file__), Path(coarse.__file__)):
        made_from.update(path.read_bytes())
    return made_from.hexdigest()[:16]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaves nothing half made
    make_model_files(Path(sys.argv[1]))
