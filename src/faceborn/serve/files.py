"""Where uploads and results lie: a folder, or any address that fsspec knows.

ID/upload          the photo as it came, until the job has ended
ID/ATTEMPT/NAME    a result; only those of the attempt that ended the job are ever served
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

PIECE_BYTES = 1 << 20


class Files:
    def __init__(self, address: str) -> None:
        self._system: Any
        # Other processes write there too: what it held a moment ago is no answer.
        self._system, self._root = fsspec.url_to_fs(address, use_listings_cache=False)
        self._local = isinstance(self._system, LocalFileSystem)
        self._system.makedirs(self._root, exist_ok=True)
        if self._local:
            Path(self._root).chmod(0o700)  # photos of people

    def write(self, name: str, content: bytes | IO[bytes]) -> None:
        path = self._path(name)
        self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self._system.open(path, "wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                while piece := content.read(PIECE_BYTES):
                    file.write(piece)

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError."""
        content: bytes = self._system.cat_file(self._path(name))
        return content

    def open(self, name: str) -> IO[bytes]:
        """Raises FileNotFoundError."""
        file: IO[bytes] = self._system.open(self._path(name), "rb")
        return file

    def local_path(self, name: str) -> Path | None:
        """Where the file lies on this machine, if it does."""
        return Path(self._path(name)) if self._local else None

    def remove(self, name: str) -> None:
        """A file, or a folder with all that is in it; it need not be there."""
        try:
            self._system.rm(self._path(name), recursive=True)
        except FileNotFoundError:
            return

    def remove_others(self, job_id: str, keep: str) -> None:
        """Everything of a job except the folder or file `keep`."""
        for path in self._list(job_id):
            if path != keep:
                self.remove(path)

    def job_ids(self) -> list[str]:
        """The jobs that have files."""
        return self._list("")

    def _list(self, folder: str) -> list[str]:
        path = self._path(folder) if folder else self._root
        try:
            entries = self._system.ls(path, detail=False, refresh=True)
        except FileNotFoundError:
            return []
        names = [entry.rstrip("/").rpartition("/")[2] for entry in entries]
        return [f"{folder}/{name}" if folder else name for name in names]

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"
