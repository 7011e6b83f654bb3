"""No file of a batch overwrites another."""

from __future__ import annotations

from pathlib import Path

from faceborn.cli.names import Names

A, B = Path("a"), Path("b")


def test_stems_are_those_of_the_photos() -> None:
    assert Names([(A, "me"), (A, "you"), (B, "me")]).stems == ["me", "you", "me"]


def test_a_stem_that_is_taken_gets_a_number() -> None:
    assert Names([(A, "me"), (A, "me"), (A, "ME")]).stems == ["me", "me-2", "ME-3"]


def test_the_number_avoids_the_names_of_other_photos() -> None:
    assert Names([(A, "me"), (A, "me"), (A, "me-2")]).stems == ["me", "me-3", "me-2"]


def test_faces_after_the_first_are_numbered() -> None:
    names = Names([(A, "me"), (A, "me_face2")])
    assert [names.face_stem(0, A, number) for number in (1, 2, 3)] == [
        "me", "me_face2-2", "me_face3",
    ]  # fmt: skip
