"""How often rules fired lately: a counter per rule and quarter of an hour, raised with the firings themselves.

Midnights of all zones in use lie on a quarter of an hour, so any local day is a sum of slots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from sqlalchemy import Connection, Integer, and_, case, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ruleloom.storage.tables.work import rule_counts as table

SLOT = 15 * 60 * 1_000_000
"""Microseconds of one slot."""
_C = table.c


def count(connection: Connection, fired: Iterable[tuple[str, int]]) -> None:
    """Counts firings: rule and instant of each."""
    numbers = Counter((at // SLOT, rule) for rule, at in fired)
    if not numbers:
        return
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    rows = [{"slot": slot, "rule": rule, "number": numbers[slot, rule]} for slot, rule in sorted(numbers)]
    made = insert(table)
    more = {"number": _C.number + made.excluded.number}
    connection.execute(made.on_conflict_do_update(index_elements=[_C.slot, _C.rule], set_=more), rows)


def between(connection: Connection, edges: Sequence[int]) -> Mapping[str, Sequence[int]]:
    """How often each rule fired from one instant to the next (all on whole slots): one number per stretch."""
    slots = [edge // SLOT for edge in edges]
    numbers = [
        cast(func.sum(case((and_(_C.slot >= start, _C.slot < end), _C.number), else_=0)), Integer)
        for start, end in pairwise(slots)
    ]
    asked = select(_C.rule, *numbers).where(_C.slot >= slots[0], _C.slot < slots[-1]).group_by(_C.rule)
    return {rule: [int(number) for number in found] for rule, *found in connection.execute(asked)}


def sweep(connection: Connection, before: int) -> None:
    """Forgets slots that ended before an instant."""
    connection.execute(delete(table).where(_C.slot < before // SLOT))
