"""Bad input: one clear line, exit code 1, the rest of the batch done, nothing half-written."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from faceborn import files
from faceborn.cli import main

pytestmark = pytest.mark.usefixtures("flat_texture")


def no_face(path: Path, _: Path) -> None:
    Image.fromarray(np.full((300, 400, 3), (90, 140, 80), np.uint8)).save(path)


def small_face(path: Path, astronaut: Path) -> None:
    Image.open(astronaut).resize((128, 128)).save(path)  # her face: 28 px


def unreadable(path: Path, _: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def truncated(path: Path, astronaut: Path) -> None:
    path.write_bytes(astronaut.read_bytes()[:60_000])


def text(path: Path, _: Path) -> None:
    path.write_text("This is a letter, not a picture.\n")


def empty(path: Path, _: Path) -> None:
    path.touch()


def hair_thin(path: Path, _: Path) -> None:
    Image.fromarray(np.full((1, 3000, 3), 90, np.uint8)).save(path)


def folder_without_photos(path: Path, _: Path) -> None:
    path.mkdir()
    (path / "notes.txt").touch()


def nothing(path: Path, _: Path) -> None:
    pass


CASES: dict[Callable[[Path, Path], None], str] = {
    no_face: "no face was found in",
    small_face: "px large",
    unreadable: "is not a picture",
    truncated: "damaged or cut short",
    text: "is not a picture",
    empty: "is empty",
    hair_thin: "no face was found in",
    folder_without_photos: "no photo in the folder",
    nothing: "is not there",
}


def check_one_line(error: str, said: str) -> None:
    """One line: ours, saying what is wrong and, in brackets, what to do."""
    (line,) = error.splitlines()
    assert line.startswith("faceborn: ")
    assert said in line
    assert line.endswith(")")
    assert "bug" not in line


@pytest.mark.parametrize("make", CASES, ids=lambda case: case.__name__)
def test_one_line_and_the_others_are_made(
    make: Callable[[Path, Path], None],
    astronaut: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad, good, out = tmp_path / "bad.jpg", tmp_path / "good.jpg", tmp_path / "out"
    make(bad, astronaut)
    shutil.copy(astronaut, good)
    assert main(["make", str(bad), str(good), "-o", str(out)]) == 1
    said = capsys.readouterr()
    check_one_line(said.err, CASES[make])
    assert "bad.jpg" in said.err
    assert os.listdir(out) == ["good.glb"]
    assert said.out == f"{out / 'good.glb'}\n"


def test_a_photo_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    no_face(tmp_path / "bad.jpg", tmp_path)
    assert main(["make", str(tmp_path / "bad.jpg"), "-o", str(tmp_path / "deep" / "out")]) == 1
    assert os.listdir(tmp_path) == ["bad.jpg"]


def test_a_bomb(
    bomb: bytes, astronaut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.png").write_bytes(bomb)
    shutil.copy(astronaut, tmp_path / "good.jpg")
    assert main(["make", str(tmp_path)]) == 1
    check_one_line(capsys.readouterr().err, "than the limit of 120 million")
    assert set(os.listdir(tmp_path)) == {"bad.png", "good.jpg", "good.glb"}


def test_an_output_that_cannot_be_written(
    astronaut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["make", str(astronaut), "-o", str(tmp_path / "file" / "out")]) == 1
    check_one_line(capsys.readouterr().err, "cannot write into")
    assert os.listdir(tmp_path) == ["file"]


def test_a_name_that_is_no_text(
    astronaut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Linux allows any bytes: the files have them too, and the report is still JSON."""
    name = os.fsdecode(b"me\xff")
    try:
        shutil.copy(astronaut, tmp_path / f"{name}.jpg")
    except OSError:
        pytest.skip("this file system wants Unicode")
    photo, out = str(tmp_path / f"{name}.jpg"), tmp_path / "out"
    assert main(["make", photo, "-o", str(out), "-f", "obj", "--report", "--json"]) == 0
    (report,) = capsys.readouterr().out.splitlines()
    assert json.loads(report)["photo"]["path"] == photo
    assert json.loads((out / f"{name}.json").read_bytes())["photo"]["path"] == photo
    assert b"mtllib me\xff.mtl" in (out / f"{name}.obj").read_bytes()


def test_a_full_disk(
    astronaut: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is full while the first photo is written, and has room again for the second."""
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(astronaut, tmp_path / name)
    out = tmp_path / "out"
    calls: list[Path] = []

    def fake_open(path: Path, mode: str) -> Any:
        calls.append(path)
        if len(calls) == 1:
            path.write_bytes(b"half of it")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return open(path, mode)

    monkeypatch.setattr(files, "open", fake_open, raising=False)
    assert main(["make", str(tmp_path), "-o", str(out)]) == 1
    check_one_line(capsys.readouterr().err, "disk is full")
    assert os.listdir(out) == ["b.glb"]
