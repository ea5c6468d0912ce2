"""Until when a fact of related records stands if nobody writes: from the times of the rows, read in the same query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, Table, func, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import held_of, is_timed, walk
from ruleloom.dsl.spoken import spoken_of_this
from ruleloom.dsl.types import Kind, RecordId
from ruleloom.engine.evaluate import Logic, Situation
from ruleloom.engine.flow import earliest
from ruleloom.engine.store import External, Fact, Snapshot, Speaker
from ruleloom.storage.chunks import chunks
from ruleloom.storage.records.records import Records

if TYPE_CHECKING:
    from ruleloom.storage.facts.loading import Asking
    from ruleloom.storage.sql.related import Rows

Related = n.Aggregate | n.Quantified | n.LastAll
End = Callable[[Moment, Any, Any], int | None]
"""(the moment, the fact's value, the column's value) → an instant after now, or None."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Columns to be read beside the value, what each of them says, and what was found out before."""

    columns: tuple[ColumnElement[Any], ...]
    ends: tuple[End, ...]
    known: Mapping[RecordId, int | None]

    def until(self, moment: Moment, record: RecordId, value: Any, read: Sequence[Any]) -> int | None:
        """The first instant after now at which the fact of a record may be another one."""
        found = (end(moment, value, column) for end, column in zip(self.ends, read, strict=True))
        return earliest(self.known.get(record), *found)


def can_be_kept(asking: Asking, external: Related) -> bool:
    """Whether the statement of an external is the same at every moment but for parameters, whoever acts."""
    maker = _EndMaker(asking, external, None)
    return not maker.moves_inside and not any(_speaks_of_me(part) for part in walk(external))


def _speaks_of_me(node: n.Node) -> bool:
    return isinstance(node, n.Me) or getattr(node, "root", None) == "me"


def ends_by_times(asking: Asking, external: Related, table: Table | None) -> Ends:
    """How to know until when the facts of an external stand, where the times of the rows tell."""
    return _EndMaker(asking, external, table).by_times()


def ends_by_rows(
    asking: Asking, external: Related, table: Table | None, holders: Mapping[RecordId, Snapshot]
) -> Ends | None:
    """The same where every row has to be looked at; None where that is not needed."""
    maker = _EndMaker(asking, external, table)
    return Ends((), (), maker.by_rows(holders)) if maker.moves_inside else None


class _EndMaker:
    def __init__(self, asking: Asking, external: Related, table: Table | None) -> None:
        self.asking = asking
        self.external = external
        self.table = table
        self.collection = external.collection
        self.window = self.collection.window
        self.calendar = asking.moment.calendar
        entity = asking.catalogue.model.entity(self.collection.entity)
        self.kind = entity.time_field.value_type.kind
        self.looks_back = isinstance(external, n.LastAll) or (
            isinstance(external, n.Aggregate) and external.function in ("latest", "earliest")
        )
        self.inner = [part for part in (self.collection.where, _condition_of(external)) if part is not None]

    @property
    def moves_inside(self) -> bool:
        """Whether the rows have to be looked at: time changes what is asked of them, or the window is uneven."""
        uneven = isinstance(self.window, n.Rolling) and self.kind is not Kind.DATE
        if uneven and isinstance(self.window, n.Rolling) and not shifts.is_fixed(self.window.duration):
            return True
        return any(is_timed(part) or held_of(part) for part in self.inner)

    # ---- even windows: the first or last time in the window says it all ------------------------------------------

    def by_times(self) -> Ends:
        """One or two more columns."""
        pairs: list[tuple[ColumnElement[Any], End]] = []
        if isinstance(self.window, n.Rolling):
            pairs += self._rolling(self.window)
        elif isinstance(self.window, n.Calendrical):
            pairs.append(self._calendrical(self.window))
        if self.looks_back and not (isinstance(self.window, n.Rolling) and self.window.side == "last"):
            pairs.append((self._time(func.min, after=True), lambda _moment, _value, time: self._instant(time)))
        return Ends(tuple(column for column, _ in pairs), tuple(end for _, end in pairs), {})

    @property
    def _now(self) -> ColumnElement[Any]:
        of_date = self.kind is Kind.DATE
        return self.asking.writer.workshop.at_moment(self.kind, lambda m: m.today if of_date else m.now)

    def _rows(self, windowed: bool) -> Rows:
        return self.asking.writer.related.rows(self.collection, self.asking.scope(self.table), windowed)

    def _time(self, pick: Callable[..., Any], after: bool = False) -> ColumnElement[Any]:
        """The first or last time of the rows in the window, or of all rows after now."""
        rows = self._rows(windowed=not after)
        asked = rows.select(pick(rows.time.sql))
        return (asked.where(rows.time.sql > self._now) if after else asked).scalar_subquery()

    def _instant(self, time: int | None) -> int | None:
        if time is None:
            return None
        return self.calendar.midnight(time) if self.kind is Kind.DATE else time

    def _moved(self, time: int, sign: int) -> int:
        assert isinstance(self.window, n.Rolling)  # noqa: S101 - asked for such windows only
        move = shifts.shift_day if self.kind is Kind.DATE else shifts.shift_instant
        return move(self.calendar, time, self.window.duration, sign)

    def _rolling(self, window: n.Rolling) -> list[tuple[ColumnElement[Any], End]]:
        """`last`: rows leave at T + D and come at T; `next`: they leave at T and come at T - D."""
        quantity = self.external.quantity if isinstance(self.external, n.Quantified) else None
        # while any is there, only the last one to leave can end it
        leaving = self._time(func.max if quantity in ("any", "no") else func.min)

        def left(_moment: Moment, _value: Any, time: int | None) -> int | None:
            if time is None:
                return None
            return self._instant(self._moved(time, 1) if window.side == "last" else time)

        return [(leaving, left), (self._coming(window), self._come(window))]

    def _coming(self, window: n.Rolling) -> ColumnElement[Any]:
        """The first time of the rows that are still to come into the window."""
        if window.side == "last":
            return self._time(func.min, after=True)
        rows = self._rows(windowed=False)
        inside = self.asking.writer.workshop.in_window(rows.time, window)
        return rows.select(func.min(rows.time.sql)).where(rows.time.sql > self._now, ~inside).scalar_subquery()

    def _come(self, window: n.Rolling) -> End:
        def came(_moment: Moment, value: Any, time: int | None) -> int | None:
            quantity = self.external.quantity if isinstance(self.external, n.Quantified) else None
            settled = (quantity == "any" and value is True) or (quantity == "no" and not value)
            if time is None or settled:
                return None
            return self._instant(time if window.side == "last" else self._moved(time, -1))

        return came

    def _calendrical(self, window: n.Calendrical) -> tuple[ColumnElement[Any], End]:
        """Nothing changes before the present period ends, and then only where rows lie in it, before or after."""
        kind, present = self.kind, n.Calendrical("this", window.unit)
        low = self.asking.writer.workshop.at_moment(kind, lambda moment: moment.period(window, kind)[0])
        rows = self._rows(windowed=False)
        later = rows.select(rows.row.c.id).where(rows.time.sql >= low).exists()
        return later, lambda moment, _value, there: moment.period(present, Kind.DATETIME)[1] if there else None

    # ---- conditions that move: row by row, with the engine's own clocks -------------------------------------------

    def by_rows(self, holders: Mapping[RecordId, Snapshot]) -> dict[RecordId, int | None]:
        """The first end among the rows of each holder."""
        rows_of = self._row_ids(holders)
        every = sorted({row for rows in rows_of.values() for row in cast("list[int]", rows)})
        snapshots = Records(self.asking.connection, self.asking.catalogue).read(self.collection.entity, every)
        key = self.asking.catalogue.model.entity(self.collection.entity).time_field.key
        clocks = [_RowClock(self.asking, part, snapshots, holders) for part in self.inner]
        found: dict[RecordId, int | None] = {}
        for holder, rows in rows_of.items():
            ends: list[int | None] = []
            for row in rows:
                ends += [self._row_end(cast("int | None", snapshots[row][key])), *(c.end(row, holder) for c in clocks)]
            found[holder] = earliest(*ends)
        return found

    def _row_ids(self, holders: Mapping[RecordId, Snapshot]) -> dict[RecordId, list[RecordId]]:
        bare = n.Collection(self.collection.root, self.collection.hops, self.collection.entity)
        rows = self.asking.writer.related.rows(bare, self.asking.scope(self.table))
        connection = self.asking.connection
        if self.table is None:
            ids = list(connection.execute(rows.select(rows.row.c.id)).scalars())
            return dict.fromkeys(holders, ids)
        found: dict[RecordId, list[RecordId]] = {holder: [] for holder in holders}
        for part in chunks(sorted(cast("Sequence[int]", list(holders)))):
            asked = select(self.table.c.id, rows.row.c.id).select_from(self.table).join(rows.row, _all(rows))
            for holder, row in connection.execute(asked.where(self.table.c.id.in_(part))):
                found[holder].append(row)
        return found

    def _row_end(self, time: int | None) -> int | None:
        """When the row comes into the window or leaves it, or becomes past."""
        if time is None:
            return None
        now, ends = self.asking.moment.now, [self._instant(time)] if self.looks_back else []
        if isinstance(self.window, n.Rolling):
            sign = 1 if self.window.side == "last" else -1
            ends += [self._instant(time), self._instant(self._moved(time, sign))]
        elif self.window is not None:
            ends.append(self.asking.moment.period(n.Calendrical("this", self.window.unit), Kind.DATETIME)[1])
        return earliest(*(end for end in ends if end is not None and end > now))


def _all(rows: Rows) -> ColumnElement[bool]:
    first, *others = rows.conditions
    for condition in others:
        first = first & condition
    return first


def _condition_of(external: Related) -> n.Condition | None:
    return external.condition if isinstance(external, n.LastAll) else None


class _RowClock:
    """A condition about rows, with its facts gathered for all of them at once."""

    def __init__(
        self,
        asking: Asking,
        condition: n.Condition,
        rows: Mapping[RecordId, Snapshot],
        holders: Mapping[RecordId, Snapshot],
    ) -> None:
        self._asking = asking
        self._logic = Logic(condition, asking.catalogue.model, "row")
        self._rows = rows
        self._holders = holders
        self._facts = [self._facts_of(external) for external in self._logic.reads.externals]

    def _facts_of(self, external: External) -> Callable[[RecordId, RecordId], Fact]:
        """(a row, its holder) → the fact. What speaks of both is asked for anew with each holder."""
        asking, rows, holders = self._asking, self._rows, self._holders
        if (external.root if isinstance(external, n.Path) else external.collection.root) != "row":
            of_holders = asking.facts(external, holders)
            return lambda _row, holder: of_holders[holder]
        if not spoken_of_this(external):
            of_rows = asking.facts(external, rows)
            return lambda row, _holder: of_rows[row]
        of_both = {holder: asking.facts(external, rows, Speaker(holder, state)) for holder, state in holders.items()}
        return lambda row, holder: of_both[holder][row]

    def end(self, row: RecordId, holder: RecordId) -> int | None:
        """When time alone may change what the condition says of the row."""
        s = Situation(self._rows[row], self._asking.moment, outer=self._holders[holder])
        for fact_of in self._facts:
            fact = fact_of(row, holder)
            s.facts.append(fact.value)
            s.untils.append(fact.until)
        return self._logic.verdict(s, {}).deadline
