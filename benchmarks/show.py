"""Figures: means over kinds of people, rounded, printed as short lines and tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from datasets import Person

Figures = dict[str, Any]


def show(figures: dict[str, Any], indent: int = 0) -> None:
    """Leaves of one level share a line; a dict of equal dicts is a table."""
    pad = " " * indent
    leaves = {key: value for key, value in figures.items() if not isinstance(value, dict)}
    if leaves:
        print(pad + "   ".join(f"{key} {shown(value)}" for key, value in leaves.items()))
    for name, inner in figures.items():
        if not isinstance(inner, dict):
            continue
        print(f"{pad}{name}")
        if is_table(inner):
            show_table(inner, indent + 2)
        else:
            show(inner, indent + 2)


def is_table(figures: dict[str, Any]) -> bool:
    rows = list(figures.values())
    if not rows or not all(isinstance(row, dict) for row in rows):
        return False
    flat = not any(isinstance(entry, dict) for row in rows for entry in row.values())
    return flat and all(row.keys() == rows[0].keys() for row in rows)


def show_table(rows: dict[str, dict[str, Any]], indent: int) -> None:
    columns = list(next(iter(rows.values())))
    first = max(map(len, rows)) + 2
    print(" " * (indent + first) + "".join(f"{column:>12}" for column in columns))
    for name, row in rows.items():
        cells = "".join(f"{shown(row[column]):>12}" for column in columns)
        print(" " * indent + f"{name:{first}}" + cells)


def shown(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def kinds(people: Iterable[Person]) -> dict[str, list[str]]:
    """Keys of the people of each group, gender and decade."""
    members: dict[str, list[str]] = defaultdict(list)
    for person in people:
        for kind in person.kinds:
            members[kind].append(person.key)
    return dict(sorted(members.items()))


def by_kind(people: list[Person], values: dict[str, float]) -> Figures:
    """Mean over the people of each kind, and how many they are."""
    return {
        kind: {"people": len(chosen), "mean": float(np.mean([values[key] for key in chosen]))}
        for kind, keys in kinds(people).items()
        if (chosen := [key for key in keys if key in values])
    }


def rounded(value: Any) -> Any:
    """Four digits are more than these figures deserve."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return round(float(value), 4) if isinstance(value, float | np.floating) else value
