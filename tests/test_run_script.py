"""scripts/run.py, the set-up of the README."""

from __future__ import annotations

import ast
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "run.py"


@pytest.fixture
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def test_an_old_python_can_read_it_and_gets_advice(script: dict[str, Any]) -> None:
    """It must parse before it can say that it needs a newer one."""
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    names = script["run_with_newer_python"].__globals__
    names["shutil"] = type("NoPrograms", (), {"which": staticmethod(lambda _: None)})
    with pytest.raises(SystemExit, match=r"needs 3\.11 or newer"):
        script["run_with_newer_python"](["demo"])


def test_it_sets_up_once_per_pyproject(
    script: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = script["set_up"].__globals__
    calls: list[list[str]] = []

    def succeed(command: list[str], **_: object) -> int:
        calls.append(command)
        return 0

    monkeypatch.setattr(subprocess, "call", succeed)
    for name in ("VENV", "ROOT"):
        monkeypatch.setitem(names, name, str(tmp_path))
    monkeypatch.setitem(names, "PYTHON", str(tmp_path / "python"))
    (tmp_path / "pyproject.toml").touch()
    script["set_up"]("[test]")
    assert [command for command in calls if "venv" in command]
    assert [command for command in calls if command[-1] == f"{tmp_path}[test]"]
    calls.clear()
    script["set_up"]("[test]")
    assert calls == []


def test_every_check_runs_and_one_failure_fails_all(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def call(command: list[str], **_: object) -> int:
        ran.append(command[2])
        return 1 if command[2] == "mypy" else 0

    monkeypatch.setattr(subprocess, "call", call)
    with pytest.raises(SystemExit, match="failed: mypy"):
        script["run_checks"]([])
    assert ran == ["ruff", "ruff", "mypy", "pytest"], "pytest last: its counts close the output"


def test_without_a_command_it_says_what_it_does() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=True)
    assert "demo" in done.stdout
