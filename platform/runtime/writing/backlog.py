"""What is put off, in SQL: evaluations of writes that concern very many records (`pipeline/putting_off.py`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from ruleloom.dsl.types import RecordId
from ruleloom.engine.evaluate import event_of
from ruleloom.engine.store import RecordChange
from ruleloom.runtime.pipeline.ports import Affected, Cause, Firing, PutOff, Run
from ruleloom.runtime.writing import effect_rows
from ruleloom.storage.logs import change_log, firing_log, put_off
from ruleloom.storage.logs.put_off import PutOffRow, PutOffRun
from ruleloom.storage.schema.columns import dump_json

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


class SqlBacklog:
    """Over one open transaction; see `pipeline.ports.Backlog` for what each method promises."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self.limit = uow.workspace.fan_out
        self.opened = False
        self._place: int | None = None

    def earliest(self) -> int | None:
        """The instant of the first one that waits."""
        return put_off.earliest(self._uow.connection)

    def add(self, at: int, cause: Cause, affected: Mapping[str, Affected]) -> PutOff:
        """Puts an evaluation off."""
        rules = {entity: sorted(each.rules) for entity, each in affected.items()}
        records = {entity: cast("set[int]", each.records) for entity, each in affected.items()}
        number, actor = self._uow.workspace.ids.next(), cast("int | None", cause.actor)
        row = PutOffRow(number, at, actor, cause.origin, rules, sum(map(len, records.values())))
        put_off.add(self._uow.connection, row, records)
        self.opened = self._uow.wrote = True
        return PutOff(number, at, cause, rules)

    def first(self) -> PutOff | None:
        """The first one, locked until this transaction ends."""
        row = put_off.first(self._uow.connection)
        return PutOff(row.id, row.at, Cause(row.actor, origin=row.origin), row.rules) if row is not None else None

    def records(self, of: PutOff, limit: int) -> Mapping[str, Sequence[RecordId]]:
        """Records that are still to be judged, by entity."""
        return cast("Mapping[str, Sequence[RecordId]]", put_off.records(self._uow.connection, _id(of), limit))

    def judged(self, of: PutOff, records: Collection[RecordId]) -> None:
        """These are judged now."""
        put_off.judged(self._uow.connection, _id(of), cast("Collection[int]", records))

    def close(self, of: PutOff) -> None:
        """Nothing of it is left."""
        put_off.close(self._uow.connection, _id(of))

    # ---- runs that wait for their turn

    def queue(self, of: PutOff, run: Run, stage: int | None) -> None:
        """A run waits for its turn; without a stage behind all others."""
        firing, place = run.firing, self._next_place(of) if stage is None else stage
        event, before = _told(firing.change)
        row = PutOffRun(
            self._uow.workspace.ids.next(), _id(of), place, -firing.priority, firing.rule_name,
            cast("int", firing.record), cast("int", firing.id), run.version, run.branch, run.position, event, before,
        )  # fmt: skip
        put_off.queue(self._uow.connection, row)

    def _next_place(self, of: PutOff) -> int:
        """Asked once in a transaction, before the first run of a chunk is carried out."""
        if self._place is None:
            self._place = put_off.last_place(self._uow.connection, _id(of))
        self._place += 1
        return self._place

    def take(self, of: PutOff, limit: int) -> Sequence[Run]:
        """The next runs, taken out of the queue."""
        connection = self._uow.connection
        self._place = put_off.last_place(connection, _id(of))
        rows = put_off.take_runs(connection, _id(of), limit)
        wanted = firing_log.FiringFilter(ids={row.firing for row in rows})
        found = {each.id: each for each in firing_log.page(connection, wanted, limit)} if rows else {}
        return [self._run(row, found[row.firing]) for row in rows]

    def _run(self, row: PutOffRun, found: firing_log.FiringRow) -> Run:
        effect_rows.keep_version(self._uow, found, row.version)
        if row.position:
            self._uow.desk.go_on(found.id)
        firing = Firing(
            found.rule, row.rule_name, -row.priority, found.entity, found.record, cast("Any", found.edge), found.at,
            found.depth, self._change(row, found), _cause(found), id=found.id,
        )  # fmt: skip
        return Run(firing, row.version, row.branch, row.position)

    def _change(self, row: PutOffRun, found: firing_log.FiringRow) -> RecordChange | None:
        """The change that a firing answers: what it was before; what it is after stands in the record."""
        if row.event is None:
            return None
        before = None
        if row.before is not None:
            entity = self._uow.published.model.entity(found.entity)
            before = {**change_log.decode(row.before, entity), "id": found.record}
        return RecordChange(found.entity, found.record, before, None if row.event == "deleted" else {})


def _id(of: PutOff) -> int:
    return cast("int", of.id)


def _told(change: RecordChange | None) -> tuple[str | None, str | None]:
    if change is None:
        return None, None
    return event_of(change), dump_json(change.before) if change.before is not None else None


def _cause(found: firing_log.FiringRow) -> Cause:
    """Who wrote what a firing answers; of a rule's own writes nobody did."""
    cause = found.cause or {}
    user = cause.get("user")
    return Cause(int(user) if user is not None else None, depth=found.depth - 1, origin=str(cause.get("kind", "time")))
