"""What takes seconds to make is made once, by all servers of a folder together."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from faceborn.serve import model_files
from faceborn.serve.model_data import MEDIA_TYPES, model_file
from faceborn.serve.model_files import ModelFiles
from tests.serve.server import wait_for


def test_made_once_for_all_servers_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first finds what model_data makes; the next makes nothing; another version its own."""
    first = ModelFiles(tmp_path)
    for name, media_type in MEDIA_TYPES.items():
        found = first.find(name)
        assert found is not None
        assert found[0] == media_type
        assert found[1].read_bytes() == model_file(name)
    assert first.find("../head.npz") is None
    made: list[object] = []

    def fails(command: object, **_: object) -> subprocess.Popen[bytes]:
        made.append(command)
        return start("false")

    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", fails)
    assert ModelFiles(tmp_path).find("coarse.bin") == first.find("coarse.bin")
    assert made == []
    monkeypatch.setattr(model_files, "_version", lambda: "another")
    other = ModelFiles(tmp_path)
    assert other.find("coarse.bin") is None  # it could not be made
    assert other.find("coarse.bin") is None
    assert len(made) == 1  # and is not tried at every request


def test_a_server_that_stops_leaves_nothing_half_made(tmp_path: Path) -> None:
    files = ModelFiles(tmp_path)
    files.start()
    wait_for(lambda: list(tmp_path.glob("*/model-*")))
    files.stop()
    assert list(tmp_path.iterdir()) == []
    assert files.find("coarse.bin") is None
