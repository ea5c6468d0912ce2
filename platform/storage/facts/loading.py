"""Facts of externals from the database: one query per external for many records, with the end of each fact.

Values are those of `to_sql`, so they agree with Python. Until when a value stands is worked out from the times of the
rows (`until.py`); it may be too early (then the engine looks again), never too late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Select, Table, and_, bindparam, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import walk
from ruleloom.dsl.spoken import Spoken, spoken_of_this, with_this_known
from ruleloom.dsl.types import Kind, RecordId
from ruleloom.engine.store import External, Fact, Snapshot, Speaker
from ruleloom.storage.chunks import chunks
from ruleloom.storage.facts.until import Ends, can_be_kept, ends_by_rows, ends_by_times
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql.conditions import Conditions
from ruleloom.storage.sql.numbers import SqlValue
from ruleloom.storage.sql.writer import Dialect, Scope, Workshop

_NOTHING = Fact(None)


@dataclass(frozen=True, slots=True)
class Question:
    """A statement about an external, what its columns mean, and its parameters that move with the moment."""

    statement: Select[Any]
    value: SqlValue
    ends: Ends
    moving: Mapping[str, Callable[[Moment], int]]
    of_all: bool
    """One answer for all holders: the collection belongs to no record, or to the acting user."""


_KEPT: WeakKeyDictionary[Catalogue, dict[Any, Question]] = WeakKeyDictionary()
"""Statements by catalogue (one per published model), dialect and external."""


def _asked(value: SqlValue, ends: Ends, table: Table | None, moving: Mapping[str, Callable[[Moment], int]]) -> Question:
    if table is None:
        return Question(select(value.sql, *ends.columns), value, ends, moving, of_all=True)
    among = table.c.id.in_(bindparam("ids", expanding=True))
    return Question(select(table.c.id, value.sql, *ends.columns).where(among), value, ends, moving, of_all=False)


def gather(
    connection: Connection,
    catalogue: Catalogue,
    external: External,
    holders: Mapping[RecordId, Snapshot],
    now: int,
    me: RecordId | None = None,
    speaker: Speaker | None = None,
) -> Mapping[RecordId, Fact]:
    """The external's fact for each holder at `now`. A path starts at the holder's snapshot, all else at its id."""
    asking = Asking(connection, catalogue, Moment(now, catalogue.model.calendar, me))
    return asking.facts(external, holders, speaker)


def members(
    connection: Connection,
    catalogue: Catalogue,
    collection: n.Collection,
    holder: RecordId,
    snapshot: Snapshot,  # noqa: ARG001 - the rows know their holder; in memory it is the snapshot that does
    now: int,
    me: RecordId | None = None,
) -> Sequence[RecordId]:
    """Live records of a collection of one record (where and window applied), in order of creation."""
    asking = Asking(connection, catalogue, Moment(now, catalogue.model.calendar, me))
    table = asking.holder_table(collection)
    rows = asking.writer.related.rows(collection, asking.scope(table))
    asked = rows.select(rows.row.c.id)
    if table is not None:
        joined = table.join(rows.row, and_(*rows.conditions))
        asked = select(rows.row.c.id).select_from(joined).where(table.c.id == holder)
    return list(connection.execute(asked.order_by(rows.row.c.id)).scalars())


class Asking:
    """One moment of one transaction."""

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        moment: Moment,
        moving: dict[str, Callable[[Moment], int]] | None = None,
    ) -> None:
        self.connection = connection
        self.catalogue = catalogue
        self.moment = moment
        dialect = cast("Dialect", connection.dialect.name)
        self.writer = Conditions(Workshop(catalogue.model, catalogue, moment, dialect, moving))

    def scope(self, table: Table | None) -> Scope:
        """The holder as the record that names speak of."""
        around = cast("Any", table)
        return Scope(this=around, row=around, outer=() if table is None else (table,))

    def holder_table(self, collection: n.Collection) -> Table | None:
        """The table of the records that are asked about; None where all of them get the same answer.

        A collection of `me` or of no record has one answer for all, unless its `where` speaks of `this`.
        """
        if collection.hops and collection.root != "me":
            return self.catalogue.table(self._start(collection))
        spoken = (self._spoken(node) for node in walk(collection))
        entity = next((entity for entity in spoken if entity is not None), None)
        return None if entity is None else self.catalogue.table(entity)

    def _start(self, collection: n.Collection) -> str:
        """The entity of the records that a collection belongs to."""
        hop = collection.hops[0]
        owner, field = self.catalogue.model.field(hop.field)
        return owner.id if hop.direction == "forward" else str(field.value_type.entity)

    def _spoken(self, node: n.Node) -> str | None:
        """The entity of `this`, where a node speaks of it."""
        if isinstance(node, n.Collection) and node.root == "this" and node.hops:
            return self._start(node)
        if isinstance(node, n.Path) and node.root == "this":
            return self.catalogue.model.field(node.fields[0])[0].id if node.fields else node.type.entity
        return None

    def facts(
        self, external: External, holders: Mapping[RecordId, Snapshot], speaker: Speaker | None = None
    ) -> dict[RecordId, Fact]:
        """The fact of each holder; `this` inside the external is the speaker, or the holder where there is none."""
        if isinstance(external, n.Path):
            return self.path(external, holders)
        spoken = spoken_of_this(external) if speaker is not None else ()
        if speaker is None or not spoken:
            return self.related(external, holders)
        said = with_this_known(external, {part: self._said(part, speaker) for part in spoken})
        return self.related(said, holders, keep=False)

    def _said(self, part: Spoken, speaker: Speaker) -> Any:
        """What a part that speaks of `this` alone comes to."""
        if not isinstance(part, n.Path) or len(part.fields) > 1:
            return self.facts(part, {speaker.record: speaker.snapshot})[speaker.record].value
        return speaker.snapshot[self.writer.values.key(part.fields[0])] if part.fields else speaker.record

    # ---- paths --------------------------------------------------------------------------------------------------

    def path(self, path: n.Path, holders: Mapping[RecordId, Snapshot]) -> dict[RecordId, Fact]:
        """What the path ends with, from the reference that each snapshot holds."""
        if path.root == "me":
            value = self._values(path.fields, [self.moment.me] if self.moment.me is not None else [])
            return dict.fromkeys(holders, Fact(value.get(self.moment.me)))
        key = self.writer.values.key(path.fields[0])
        starts = {record: cast("RecordId | None", snapshot[key]) for record, snapshot in holders.items()}
        found = self._values(path.fields[1:], {start for start in starts.values() if start is not None})
        return {record: Fact(found.get(start)) for record, start in starts.items()}

    def _values(self, fields: tuple[str, ...], records: Iterable[RecordId]) -> dict[RecordId | None, Any]:
        """The end of a path for each live record at its start."""
        entity, _ = self.catalogue.model.field(fields[0])
        type_ = self.catalogue.model.field(fields[-1])[1].value_type
        table = self.catalogue.table(entity.id)
        if type_.kind in (Kind.CHOICES, Kind.FILES):
            return self._linked(fields, table, records)
        value = self.writer.values.value(n.Path("this", fields, type_), self.scope(table))
        found: dict[RecordId | None, Any] = {}
        for ids in chunks(sorted(cast("Iterable[int]", records))):
            asked = select(table.c.id, value.sql).where(table.c.id.in_(ids), table.c.deleted_at.is_(None))
            found.update((record, self.read(value, result)) for record, result in self.connection.execute(asked))
        return found

    def _linked(self, fields: tuple[str, ...], table: Table, records: Iterable[RecordId]) -> dict[RecordId | None, Any]:
        link = self.catalogue.links[fields[-1]]
        type_ = self.catalogue.model.field(fields[-1])[1].value_type
        holder = self.writer.values.holder(n.Path("this", fields, type_), self.scope(table))
        found: dict[RecordId | None, Any] = {}
        for ids in chunks(sorted(cast("Iterable[int]", records))):
            asked = select(table.c.id, link.c.value).join_from(table, link, link.c.record == holder)
            asked = asked.where(table.c.id.in_(ids), table.c.deleted_at.is_(None)).order_by(link.c.position)
            for record, value in self.connection.execute(asked):
                found[record] = (*found.get(record, ()), value)
        return found

    def read(self, value: SqlValue, result: Any) -> Any:
        """A fetched value as held in memory."""
        if value.kind is Kind.NUMBER:
            return self.writer.workshop.numbers.read(result, value.scale)
        if value.kind is Kind.BOOLEAN and result is not None:
            return bool(result)
        return result

    # ---- related records ----------------------------------------------------------------------------------------

    def related(
        self, external: n.Aggregate | n.Quantified | n.LastAll, holders: Mapping[RecordId, Snapshot], keep: bool = True
    ) -> dict[RecordId, Fact]:
        """Aggregates and quantifiers, in one query per some hundred records; `keep`: it will be asked again."""
        question = self._question(external, holders, keep)
        moving = {name: value(self.moment) for name, value in question.moving.items()}
        if question.of_all:
            read = list(self.connection.execute(question.statement, moving).one())
            return {record: self._fact(question, record, read) for record in holders}
        found = dict.fromkeys(holders, _NOTHING)
        for ids in chunks(sorted(cast("Iterable[int]", holders))):
            for record, *columns in self.connection.execute(question.statement, {**moving, "ids": ids}):
                found[record] = self._fact(question, record, columns)
        return found

    def _question(
        self, external: n.Aggregate | n.Quantified | n.LastAll, holders: Mapping[RecordId, Snapshot], keep: bool
    ) -> Question:
        """The statement of an external: kept where it is the same at every moment, else written anew."""
        table = self.holder_table(external.collection)
        ends = ends_by_rows(self, external, table, holders)
        if ends is not None or not keep or not can_be_kept(self, external):
            ends = ends if ends is not None else ends_by_times(self, external, table)
            return _asked(self._value(external, self.scope(table)), ends, table, {})
        kept = _KEPT.setdefault(self.catalogue, {})
        key = (self.connection.dialect.name, external)
        question = kept.get(key)
        if question is None:
            moving: dict[str, Callable[[Moment], int]] = {}
            writing = Asking(self.connection, self.catalogue, self.moment, moving)
            value = writing._value(external, writing.scope(table))
            question = kept[key] = _asked(value, ends_by_times(writing, external, table), table, moving)
        return question

    def _fact(self, question: Question, record: RecordId, columns: Sequence[Any]) -> Fact:
        result = self.read(question.value, columns[0])
        return Fact(result, question.ends.until(self.moment, record, result, columns[1:]))

    def _value(self, external: n.Aggregate | n.Quantified | n.LastAll, scope: Scope) -> SqlValue:
        if isinstance(external, n.Aggregate):
            return self.writer.values.value(external, scope)
        return SqlValue(self.writer.condition(external, scope), Kind.BOOLEAN)
