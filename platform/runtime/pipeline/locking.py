"""Hop 3: what a write locks so that of two who write at once at least one sees what the other did.

Own: the records whose rules could be touched. Between: the records on the way to them, so that nobody gives these
another way meanwhile. Links: the records that the write newly refers to and that rules read through it; who changes
these could not find the link yet, so he waits, or we do. Where a rule looks at all records of an entity there is no
row to meet at: those who make a record that looks, and those who change what is looked at, meet at a lock of its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import cast

from ruleloom.dsl.nodes import Hop
from ruleloom.dsl.types import RecordId
from ruleloom.engine.finding.plan import changed_keys
from ruleloom.engine.intents import CreateRecord, WriteTogether
from ruleloom.engine.ruleset import RuleBook
from ruleloom.engine.store import RecordChange
from ruleloom.runtime.pipeline.noticing import Noticing, Touched
from ruleloom.runtime.pipeline.ports import Desk, Prepared

Ids = dict[str, set[RecordId]]


class Locking:
    """The locks of one write over one desk."""

    def __init__(self, desk: Desk, book: RuleBook, noticing: Noticing) -> None:
        self._desk, self._book, self._noticing = desk, book, noticing

    def lock(self, prepared: Prepared) -> tuple[dict[str, Touched], bool]:
        """The records whose rules could be touched, as found once everything is locked; whether anything had to be.

        A record that the write makes is not among them: nobody else can know it.
        """
        changes = prepared.changes
        made = set[RecordId]()
        if isinstance(prepared.write, CreateRecord | WriteTogether):
            made = {change.record for change in changes if change.before is None}
        locked: Ids = defaultdict(set)
        any_ = self._lock_kinds(changes)
        while True:
            touched = self._noticing.touched(changes)
            for found in touched.values():
                found.leave(made)
            own: Ids = defaultdict(set, {entity: set(found.snapshots) for entity, found in touched.items()})
            self._between(changes, made, own)
            if not self._take(own, self._links(changes, made), locked):
                return touched, any_
            any_ = True

    def _take(self, wanted: Ids, shared: Ids, locked: Ids) -> bool:
        """Locks what is not locked yet, entity by entity in one order; whether there was anything."""
        some = False
        for entity in sorted({*wanted, *shared}):
            for ids, share in ((wanted.get(entity), False), (shared.get(entity), True)):
                missing = (ids or set()) - locked[entity]
                if missing:
                    self._desk.lock(entity, missing, share=share)
                    locked[entity] |= missing
                    some = True
        return some

    def _lock_kinds(self, changes: Sequence[RecordChange]) -> bool:
        looked = {route.entity for route, _ in self._noticing.ways(changes) if route.everywhere}
        made = {change.entity for change in changes if change.before is None}
        looking = {entity for entity in made if self._book.plan.looks_everywhere(entity)}
        for entity in sorted(looked | looking):
            self._desk.lock_kind(entity, share=entity not in looked)
        return bool(looked or looking)

    def _between(self, changes: Sequence[RecordChange], made: set[RecordId], found: Ids) -> None:
        for route, along in self._noticing.ways(changes):
            for start in range(1, len(route.hops)):
                rest = route.hops[start:]
                found[self._before(rest[0])] |= self._desk.holders(rest, along, changes) - made

    def _before(self, hop: Hop) -> str:
        """The entity of the records from which a hop leads on."""
        owner, field = self._book.vocabulary.field(hop.field)
        return owner.id if hop.direction == "forward" else cast("str", field.value_type.entity)

    def _links(self, changes: Sequence[RecordChange], made: set[RecordId]) -> Ids:
        found: Ids = defaultdict(set)
        ways: dict[tuple[Hop, ...], list[RecordChange]] = {}
        for change in changes:
            for way in self._book.plan.links(change, changed_keys(change)):
                ways.setdefault(way, []).append(change)
        for way, starts in ways.items():
            for entity, records in self._forward(way, starts):
                found[entity] |= records - made
        return found

    def _forward(self, way: tuple[Hop, ...], starts: Sequence[RecordChange]) -> Iterator[tuple[str, set[RecordId]]]:
        """What a way leads to, step by step, from the records as the write leaves them."""
        states = [change.after for change in starts if change.after is not None]
        for position, hop in enumerate(way):
            _, field = self._book.vocabulary.field(hop.field)
            entity = cast("str", field.value_type.entity)
            records = {cast("RecordId", state[field.key]) for state in states if state.get(field.key) is not None}
            yield entity, records
            if position + 1 < len(way):
                states = list(self._desk.snapshots(entity, records).values())
