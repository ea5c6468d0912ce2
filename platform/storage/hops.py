"""Which records of a rule are reached by a change: reference paths walked backwards, before and after the write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import Connection, select

from ruleloom.dsl.nodes import Hop
from ruleloom.dsl.types import RecordId
from ruleloom.engine.store import RecordChange
from ruleloom.storage.catalogue import Catalogue
from ruleloom.storage.records import chunks


def holders(
    connection: Connection, catalogue: Catalogue, hops: Sequence[Hop], changes: Sequence[RecordChange]
) -> set[RecordId]:
    """Records at the start of `hops` from which they lead to a changed record, before or after the write.

    A changed record counts wherever its entity stands on the way, so a changed link is walked in both its states.
    """
    entities = _entities_on_the_way(catalogue, hops)
    reached: set[RecordId] = set()
    for place in range(len(hops), 0, -1):
        here = [change for change in changes if change.entity == entities[place]]
        reached = _back(connection, catalogue, hops[place - 1], here, reached)
    return reached


def _entities_on_the_way(catalogue: Catalogue, hops: Sequence[Hop]) -> list[str]:
    """The entity before the first hop and after each."""
    found: list[str] = []
    for hop in hops:
        owner, field = catalogue.model.field(hop.field)
        start, end = (owner.id, str(field.to)) if hop.direction == "forward" else (str(field.to), owner.id)
        if not found:
            found.append(start)
        found.append(end)
    return found


def _back(
    connection: Connection, catalogue: Catalogue, hop: Hop, changes: Sequence[RecordChange], reached: set[RecordId]
) -> set[RecordId]:
    """One step towards the start."""
    owner, field = catalogue.model.field(hop.field)
    table, key = catalogue.table(owner.id), field.key
    if hop.direction == "forward":
        targets = reached | {change.record for change in changes}
        return _ids(connection, (select(table.c.id).where(table.c[key].in_(part)) for part in _parts(targets)))
    states = [state for change in changes for state in (change.before, change.after) if state is not None]
    found = {cast("RecordId", state[key]) for state in states if state[key] is not None}
    seen = {change.record for change in changes}
    return found | _ids(
        connection, (select(table.c[key]).where(table.c.id.in_(part)) for part in _parts(reached - seen))
    )


def _parts(ids: set[RecordId]) -> Iterable[list[int]]:
    return chunks(sorted(cast("set[int]", ids)))


def _ids(connection: Connection, statements: Iterable[object]) -> set[RecordId]:
    found: set[RecordId] = set()
    for statement in statements:
        found.update(each for each in connection.execute(statement).scalars() if each is not None)  # type: ignore[call-overload]
    return found
