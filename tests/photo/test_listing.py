"""list_photos: files and folders in, photos out."""

from __future__ import annotations

from pathlib import Path

import pytest

from faceborn.errors import NoPhoto
from faceborn.photo import list_photos


def test_a_folder_gives_its_photos_by_name(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.heic", "notes.txt", "._a.jpg", "c.png"):
        (tmp_path / name).touch()
    (tmp_path / "sub.jpg").mkdir()
    assert [p.name for p in list_photos([tmp_path])] == ["a.heic", "b.JPG", "c.png"]


def test_files_keep_their_order_and_come_once(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.jpg", "odd.name"):
        (tmp_path / name).touch()
    given = [tmp_path / "odd.name", tmp_path / "b.jpg", tmp_path, tmp_path / "b.jpg"]
    assert [p.name for p in list_photos(given)] == ["odd.name", "b.jpg", "a.jpg"]


def test_pictures_that_we_wrote_are_no_photos(tmp_path: Path) -> None:
    """A second run over the same folder finds the photos, not our previews and textures."""
    ours = ["me.obj", "me_preview.png", "me_face.png", "me_eye_left.png"]
    for name in ("me.jpg", "you_face.png", *ours):
        (tmp_path / name).touch()
    assert [p.name for p in list_photos([tmp_path])] == ["me.jpg", "you_face.png"]


def test_a_folder_without_photos(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(NoPhoto, match="no photo in the folder") as caught:
        list_photos([tmp_path])
    assert caught.value.hint


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoPhoto, match="not there"):
        list_photos([tmp_path / "nothing"])
