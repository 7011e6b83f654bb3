"""faceborn make: heads from photos."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import faceborn
from faceborn.cli.names import Names
from faceborn.cli.talk import Talk


def add_to(commands: Any) -> None:
    parser = commands.add_parser(
        "make",
        help="make a head of each photo",
        description="Make a head of each photo. Files are named after the photo and lie beside it.",
        epilog="Exit code: 0 if every photo worked, 1 if one did not, 2 for wrong usage.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "photos",
        nargs="+",
        metavar="PHOTO",
        help="a photo, a folder of photos (not those below it), or - for stdin",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="OUT_DIR", help="write there instead")
    parser.add_argument(
        "-f",
        "--format",
        type=_formats,
        default=("glb",),
        metavar="glb,obj,ply",
        help="one or more, with commas between (default: glb)",
    )
    parser.add_argument(
        "--texture-size",
        type=int,
        choices=(512, 1024, 2048, 4096),
        default=2048,
        help="side of the face's texture in pixels (default: 2048)",
    )
    parser.add_argument(
        "--geometry",
        choices=("fit", "both", "volume"),
        default="fit",
        help="what the shape comes from: landmarks (fit), landmarks and the volumetric network "
        "(both), or the network's surface alone, without rig (volume, with -f ply)",
    )
    parser.add_argument(
        "--preview",
        action="store_true",
        help="also a picture to judge it by, STEM_preview.png; takes longer than the head",
    )
    parser.add_argument(
        "--report", action="store_true", help="also what was found and measured, STEM.json"
    )
    parser.add_argument(
        "--posed",
        action="store_true",
        help="obj and ply with the expression and the rotation of the photo; glb keeps both apart",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all-faces", action="store_true", help="every face, not the largest only")
    which.add_argument("--face", type=_number, metavar="N", help="the N-th face; 1 is the largest")
    parser.add_argument(
        "--json", action="store_true", help="the report of each photo on stdout, one per line"
    )
    talk = parser.add_mutually_exclusive_group()
    talk.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    talk.add_argument("-v", "--verbose", action="store_true", help="say how long each step took")
    parser.set_defaults(run=run)


def _formats(text: str) -> tuple[str, ...]:
    wanted = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not wanted or any(word not in faceborn.FORMATS for word in wanted):
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(faceborn.FORMATS)}")
    return tuple(dict.fromkeys(wanted))


def _number(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    if arguments.geometry == "volume" and (arguments.format != ("ply",) or arguments.preview):
        print("faceborn make: --geometry volume has no rig and no textures", file=sys.stderr)
        print("try: -f ply without --preview, or --geometry both", file=sys.stderr)
        return 2
    jobs, troubles = _find_jobs(arguments.photos, arguments.output)
    talk = Talk(photos=len(jobs), quiet=arguments.quiet, verbose=arguments.verbose)
    if arguments.posed and arguments.format == ("glb",):
        talk.note("--posed changes obj and ply: a glb keeps expression and rotation apart")
    for given, error in troubles:
        talk.trouble(error)
        if arguments.json:
            _print_error(given, error)
    failed = len(troubles)
    for job in jobs:
        talk.begin_photo(job.name)
        if job.stem != job.photo_stem:
            talk.note(f"{job.name}: written as {job.stem}, for another photo has its name")
        try:
            report = _make(job, arguments, talk)
        except Exception as error:
            failed += 1
            talk.trouble(error)
            if arguments.json:
                _print_error(job.name, error)
        else:
            if arguments.json:
                print(_json(report), flush=True)
            elif not arguments.quiet:
                print(*job.written, sep="\n", flush=True)
        talk.end_photo()
    return 1 if failed else 0


@dataclass
class Job:
    """One photo of the batch."""

    path: Path | None  # None: standard input
    folder: Path  # where its files go
    stem: str = ""  # what their names begin with
    face_stems: Callable[[int], str] = str  # face number -> stem
    photos: frozenset[Path] = frozenset()  # all of the batch: never written over
    written: list[Path] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.path) if self.path else "-"

    @property
    def photo_stem(self) -> str:
        return self.path.stem if self.path else "photo"

    def write(self, files: Mapping[str, bytes]) -> list[str]:
        """Raises UnwritableOutput."""
        for name in files:
            if (self.folder / name).resolve() in self.photos:
                raise faceborn.UnwritableOutput(
                    f"{self.folder / name} is a photo of this batch", hint="choose a folder with -o"
                )
        written = faceborn.write_files(self.folder, files)
        self.written += written
        return [str(path) for path in written]


def _find_jobs(
    photos: Sequence[str], output: Path | None
) -> tuple[list[Job], list[tuple[str, faceborn.FacebornError]]]:
    """The photos to be made, each once; which others were given, and what is wrong with them."""
    found: dict[Path | None, Job] = {}
    troubles: list[tuple[str, faceborn.FacebornError]] = []
    for given in photos:
        if given == "-":
            found.setdefault(None, Job(None, output or Path()))
            continue
        try:
            for path in faceborn.list_photos([given]):
                found.setdefault(path.absolute(), Job(path, output or path.parent))
        except faceborn.FacebornError as error:
            troubles.append((given, error))

    jobs = list(found.values())
    names = Names([(job.folder, job.photo_stem) for job in jobs])
    inputs = frozenset(job.path.resolve() for job in jobs if job.path)
    for place, job in enumerate(jobs):
        job.stem = names.stems[place]
        job.face_stems = partial(names.face_stem, place, job.folder)
        job.photos = inputs
    return jobs, troubles


def _make(job: Job, arguments: argparse.Namespace, talk: Talk) -> dict[str, Any]:
    """One photo: its heads written; its report returned if it is wanted. Raises FacebornError."""
    faceborn.check_folder(job.folder)
    portrait = faceborn.Portrait(
        job.path or sys.stdin.buffer.read(),
        geometry="fit" if arguments.geometry == "volume" else arguments.geometry,
        progress=talk.stage,
    )
    count = len(portrait.faces)
    output: dict[int, list[str]] = {}
    troubles: list[faceborn.FacebornError] = []
    for number in range(1, count + 1) if arguments.all_faces and count else [arguments.face or 1]:
        try:
            files = _files(portrait, number, job.face_stems(number), arguments)
        except (faceborn.FaceError, faceborn.FitError) as error:
            troubles.append(error)
            continue
        output[number] = job.write(files)

    report: dict[str, Any] = {}
    if arguments.json or (arguments.report and count):
        report = portrait.report(output)
    if arguments.report and count:  # also of a face that was found and could not be made
        text = _json(report, indent=1)
        job.write({f"{job.stem}.json": text.encode() + b"\n"})
    if not output:
        raise troubles[0]
    for trouble in troubles:
        talk.note(f"not made: {trouble}")
    steps = "  ".join(f"{stage} {seconds:.2f}" for stage, seconds in portrait.seconds.items())
    talk.detail(f"{job.name}: {count} found, {len(output)} made; seconds: {steps}")
    return report


def _files(
    portrait: faceborn.Portrait, number: int, stem: str, arguments: argparse.Namespace
) -> dict[str, bytes]:
    """What is written of one face. Raises FaceError, FitError, MissingExtra."""
    if arguments.geometry == "volume":
        return {f"{stem}.ply": faceborn.write_surface_ply(portrait.surface(number))}
    head = portrait.head(number, texture_size=arguments.texture_size)
    files: dict[str, bytes] = {}
    with portrait.stage("export"):
        for wanted in arguments.format:
            files |= head.encode(wanted, stem, posed=arguments.posed)
    if arguments.preview:
        with portrait.stage("preview"):
            files |= head.encode("preview", stem)
    return files


def _print_error(name: str, error: Exception) -> None:
    """The place of the report in --json where there is none."""
    described = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, faceborn.FacebornError):
        described = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
    entry = {"faceborn": faceborn.__version__, "photo": {"path": name}, "error": described}
    print(_json(entry), flush=True)


def _json(plain: dict[str, Any], *, indent: int | None = None) -> str:
    """Readable where it can be: a file's name that is no Unicode only goes escaped."""
    text = json.dumps(plain, ensure_ascii=False, indent=indent)
    readable = not any("\ud800" <= letter <= "\udfff" for letter in text)
    return text if readable else json.dumps(plain, indent=indent)
