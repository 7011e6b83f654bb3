"""What the commands say on stderr: one line per trouble, and a progress bar on a terminal."""

from __future__ import annotations

import sys
import traceback

import faceborn

# How much of the work is done when a stage begins.
BEGINS = {
    **{"photo": 0.0, "faces": 0.03, "model": 0.1, "volume": 0.12, "fit": 0.15, "texture": 0.2},
    **{"export": 0.55, "preview": 0.65},
}
BAR_WIDTH = 24


class Talk:
    """Says things on stderr, with a bar below them where stderr is a terminal."""

    def __init__(self, *, photos: int = 1, quiet: bool = False, verbose: bool = False) -> None:
        self.photos = photos
        self.quiet = quiet
        self.verbose = verbose and not quiet
        self._done = 0
        self._name = ""
        self._bar_shown = False
        self._bar_wanted = not quiet and sys.stderr.isatty()

    def begin_photo(self, name: str) -> None:
        self._name = name

    def end_photo(self) -> None:
        self._done += 1
        self._clear()

    def stage(self, name: str) -> None:
        """Draw the bar: the stage `name` of the present photo begins."""
        if not self._bar_wanted:
            return
        part = (self._done + BEGINS.get(name, 0.0)) / self.photos
        full = round(part * BAR_WIDTH)
        bar = "█" * full + "░" * (BAR_WIDTH - full)
        count = f" {self._done + 1}/{self.photos}" if self.photos > 1 else ""
        self._clear()
        try:
            sys.stderr.write(f"{bar}{count} {self._name[-40:]}: {name}")
        except UnicodeEncodeError:  # a terminal without block characters
            sys.stderr.write(f"{part:4.0%}{count}: {name}")
        sys.stderr.flush()
        self._bar_shown = True

    def note(self, line: str) -> None:
        """Worth knowing, no trouble."""
        if not self.quiet:
            self._line(line)

    def detail(self, line: str) -> None:
        """For -v."""
        if self.verbose:
            self._line(line)

    def trouble(self, error: Exception) -> None:
        """One line for an error: message and hint of ours, or that it is a bug."""
        if isinstance(error, faceborn.FacebornError):
            named = "" if self._name in error.message else f"{self._name}: "
            self._line(f"faceborn: {named}{one_line(str(error))}")
        else:
            what = one_line(f"{type(error).__name__}: {error}")
            self._line(f"faceborn: {self._name}: {what} (a bug in faceborn; -v shows where)")
            if self.verbose:
                self._line("".join(traceback.format_exception(error)).rstrip())

    def _line(self, line: str) -> None:
        self._clear()
        print(line, file=sys.stderr)

    def _clear(self) -> None:
        if self._bar_shown:
            sys.stderr.write("\r\x1b[K")
            self._bar_shown = False


def one_line(text: str) -> str:
    return " ".join(text.split())
