"""Puts the lines of one file together by their group, in two passes and without holding the file in memory.

The first pass counts the lines of each group, the second gives a group out as soon as its last line has come. Held at
a time: the keys of all groups, and the lines of those that are open. Files written invoice by invoice, which is how
systems export, have one open group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ruleloom.runtime.imports.sources import Row


def count_groups(rows: Iterable[Row], place: int) -> Counter[str]:
    """How many lines each group has; `place` is the column's."""
    return Counter(row.cells[place].strip() for row in rows)


def grouped(rows: Iterable[Row], place: int, sizes: Counter[str]) -> Iterator[Sequence[Row]]:
    """The lines of each group in file order; groups come in the order of their last lines."""
    open_groups: dict[str, list[Row]] = {}
    for row in rows:
        key = row.cells[place].strip()
        lines = open_groups.setdefault(key, [])
        lines.append(row)
        if len(lines) == sizes[key]:
            yield open_groups.pop(key)
