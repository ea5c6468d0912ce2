"""Gates of pipelines and conditions of forms, at the one door of writes: the same words whichever way a write comes.

What they say is decided in `forms.gates` and `forms.layout`. Gates that read only the record itself are asked
before the write, those that read other records on the state as written (`related`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from ruleloom.dsl.moment import Moment
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms import gates
from ruleloom.forms.conditions import WrittenCondition
from ruleloom.forms.entity import Entity
from ruleloom.forms.layout import Form, FormField, field_states
from ruleloom.forms.pipeline import Gate, Pipeline
from ruleloom.forms.validation import shown_name
from ruleloom.messages import Diagnostic
from ruleloom.runtime.pipeline.ports import Cause
from ruleloom.runtime.rules.content import logic_of_tree

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

MOVED_IN = frozenset({"import", "sync", "install"})
"""Origins whose new records may begin in any stage: they were moved there elsewhere."""


def missing(
    uow: UnitOfWork, changes: Sequence[RecordChange], cause: Cause, at: int, unread: Collection[str] = (), *,
    related: bool,
) -> Iterator[Diagnostic]:  # fmt: skip
    """Everything that pipelines and forms miss for these changes; what reads an `unread` field is not judged."""
    for change in changes:
        entity = uow.published.model.entity(change.entity)
        if change.after is not None and uow.published.drawings(entity):
            yield from _Judge(uow, entity, change, change.after, cause, at, related, unread).missing()


class _Judge:
    """One changed record."""

    def __init__(
        self, uow: UnitOfWork, entity: Entity, change: RecordChange, after: Snapshot, cause: Cause, at: int,
        related: bool, unread: Collection[str],
    ) -> None:  # fmt: skip
        self._uow, self._entity, self._change, self._after, self._related = uow, entity, change, after, related
        self._moment = Moment(at, uow.published.model.calendar, cause.actor)
        self._unread = unread
        self._unread_ids = {self._entity.by_key[key].id for key in unread if key in self._entity.by_key}
        self._moved_in = change.before is None and cause.origin in MOVED_IN

    def missing(self) -> Iterator[Diagnostic]:
        """Everything that pipelines and forms miss."""
        for drawing in self._uow.published.drawings(self._entity):
            if isinstance(drawing, Pipeline) and not self._moved_in:
                yield from self._refused_move(drawing)
            elif isinstance(drawing, Form) and not self._related:
                yield from self._incomplete(drawing)

    def _refused_move(self, pipeline: Pipeline) -> list[Diagnostic]:
        key = pipeline.stage_field
        before = self._change.before or {}
        was, now = (None if state.get(key) is None else str(state[key]) for state in (before, self._after))
        if was == now or key in self._unread:
            return []
        return gates.missing(pipeline, self._entity.by_key[key], was, now, self._is_open)

    def _is_open(self, gate: Gate) -> bool:
        """Gates that are decided at the other time, or cannot be decided, count as open now."""
        logic = logic_of_tree(gate.condition.tree, self._uow.published.model)
        if logic.reads.record_local == self._related or logic.reads.fields & self._unread_ids:
            return True
        return self._holds(gate.condition, self._after)

    def _incomplete(self, form: Form) -> Iterator[Diagnostic]:
        """Fields that a form asks for through this write: old gaps stop nobody's other work."""
        states = field_states(form, lambda condition: self._holds(condition, self._after))
        for place in form.fields():
            if place.field in self._unread or self._after.get(place.field) is not None:
                continue
            if states[place.field].required and self._is_new(place):
                field = self._entity.by_key[place.field]
                yield Diagnostic("value-missing", params={"field": shown_name(field)}, target=field.key)

    def _is_new(self, place: FormField) -> bool:
        before = self._change.before
        if before is None or before.get(place.field) is not None or place.required_when is None:
            return True
        return not self._holds(place.required_when, before)

    def _holds(self, condition: WrittenCondition, state: Snapshot) -> bool:
        logic = logic_of_tree(condition.tree, self._uow.published.model)
        if logic.reads.fields & self._unread_ids:
            return False
        verdict = logic.judge({self._change.record: state}, self._uow.desk, self._moment, {}).get(self._change.record)
        return verdict is not None and verdict.holds
