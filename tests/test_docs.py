"""What the pages say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import faceborn
from faceborn.model import load_head_model
from faceborn.model.parts import PART_NAMES
from faceborn.report import FACE_KEYS, REPORT_KEYS

REPOSITORY = Path(__file__).resolve().parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
CONVENTIONS = (REPOSITORY / "docs" / "conventions.md").read_text(encoding="utf-8")


def test_conventions_name_the_parts_in_order_and_the_joints() -> None:
    assert " ".join(f"`{part}`" for part in PART_NAMES) in " ".join(CONVENTIONS.split())
    joints = ", ".join(f"`{joint}`" for joint in load_head_model().joint_names)
    assert joints in CONVENTIONS


def test_conventions_describe_every_key_of_the_report() -> None:
    described = re.findall(r"^\| ((?:`\w+` ?)+)\|", CONVENTIONS, re.M)
    keys = [key for cell in described for key in re.findall(r"\w+", cell)]
    assert keys == [*REPORT_KEYS, *FACE_KEYS]


def test_the_readme_names_only_what_there_is() -> None:
    for step in re.findall(r"`(\w+_\w+)`", README):
        assert step in faceborn.__all__, step
    for name in re.findall(r"head\.(\w+)", README.split("```python")[1].split("```")[0]):
        assert hasattr(faceborn.Head, name), name
    for path in re.findall(r"`((?:src|training|benchmarks|scripts)/[\w/.]*)`", README):
        assert (REPOSITORY / path).exists(), path
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (REPOSITORY / link).exists(), link


def test_the_command_of_the_readme_is_that_of_ci() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    (test,) = re.findall(r"^python3 scripts/run\.py test$", README, re.M)
    assert script.rstrip().endswith(test)


def test_the_changelog_knows_this_version() -> None:
    assert f"## {faceborn.__version__}" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
