"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from faceborn import files
from faceborn.errors import UnwritableOutput
from faceborn.files import check_folder, write_files


def test_all_are_there_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    written = write_files(folder, {"a.glb": b"one", "b.png": b""})
    assert written == [folder / "a.glb", folder / "b.png"]
    assert (folder / "a.glb").read_bytes() == b"one"
    assert sorted(os.listdir(folder)) == ["a.glb", "b.png"]


def test_a_file_that_was_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(b"old and longer")
    write_files(tmp_path, {"a.glb": b"new"})
    assert (tmp_path / "a.glb").read_bytes() == b"new"


def test_files_can_be_read_by_those_who_may_read_new_files(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_files(tmp_path, {"a.glb": b"x"})
    assert (tmp_path / "a.glb").stat().st_mode == (tmp_path / "plain").stat().st_mode


class FailingFile:
    """A file on a disk that is full after some bytes."""

    def __init__(self, path: Path, number: int) -> None:
        self.file = open(path, "xb")  # noqa: SIM115
        self.number = number

    def __enter__(self) -> FailingFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def write(self, content: bytes) -> None:
        self.file.write(content[:2])
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "not permitted")]
)
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    """The second of two files fails: the first is not renamed either, the old one stays."""
    (tmp_path / "a.glb").write_bytes(b"old")
    opened: list[Path] = []

    def fake_open(path: Path, mode: str) -> Any:
        opened.append(path)
        return open(path, mode) if len(opened) == 1 else FailingFile(path, number)

    monkeypatch.setattr(files, "open", fake_open, raising=False)
    with pytest.raises(UnwritableOutput, match=said) as caught:
        write_files(tmp_path, {"a.glb": b"new", "b.png": b"picture"})
    assert caught.value.hint
    assert len(opened) == 2
    assert os.listdir(tmp_path) == ["a.glb"]
    assert (tmp_path / "a.glb").read_bytes() == b"old"


def test_a_folder_in_the_place_of_one_file_stops_all(tmp_path: Path) -> None:
    (tmp_path / "b.mtl").mkdir()
    with pytest.raises(UnwritableOutput, match=r"b\.mtl: a folder is there"):
        write_files(tmp_path, {"a.obj": b"new", "b.mtl": b"new"})
    assert os.listdir(tmp_path) == ["b.mtl"]


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A file system in memory of 64 kB; needs the right to mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if (
        not sys.platform.startswith("linux")
        or subprocess.run(mount, capture_output=True).returncode
    ):
        pytest.skip("cannot mount a small file system here")
    try:
        with pytest.raises(UnwritableOutput, match="disk is full"):
            write_files(disk, {"a.glb": bytes(10_000), "b.png": bytes(1_000_000)})
        assert os.listdir(disk) == []
        write_files(disk, {"a.glb": bytes(10_000)})
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_limit_of_the_system_reached_in_the_middle_of_a_file(tmp_path: Path) -> None:
    """A real partial write: this process may write files of at most 64 kB."""
    code = (
        "import resource, sys, pathlib, faceborn\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try: faceborn.write_files(pathlib.Path(sys.argv[1]), {'a': bytes(9), 'b': bytes(10**6)})\n"
        "except faceborn.UnwritableOutput as error: print('refused:', error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("refused: cannot write into"), done.stdout
    assert os.listdir(tmp_path) == []


def test_a_folder_that_could_be_made_is_fine_and_is_not_made(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "folder")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("there", ["", "new", "new/folder"])
def test_a_failure_leaves_no_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    """Those that it has made go, those that were there stay."""
    (tmp_path / there).mkdir(parents=True, exist_ok=True)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(
        files, "open", lambda path, _: FailingFile(path, errno.ENOSPC), raising=False
    )
    with pytest.raises(UnwritableOutput, match="disk is full"):
        write_files(tmp_path / "new" / "folder", {"a.glb": b"new"})
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_under_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UnwritableOutput, match="cannot write into"):
            check_folder(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UnwritableOutput, match="not permitted"):
        check_folder(tmp_path)


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UnwritableOutput, match="not permitted"):
        check_folder(tmp_path)
