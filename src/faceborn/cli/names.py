"""Which names the files of a batch get, so that no file of it overwrites another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class Names:
    """The stems of one batch.

    A photo's files have the photo's stem. Where two photos of a batch share it (me.jpg and me.png,
    or two folders into one), the second gets me-2, the third me-3. The largest face has the
    photo's stem, the others me_face2, me_face3.
    """

    def __init__(self, wanted: Sequence[tuple[Path, str]]) -> None:
        """wanted  (folder, stem) of every photo of the batch, in order"""
        self._taken: set[tuple[str, str]] = set()
        self._natural = {_key(folder, stem) for folder, stem in wanted}
        self.stems = [self._claim(folder, stem) for folder, stem in wanted]

    def face_stem(self, photo: int, folder: Path, number: int) -> str:
        """The stem for face `number` of the photo with the given place in the batch."""
        stem = self.stems[photo]
        return stem if number == 1 else self._claim(folder, f"{stem}_face{number}")

    def _claim(self, folder: Path, stem: str) -> str:
        claimed, count = stem, 1
        while _key(folder, claimed) in self._taken or (
            count > 1 and _key(folder, claimed) in self._natural
        ):
            count += 1
            claimed = f"{stem}-{count}"
        self._taken.add(_key(folder, claimed))
        return claimed


def _key(folder: Path, stem: str) -> tuple[str, str]:
    """Many file systems do not tell me.glb from ME.glb."""
    return str(folder.absolute()), stem.casefold()
