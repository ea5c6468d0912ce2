"""Gates of pipelines and conditions of forms, at the one door of writes: the same words whichever way a write comes.

A gate of a stage says what must be true to leave it forwards. Those that read only the record itself are decided before
the write, those that read other records on the state as written (`related`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.moment import Moment
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms.entity import Entity
from ruleloom.forms.validation import shown_name
from ruleloom.messages import LANGUAGES, Diagnostic, RuleloomError
from ruleloom.runtime.pipeline.ports import Cause
from ruleloom.runtime.rule_content import compiled

if TYPE_CHECKING:
    from ruleloom.runtime.unit_of_work import UnitOfWork

Content = Mapping[str, Any]
MOVED_IN = frozenset({"import", "sync", "install"})
"""Origins whose new records may begin in any stage: they were moved there elsewhere."""


class GateError(RuleloomError):
    """A move that a gate refuses, or a form that is not complete; one diagnostic for every missing item."""

    code = "gate-refused"


def require(uow: UnitOfWork, changes: Sequence[RecordChange], cause: Cause, at: int, *, related: bool) -> None:
    """Raises `GateError` with everything that is missing for these changes."""
    missing: list[Diagnostic] = []
    for change in changes:
        if change.after is not None and _own_fields_changed(uow, change):
            missing += _Judge(uow, change, cause, at, related).missing()
    if missing:
        raise GateError(*missing)


def _own_fields_changed(uow: UnitOfWork, change: RecordChange) -> bool:
    published = uow.published
    return bool(published.of_entity("pipeline", change.entity) or published.of_entity("form", change.entity))


class _Judge:
    """One changed record."""

    def __init__(self, uow: UnitOfWork, change: RecordChange, cause: Cause, at: int, related: bool) -> None:
        self.uow, self.change, self.cause, self.related = uow, change, cause, related
        self.model = uow.published.model
        self.entity: Entity = self.model.entity(change.entity)
        self.moment = Moment(at, self.model.calendar, cause.actor)

    def missing(self) -> Iterator[Diagnostic]:
        """Everything that pipelines and forms miss."""
        for pipeline in self.uow.published.of_entity("pipeline", self.entity.id):
            yield from self._refused_move(pipeline.content or {})
        for form in self.uow.published.of_entity("form", self.entity.id):
            yield from self._incomplete(form.content or {})

    # ---- pipelines

    def _refused_move(self, content: Content) -> Iterator[Diagnostic]:
        key = content["stage_field"]
        was, now = (state.get(key) if state else None for state in (self.change.before, self.change.after))
        stages = [stage["value"] for stage in content["stages"]]
        if was == now or now not in stages:
            return
        start, end = stages.index(was) if was in stages else 0, stages.index(now)
        created = self.change.before is None
        if created and self.cause.origin in MOVED_IN:
            return
        if not self.related and not created:
            yield from self._wrong_step(content, key, stages, start, end)
        for stage in content["stages"][start:end]:
            yield from self._closed_gates(stage)

    def _wrong_step(self, content: Content, key: str, stages: list[str], start: int, end: int) -> Iterator[Diagnostic]:
        if end > start + 1 and not content.get("allow_skip", False):
            skipped = [self._label(key, value) for value in stages[start + 1 : end]]
            params = {"stages": skipped, "to": self._label(key, stages[end])}
            yield Diagnostic("stage-skipped", params=params, target=key)
        if end < start and not content.get("allow_return", True):
            params = {"from": self._label(key, stages[start]), "to": self._label(key, stages[end])}
            yield Diagnostic("stage-returned", params=params, target=key)

    def _closed_gates(self, stage: Content) -> Iterator[Diagnostic]:
        for gate in stage.get("gates", ()):
            logic = compiled(gate["condition"], self.model, self.entity.id)
            if self._is_mine(logic) and not self._holds(logic):
                fields = gate.get("fields") or [None]
                yield Diagnostic("gate-closed", params={"message": _both(gate["message"])}, target=fields[0])

    def _label(self, key: str, value: str) -> Mapping[str, str]:
        option = next((o for o in self.entity.by_key[key].options if o.value == value), None)
        labels: Mapping[Any, str] = option.labels if option else {}
        return {language: labels.get(language) or value for language in LANGUAGES}

    # ---- forms

    def _incomplete(self, content: Content) -> Iterator[Diagnostic]:
        for section in content.get("sections", ()):
            for place in section["fields"]:
                required = place.get("required_when")
                after = self.change.after or {}
                if required is None or after.get(place["field"]) is not None:
                    continue
                if self._asked_for(required, place["field"]) and self._visible(place):
                    field = self.entity.by_key[place["field"]]
                    yield Diagnostic("value-missing", params={"field": shown_name(field)}, target=field.key)

    def _asked_for(self, required: Content, key: str) -> bool:
        """The condition holds, and this write made it so or emptied the field: old gaps stop nobody's other work."""
        logic = compiled(required, self.model, self.entity.id)
        if not self._is_mine(logic) or not self._holds(logic):
            return False
        before = self.change.before
        return before is None or before.get(key) is not None or not self._holds(logic, before)

    def _visible(self, place: Content) -> bool:
        visible = place.get("visible_when")
        return visible is None or self._holds(compiled(visible, self.model, self.entity.id))

    # ---- conditions

    def _is_mine(self, logic: Logic) -> bool:
        """Whether it is decided now: record-local before the write, the others after."""
        return bool(logic.reads.externals) == self.related

    def _holds(self, logic: Logic, state: Snapshot | None = None) -> bool:
        snapshot = self.change.after if state is None else state
        judged = logic.judge({self.change.record: snapshot or {}}, self.uow.desk, self.moment, {})
        verdict = judged.get(self.change.record)
        return verdict is not None and verdict.holds


def _both(message: Mapping[str, Any]) -> dict[str, str]:
    fallback = next((text for text in message.values() if text), "")
    return {language: message.get(language) or fallback for language in LANGUAGES}
