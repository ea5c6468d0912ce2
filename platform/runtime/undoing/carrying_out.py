"""Undoing within one transaction: brought back first, then fields set back, then what was created deleted.

Each record is one write down the road of one change, as the person who undoes, with cause `{kind: undo, id}`. What is
refused there (a right, a gate, a rule that blocks, a unique value) is told and leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from ruleloom import access
from ruleloom.access import Verb
from ruleloom.dsl.types import Value
from ruleloom.engine.intents import DeleteRecord, UpdateRecords
from ruleloom.engine.store import Memory
from ruleloom.messages import RuleloomError
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.undoing.deed import FIRING, Deed, undone_before
from ruleloom.runtime.undoing.steps import Clash, Since, Step, by_record, fields_back, left_it, was_there
from ruleloom.runtime.writing.effect_rows import title_of
from ruleloom.runtime.writing.restoring import RestoreRecord
from ruleloom.storage.logs import change_log
from ruleloom.storage.logs.change_log import LoggedChange
from ruleloom.storage.records.deletion import holders_of

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

REHEARSE, LEAVE, OVERWRITE = "rehearse", "leave", "overwrite"
"""What happens to conflicts: only tried, left as they are, or undone all the same."""


class _OnlyTriedError(Exception):
    """Ends a write that was only tried."""


class Undoing:
    """One undoing of a deed."""

    def __init__(self, uow: UnitOfWork, deed: Deed, conflicts: str) -> None:
        self._uow, self._deed, self._conflicts = uow, deed, conflicts
        self._since = Since(uow, deed.causes | undone_before(uow.connection, deed))
        model = uow.published.model
        self._entities = {entity.id: entity for entity in model.entities if entity.id in uow.published.catalogue.tables}
        self._rows = by_record(change_log.of_causes(uow.connection, self._entities, deed.causes))
        sight = Sight(uow.connection, uow.published, uow.now, uow.actor)
        self._hidden = {place for place in self._rows if not sight.one(*place)}
        self.steps: list[Step] = []

    def carry_out(self) -> list[Step]:
        """Takes back what can be; what was to be done, with what became of it."""
        self._quieten()
        for entity, record in self._hidden:
            self._leave_out(entity, record)
        seen = {place: rows for place, rows in self._rows.items() if place not in self._hidden}
        for (entity, record), rows in seen.items():
            if was_there(rows) and not left_it(rows) and not self._lives(entity, record):
                self._restore(entity, record, rows)
        for (entity, record), rows in reversed(list(seen.items())):
            if was_there(rows):
                self._set_back(entity, record, rows)
        for (entity, record), rows in reversed(list(seen.items())):
            if not was_there(rows) and left_it(rows) and self._lives(entity, record):
                self._delete(entity, record, rows)
        return self.steps

    def _quieten(self) -> None:
        """The undone rules do not answer their own undoing, and have nothing to end any more."""
        self._uow.desk.muted |= {(row.rule, row.record) for row in self._deed.firings}
        undone = self._deed.kind == FIRING
        changed: list[Memory] = []
        for row in self._deed.firings:
            if row.edge == "on":
                found = self._uow.desk.memories(row.entity, [row.record], [row.rule])
                changed += [memory for memory in found.values() if memory.holds and memory.firing_counts is undone]
        for memory in changed:
            memory.firing_counts = not undone
        self._uow.desk.remember(changed)

    def _lives(self, entity: str, record: int) -> bool:
        return bool(self._uow.records.live(entity, [record]))

    def _step(self, verb: Any, entity: str, record: int, state: Any) -> Step:
        title = title_of(self._entities[entity], state) if state else None
        step = Step(verb, entity, record, title)
        self.steps.append(step)
        return step

    # ---- the three kinds

    def _leave_out(self, entity: str, record: int) -> None:
        """A record that this person cannot open stays as it is; nothing of it is told."""
        step = Step("update", entity, record, None, state="impossible")
        step.clashes.append(self._since.clash("out-of-sight-undo", None))
        self.steps.append(step)

    def _restore(self, entity: str, record: int, rows: Sequence[LoggedChange]) -> None:
        step = self._step("restore", entity, record, {"id": record, **rows[-1].before})
        if not self._uow.records.read_deleted(entity, [record]):
            step.state = "impossible"
            step.clashes.append(self._since.clash("gone-since", None))
            return
        self._try(step, Verb.RESTORE, cast("Any", RestoreRecord(entity, record)))

    def _set_back(self, entity: str, record: int, rows: Sequence[LoggedChange]) -> None:
        updates = [row for row in rows if row.operation == "update"]
        if not updates:
            return
        now = self._uow.records.read(entity, [record], lock=True).get(record)
        if now is None:
            if left_it(rows):
                step = self._step("update", entity, record, {"id": record})
                step.state = "impossible"
                later = self._since.changes(self._entities[entity], record, rows[-1].id)
                step.clashes.append(self._since.clash("deleted-since", later[0] if later else None))
            return
        fields = fields_back(self._entities[entity], now, updates, self._since)
        if not fields:
            return
        step = self._step("update", entity, record, now)
        step.fields = fields
        step.state = "conflict" if any(each.clash for each in fields) else "free"
        free, clashing = step.values(clashing=False), step.values(clashing=True)
        if self._conflicts == OVERWRITE:
            free, clashing = {**free, **clashing}, {}
        if free:
            self._try(step, Verb.UPDATE, UpdateRecords(entity, {record: free}), free)
        step.rest = bool(clashing)
        if clashing and self._conflicts == REHEARSE and step.possible:
            self._try(step, Verb.UPDATE, UpdateRecords(entity, {record: clashing}), clashing, only=True)

    def _delete(self, entity: str, record: int, rows: Sequence[LoggedChange]) -> None:
        now = self._uow.records.read(entity, [record], lock=True)[record]
        step = self._step("delete", entity, record, now)
        step.clashes = [*self._edited(entity, record, rows), *self._referenced(entity, record)]
        step.state = "conflict" if step.clashes else "free"
        if step.state == "free" or self._conflicts != LEAVE:
            only = step.state == "conflict" and self._conflicts == REHEARSE
            self._try(step, Verb.DELETE, DeleteRecord(entity, record), only=only)

    def _edited(self, entity: str, record: int, rows: Sequence[LoggedChange]) -> list[Clash]:
        later = self._since.changes(self._entities[entity], record, rows[0].id)
        return [self._since.clash("edited-since", later[0])] if later else []

    def _referenced(self, entity: str, record: int) -> list[Clash]:
        found = holders_of(self._uow.records, entity, record)
        clashes = []
        for holder, ids in found.items():
            name = self._entities[holder]
            labels = {"en": name.labels.get("en") or name.name, "zh": name.labels.get("zh") or name.name}
            clashes.append(self._since.clash("referenced-since", None, entity=labels, number=len(ids)))
        return clashes

    # ---- one write

    def _try(
        self, step: Step, verb: Verb, write: Any, values: dict[str, Value] | None = None, *, only: bool = False
    ) -> None:
        uow = self._uow
        try:
            with uow.desk.savepoint():
                access.require(uow.actor, verb, step.entity)
                for key in values or ():
                    access.require(uow.actor, verb, step.entity, key)
                uow.change(write)
                if only:
                    raise _OnlyTriedError
        except _OnlyTriedError:
            return
        except RuleloomError as error:
            step.refuse(error)
            return
        step.done = True
