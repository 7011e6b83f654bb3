"""The other commands: --version, demo, info, doctor."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import faceborn
from faceborn.cli import main
from faceborn.cli.demo import _program


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"faceborn {faceborn.__version__}\n"


def test_no_command_and_an_unknown_one_are_wrong_usage() -> None:
    assert main([]) == 2
    assert main(["paint"]) == 2


@pytest.mark.usefixtures("flat_texture")
def test_demo_then_info(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "-o", str(tmp_path)]) == 0
    names = {"astronaut.glb", "astronaut_preview.png", "astronaut.json"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert set(capsys.readouterr().out.split()) == {str(tmp_path / name) for name in names}
    report = json.loads((tmp_path / "astronaut.json").read_text())
    assert report["faces"][0]["output"]

    assert main(["info", str(tmp_path / "astronaut.glb")]) == 0
    said = capsys.readouterr().out
    assert "52" in said
    assert "jaw" in said


@pytest.mark.parametrize("called", ["faceborn", "__main__.py"])
def test_the_demo_names_a_program_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str
) -> None:
    """Called by its own name or as a module, out of an environment that is not on the PATH."""
    programs = tmp_path / "venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "faceborn").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setattr(sys, "argv", [str(programs / called)])
    assert Path(_program()) == Path("venv/bin/faceborn")


@pytest.mark.parametrize("content", [None, b"", b"no GLB", b"glTF\2\0\0\0\xff\xff\0\0"])
def test_info_of_what_is_no_glb(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "me.glb"
    if content is not None:
        path.write_bytes(content)
    assert main(["info", str(path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("faceborn: ")
    assert "me.glb" in line


def test_doctor_finds_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    """The real thing, texture and all."""
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "FAILED" not in said
    assert "52 expressions" in said
    assert "numpy: " in said


@pytest.mark.usefixtures("flat_texture")
def test_doctor_finds_a_changed_asset(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("faceborn.assets.sha256_of", lambda path: "0" * 64)
    assert main(["doctor"]) == 1
    (failed,) = [line for line in capsys.readouterr().out.splitlines() if "FAILED" in line]
    assert "ChangedAsset" in failed
    assert "install faceborn again" in failed
