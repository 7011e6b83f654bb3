"""faceborn make: what lies where afterwards, what is said, and the exit code."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import faceborn
from faceborn.cli import main
from faceborn.types import Array

pytestmark = pytest.mark.usefixtures("flat_texture")


@pytest.fixture
def photo(astronaut: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(astronaut, tmp_path / "me.jpg"))


def names_in(folder: Path) -> set[str]:
    return set(os.listdir(folder))


def test_a_glb_lies_beside_the_photo(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make", str(photo)]) == 0
    assert names_in(photo.parent) == {"me.jpg", "me.glb"}
    said = capsys.readouterr()
    assert said.out == f"{photo.with_suffix('.glb')}\n"
    assert said.err == ""


def test_an_output_folder_is_made(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    assert main(["make", str(photo), "-o", str(out)]) == 0
    assert names_in(out) == {"me.glb"}
    assert names_in(tmp_path) == {"me.jpg", "new"}


def test_every_kind_of_file(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["-f", "glb,obj,ply", "--preview", "--report", "--posed", "--texture-size", "512"]
    assert main(["make", str(photo), "-o", str(out), *options]) == 0
    assert {"me.glb", "me.obj", "me.mtl", "me.ply", "me_preview.png", "me.json"} <= names_in(out)
    report = json.loads((out / "me.json").read_text())
    (face,) = report["faces"]
    assert {Path(name).name for name in face["output"]} == names_in(out) - {"me.json"}
    assert all(Path(name).is_file() for name in face["output"])
    assert {"photo", "faces", "fit", "texture", "export", "preview"} <= set(report["seconds"])


def test_a_folder_gives_a_head_per_photo(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(photo, photo.with_name("you.jpg"))
    assert main(["make", str(photo.parent), "-q"]) == 0
    assert {"me.glb", "you.glb"} < names_in(photo.parent)
    assert capsys.readouterr() == ("", "")


def test_two_photos_of_one_name_give_two_heads(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.open(photo).save(photo.with_suffix(".png"))
    assert main(["make", str(photo.parent)]) == 0
    assert {"me.glb", "me-2.glb"} < names_in(photo.parent)
    assert "written as me-2" in capsys.readouterr().err


def test_a_photo_is_never_written_over(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A photo that has the name of another one's preview is kept."""
    other = Path(shutil.move(photo, photo.with_name("me_preview.png")))
    shutil.copy(other, photo)
    before = other.read_bytes()
    assert main(["make", str(photo), str(other), "--preview"]) == 1
    assert other.read_bytes() == before
    assert "is a photo of this batch" in capsys.readouterr().err
    assert "me_preview.glb" in names_in(photo.parent)
    assert "me.glb" not in names_in(photo.parent)


def test_json_is_one_report_per_line(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("hello")
    assert main(["make", str(photo), str(text), "--json"]) == 1
    made, failed = map(json.loads, capsys.readouterr().out.splitlines())
    assert made["photo"]["path"] == str(photo)
    assert made["faces"][0]["output"] == [str(photo.with_suffix(".glb"))]
    assert failed["photo"]["path"] == str(text)
    assert failed["error"]["type"] == "UnreadablePhoto"
    assert failed["error"]["hint"]


def test_the_largest_face_or_another_or_all(two_faces: Array, tmp_path: Path) -> None:
    photo = tmp_path / "us.png"
    Image.fromarray(two_faces).save(photo)
    outputs = {}
    for options in ([], ["--face", "2"], ["--all-faces"]):
        out = tmp_path / "-".join(["out", *options])
        assert main(["make", str(photo), "-o", str(out), "--report", *options]) == 0
        faces = json.loads((out / "us.json").read_text())["faces"]
        outputs[" ".join(options)] = [[Path(name).name for name in f["output"]] for f in faces]
        assert faces[0]["box_px"][0] < 512 < faces[1]["box_px"][0]
    assert outputs == {
        "": [["us.glb"], []],
        "--face 2": [[], ["us_face2.glb"]],
        "--all-faces": [["us.glb"], ["us_face2.glb"]],
    }


def test_a_missing_photo_keeps_its_name_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "nothere.jpg")
    assert main(["make", missing, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["photo"]["path"] == missing


def test_posed_without_obj_or_ply_is_said_to_change_nothing(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["make", str(photo), "--posed"]) == 0
    assert "--posed changes obj and ply" in capsys.readouterr().err


def test_a_face_that_is_not_there(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make", str(photo), "--face", "2"]) == 1
    assert "has no face 2" in capsys.readouterr().err
    assert names_in(photo.parent) == {"me.jpg"}


def test_all_faces_passes_over_one_that_is_too_small(
    two_faces: Array, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = np.ascontiguousarray(two_faces[::2, ::2])
    Image.fromarray(half).save(tmp_path / "us.png")
    assert main(["make", str(tmp_path / "us.png"), "--all-faces"]) == 0
    assert names_in(tmp_path) == {"us.png", "us.glb"}
    assert "not made: the face" in capsys.readouterr().err


def test_a_face_that_was_found_and_cannot_be_made_is_in_the_report(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise faceborn.FaceTurnedAway("a profile", hint="turn", yaw_deg=90.0)

    monkeypatch.setattr("faceborn.fit.fit_face", refuse)
    assert main(["make", str(photo), "--report"]) == 1
    assert capsys.readouterr().err == f"faceborn: {photo}: a profile (turn)\n"
    assert names_in(photo.parent) == {"me.jpg", "me.json"}
    (face,) = json.loads((photo.parent / "me.json").read_text())["faces"]
    assert face["output"] == []
    assert -45 < face["yaw_deg"] < 45


def test_a_photo_from_a_pipe(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(photo.read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["make", "-", "-o", str(tmp_path / "out")]) == 0
    assert names_in(tmp_path / "out") == {"photo.glb"}


def test_verbose_says_how_long_each_step_took(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["make", str(photo), "-v"]) == 0
    error = capsys.readouterr().err
    assert "1 found, 1 made" in error
    assert "texture" in error


def test_a_bug_is_called_a_bug_and_the_batch_goes_on(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(photo, photo.with_name("you.jpg"))
    real = faceborn.Portrait.head

    def break_once(self: faceborn.Portrait, *args: int, **options: int) -> faceborn.Head:
        if self.photo.source.endswith("me.jpg"):
            raise ZeroDivisionError("of our own\nmaking")
        return real(self, *args, **options)

    monkeypatch.setattr(faceborn.Portrait, "head", break_once)
    assert main(["make", str(photo.parent)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: of our own making" in line
    assert "bug" in line
    assert "you.glb" in names_in(photo.parent)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_and_gone_at_the_end(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["make", str(photo)]) == 0
    text = terminal.getvalue()
    for stage in ("photo", "faces", "fit", "texture", "export"):
        assert f": {stage}" in text
    assert "█" in text
    assert text.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["me.jpg", "-f", "fbx"],
        ["me.jpg", "-f", ","],
        ["me.jpg", "--texture-size", "1000"],
        ["me.jpg", "--face", "0"],
        ["me.jpg", "--face", "one"],
        ["me.jpg", "--face", "1", "--all-faces"],
        ["me.jpg", "-q", "-v"],
        ["me.jpg", "--prev"],
    ],
)
def test_wrong_usage_is_2(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["make", *options]) == 2
    assert "usage: faceborn" in capsys.readouterr().err


def test_the_volume_alone_is_a_surface_with_the_photos_colours(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["make", str(photo), "--geometry", "volume", "-f", "ply"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(photo.with_suffix(".ply"))]
    header, body = photo.with_suffix(".ply").read_bytes().split(b"end_header\n")
    counts = [int(line.split()[2]) for line in header.splitlines() if line.startswith(b"element")]
    assert counts[0] > 5000
    assert len(body) == counts[0] * 27 + counts[1] * 13
    vertices = np.frombuffer(body, np.dtype([("place", "<f4", 3), ("_", "V15")]), counts[0])
    assert 0.15 < np.ptp(vertices["place"][:, 1]) < 0.4  # metres


@pytest.mark.parametrize("wrong", [["-f", "glb"], ["-f", "ply", "--preview"]])
def test_a_volume_has_no_rig(
    photo: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert main(["make", str(photo), "--geometry", "volume", *wrong]) == 2
    assert "no rig" in capsys.readouterr().err
    assert names_in(photo.parent) == {"me.jpg"}
