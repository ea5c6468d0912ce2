"""Which records of a rule are reached by a change: reference paths walked backwards, before and after the write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Select, select

from ruleloom.dsl.nodes import Hop
from ruleloom.dsl.types import RecordId
from ruleloom.engine.store import RecordChange
from ruleloom.storage.chunks import chunks
from ruleloom.storage.schema.catalogue import Catalogue


def holders(
    connection: Connection,
    catalogue: Catalogue,
    hops: Sequence[Hop],
    changes: Sequence[RecordChange],
    write: Sequence[RecordChange],
) -> set[RecordId]:
    """Records at the start of `hops` from which they lead to one of `changes`, which are all at the end of the hops.

    A way counts when each of its steps exists in the state before the `write` or in the state after it.
    """
    reached: set[RecordId] = {change.record for change in changes}
    for hop in reversed(hops):
        if not reached:
            break
        owner, field = catalogue.model.field(hop.field)
        beside = [change for change in write if change.entity == owner.id]
        table, key = catalogue.table(owner.id), field.key
        if hop.direction == "back":
            rows = (select(table.c[key]).where(table.c.id.in_(part)) for part in _parts(reached))
            found = _ids(connection, rows)
            found |= {state for change in beside if change.record in reached for state in _states(change, key)}
        else:
            rows = (select(table.c.id).where(table.c[key].in_(part)) for part in _parts(reached))
            found = _ids(connection, rows)
            found |= {change.record for change in beside if _states(change, key) & reached}
        reached = found
    return reached


def _states(change: RecordChange, key: str) -> set[RecordId]:
    """What a reference field of a changed record held before and holds after."""
    held = {state[key] for state in (change.before, change.after) if state is not None}
    return cast("set[RecordId]", held - {None})


def _parts(ids: set[RecordId]) -> Iterable[list[int]]:
    return chunks(sorted(cast("set[int]", ids)))


def _ids(connection: Connection, statements: Iterable[Select[Any]]) -> set[RecordId]:
    found: set[RecordId] = set()
    for statement in statements:
        found.update(each for each in connection.execute(statement).scalars() if each is not None)
    return found
