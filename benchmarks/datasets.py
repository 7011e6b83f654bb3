"""The pictures of ../shared/data that the benchmarks measure on (see its README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceborn.types import Array

VIEWS = tuple(f"{number:02d}" for number in range(1, 11))  # 06-10 are 01-05, smiling
SPLITS = ("validation", "train", "held-back")
PROFILES = ("01", "05", "06", "10")
# The pose in which the photographer wanted each view; yaw > 0 is to the own left.
YAW_DEG = {"01": -90, "02": -45, "03": 0, "04": 45, "05": 90}
YAW_DEG |= {f"{int(view) + 5:02d}": yaw for view, yaw in YAW_DEG.items()}

# The hand-placed points of a London front that stand for the same places as points of the mesh of
# 478 and of iBUG's 68: name, rows of the .tem file (their mean), mesh vertex, iBUG point.
# No single row is the tip of the nose: rows 54 and 60 lie at its upper and lower end.
FRONT_POINTS = (
    ("eye_right_outer", (18,), 33, 36),
    ("eye_right_inner", (22,), 133, 39),
    ("eye_left_inner", (23,), 362, 42),
    ("eye_left_outer", (27,), 263, 45),
    ("nose_tip", (54, 60), 4, 30),
    ("mouth_right", (87,), 61, 48),
    ("mouth_left", (93,), 291, 54),
    ("chin", (129,), 152, 8),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the London set."""

    key: str
    age: float
    gender: str
    group: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the figures are broken down by."""
        decade = "age unknown" if np.isnan(self.age) else f"age {int(self.age // 10 * 10)}s"
        return self.group, self.gender, decade


def london_people(data: Path, split: str) -> list[Person]:
    """The people of a split; "held-back" are training people that no network learns from."""
    if split == "held-back":
        from photographs.skins import is_held_back

        return [p for p in london_people(data, "train") if is_held_back(f"london_{p.key}")]
    told = json.loads((data / "london" / "people.json").read_text())
    return [
        Person(
            key=key,
            age=float(row["age"]) if row["age"] else np.nan,
            gender=row["gender"],
            group=row["group"],
        )
        for key, row in sorted(told.items())
        if row["split"] == split
    ]


def london_photo(data: Path, person: Person, view: str) -> Path:
    return data / "london" / f"{person.key}_{view}.jpg"


def front_points_px(data: Path, person: Person) -> Array:
    """(8, 2) hand-placed points in the order of FRONT_POINTS, of view 03."""
    from landmarks.placed import read_tem

    placed = read_tem(data / "london" / f"{person.key}_03.tem")
    return np.array([placed[list(rows)].mean(0) for _, rows, _, _ in FRONT_POINTS])


def pictures(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".png"})
