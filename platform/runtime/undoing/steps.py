"""One thing to take back: a field, a record that was created, a record that was deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ruleloom.dsl.types import Value
from ruleloom.engine.store import Snapshot
from ruleloom.forms.entity import USER, Entity
from ruleloom.forms.fields.registry import field_types
from ruleloom.messages import LANGUAGES, Language, RuleloomError, text
from ruleloom.storage.logs import change_log, firing_log
from ruleloom.storage.logs.change_log import LoggedChange
from ruleloom.storage.records import shown

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Both = dict[Language, str]
State = Literal["free", "conflict", "impossible"]
_LATER = 200
"""Later changes of one record that are looked at to say who made them."""


@dataclass(frozen=True, slots=True)
class Clash:
    """What happened since: in words, when, and (of a refusal) without an instant."""

    code: str
    words: Both
    at: int | None = None


@dataclass(slots=True)
class FieldBack:
    """One field of a record and the value that it gets back."""

    key: str
    now: Value
    back: Value
    clash: Clash | None = None


@dataclass(slots=True)
class Step:
    """What is done to one record to take a deed back."""

    verb: Literal["restore", "update", "delete"]
    entity: str
    record: int
    title: str | None
    fields: list[FieldBack] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    state: State = "free"
    done: bool = False
    rest: bool = False
    """Whether some fields were left as they are."""

    @property
    def possible(self) -> bool:
        """Whether it was not refused."""
        return self.state != "impossible"

    def values(self, *, clashing: bool) -> dict[str, Value]:
        """The values to write: of the fields that nobody changed since, or of the others."""
        return {each.key: each.back for each in self.fields if (each.clash is not None) is clashing}

    def refuse(self, error: RuleloomError) -> None:
        """It cannot be done at all."""
        self.state = "impossible"
        words = {language: " ".join(each.message(language) for each in error.diagnostics) for language in LANGUAGES}
        self.clashes.append(Clash(error.diagnostics[0].code if error.diagnostics else "", words))


class Since:
    """Who did what to a record after the deed."""

    def __init__(self, uow: UnitOfWork, causes: Collection[int]) -> None:
        self._uow, self._causes = uow, {str(cause) for cause in causes}

    def changes(self, entity: Entity, record: int, after: int) -> Sequence[LoggedChange]:
        """Changes after one of the log, newest first, that neither the deed nor its undoing made."""
        found = change_log.history(self._uow.connection, entity, record, limit=_LATER)
        mine = {*self._causes, str(self._uow.reference)}
        return [each for each in found if each.id > after and str((each.cause or {}).get("id")) not in mine]

    def clash(self, code: str, change: LoggedChange | None, **params: Any) -> Clash:
        """A conflict with a later change."""
        by = self._who(change)
        words = {language: text(code, language, {"by": by[language], **params}) for language in LANGUAGES}
        return Clash(code, words, change.at if change is not None else None)

    def _who(self, change: LoggedChange | None) -> Both:
        """The person or rule behind a change."""
        connection, catalogue = self._uow.connection, self._uow.published.catalogue
        cause = (change.cause or {}) if change is not None else {}
        if cause.get("rule"):
            name = firing_log.rule_names(connection, [str(cause["rule"])]).get(str(cause["rule"]), "")
            return {language: text("by-rule", language, {"name": name}) for language in LANGUAGES}
        if change is not None and change.actor is not None:
            name = str(shown.titles(connection, catalogue, USER, [change.actor]).get(change.actor) or change.actor)
            return dict.fromkeys(LANGUAGES, name)
        return {language: text("by-workspace", language) for language in LANGUAGES}


def fields_back(entity: Entity, now: Snapshot, rows: Sequence[LoggedChange], since: Since) -> list[FieldBack]:
    """The fields of a live record that the deed changed, each with the value to go back to.

    Walked from the newest write of the deed to its oldest: where somebody changed the field in between or since, the
    value found is not the one that was left, which is a conflict.
    """
    keys: dict[str, None] = dict.fromkeys(key for row in rows for key in (*row.before, *row.after))
    made = []
    for key in keys:
        named = entity.by_key.get(key)
        if named is None or named.system or not field_types()[named.type].writable:
            continue
        current, clash = now.get(key), None
        expected = current
        for row in reversed([row for row in rows if key in row.before or key in row.after]):
            if expected != row.after.get(key):
                clash = _overwritten(entity, row, key, since)
            expected = row.before.get(key)
        if expected != current:
            made.append(FieldBack(key, current, expected, clash))
    return made


def _overwritten(entity: Entity, row: LoggedChange, key: str, since: Since) -> Clash:
    later = [each for each in since.changes(entity, row.record, row.id) if key in each.before or key in each.after]
    return since.clash("changed-since", later[0] if later else None)


def by_record(changes: Sequence[LoggedChange]) -> Mapping[tuple[str, int], list[LoggedChange]]:
    """The writes of a deed by record, in order."""
    found: dict[tuple[str, int], list[LoggedChange]] = {}
    for change in changes:
        found.setdefault((change.entity, change.record), []).append(change)
    return found


def was_there(rows: Sequence[LoggedChange]) -> bool:
    """Whether the record lived before the deed."""
    return rows[0].operation not in ("create", "restore")


def left_it(rows: Sequence[LoggedChange]) -> bool:
    """Whether the record lived after the deed."""
    return rows[-1].operation != "delete"
