"""The files that ship are those of the catalogue, credited, and not too heavy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from faceborn import assets
from faceborn.errors import ChangedAsset, MissingAsset

REPOSITORY = Path(__file__).resolve().parents[1]
CATALOGUE = assets.read_catalogue()
FIELDS = {"file", "sha256", "license", "credit", "source", "made_by"}
MAX_BYTES = 60_000_000


def test_every_file_has_a_block_and_every_block_a_file() -> None:
    files = (p.relative_to(assets.FOLDER) for p in assets.FOLDER.rglob("*") if p.is_file())
    present = {p.as_posix() for p in files if p.parts[0] != "__pycache__"}
    described = [entry["file"] for entry in CATALOGUE.values()]
    assert len(set(described)) == len(described)
    assert present - {"__init__.py", "assets.toml"} == set(described)


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_block_is_complete_and_true(key: str) -> None:
    entry = CATALOGUE[key]
    assert entry.keys() >= FIELDS, FIELDS - entry.keys()
    path = assets.FOLDER / entry["file"]
    assert assets.sha256_of(path) == entry["sha256"], "run python scripts/hash_assets.py"
    notice = (REPOSITORY / "NOTICE").read_text(encoding="utf-8")
    for person in entry["credit"]:
        assert person in notice, f"NOTICE does not credit {person}"
    assert (REPOSITORY / entry["made_by"].split()[0]).is_file(), "its script is not there"


@pytest.mark.parametrize(
    "key", [key for key in CATALOGUE if CATALOGUE[key]["file"].endswith("npz")]
)
def test_arrays_are_plain_and_have_the_shapes_that_they_say(key: str) -> None:
    """`arrays.name = "(V, 3) float32"`: a letter is the same number wherever it stands."""
    sizes: dict[str, int] = {}
    with np.load(assets.FOLDER / CATALOGUE[key]["file"], allow_pickle=False) as stored:
        for name in stored.files:
            assert stored[name].dtype != object
        for name, said in CATALOGUE[key].get("arrays", {}).items():
            shape, _, dtype = said.rpartition(" ")
            array = stored[name]
            assert array.dtype == dtype, name
            words = [word.strip() for word in shape.strip("()").split(",") if word.strip()]
            assert array.ndim == len(words), name
            for word, size in zip(words, array.shape, strict=True):
                expected = int(word) if word.isdigit() else sizes.setdefault(word, size)
                assert size == expected, f"{name}: {word} is {size}, not {expected}"


def test_all_together_are_light() -> None:
    assert sum(p.stat().st_size for p in assets.FOLDER.rglob("*") if p.is_file()) <= MAX_BYTES


def test_verify_finds_a_changed_and_a_missing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(assets.verify_assets()) == len(CATALOGUE)
    shutil.copytree(assets.FOLDER, tmp_path / "assets")
    monkeypatch.setattr(assets, "FOLDER", tmp_path / "assets")
    with (tmp_path / "assets" / "astronaut.jpg").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ChangedAsset, match=r"astronaut\.jpg"):
        assets.verify_assets()
    (tmp_path / "assets" / "astronaut.jpg").unlink()
    with pytest.raises(MissingAsset, match=r"astronaut\.jpg"):
        assets.verify_assets()


def test_the_hash_script_renews_what_changed(tmp_path: Path) -> None:
    """On a copy of the repository's package, so that the real catalogue stays."""
    package = tmp_path / "src" / "faceborn"
    package.mkdir(parents=True)
    for name in ("__init__.py", "errors.py"):
        shutil.copy(REPOSITORY / "src" / "faceborn" / name, package)
    folder = package / "assets"
    folder.mkdir()
    shutil.copy(assets.FOLDER / "__init__.py", folder)
    (folder / "a.bin").write_bytes(b"new")
    (folder / "assets.toml").write_text('[a]\nfile = "a.bin"\nsha256 = "old"\nlicense = "MIT"\n')
    script = [sys.executable, str(REPOSITORY / "scripts" / "hash_assets.py")]
    environment = {"PYTHONPATH": str(tmp_path / "src")}
    done = subprocess.run(script, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "a.bin: renewed" in done.stdout
    assert (
        f'sha256 = "{assets.sha256_of(folder / "a.bin")}"' in (folder / "assets.toml").read_text()
    )
    (folder / "b.bin").write_bytes(b"unknown")
    done = subprocess.run(script, capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert "b.bin: has no block" in done.stdout
