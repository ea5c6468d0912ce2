"""The changes of several writes that happen at once, as those of one write: one change for each record."""

from __future__ import annotations

from collections.abc import Iterable

from ruleloom.dsl.types import RecordId
from ruleloom.engine.store import RecordChange, Snapshot

Place = tuple[str, RecordId]


def merged(parts: Iterable[Iterable[RecordChange]]) -> tuple[RecordChange, ...]:
    """All changes in order; of a record that several parts reach, from its first state to its last one.

    Every part was worked out on the state before the write. A record that is deleted is gone whatever else is said of
    it; one that is made and removed at once never was.
    """
    found: dict[Place, RecordChange] = {}
    for changes in parts:
        for change in changes:
            place = change.entity, change.record
            earlier = found.get(place)
            found[place] = change if earlier is None else _joined(earlier, change)
    return tuple(change for change in found.values() if change.before is not None or change.after is not None)


def _joined(first: RecordChange, second: RecordChange) -> RecordChange:
    before, after = first.before, first.after
    if after is None or second.after is None:
        return RecordChange(first.entity, first.record, before, None)
    was: Snapshot = second.before if second.before is not None else {}
    changed = {key: value for key, value in second.after.items() if key not in was or was[key] != value}
    return RecordChange(first.entity, first.record, before, {**after, **changed})
