"""Hop 4: what a write must satisfy before anything is written; *all* that is wrong or missing in one error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from ruleloom.access import Verb
from ruleloom.dsl.types import Kind, RecordId, Value
from ruleloom.engine.store import RecordChange, Snapshot
from ruleloom.forms.entity import Entity, Field
from ruleloom.forms.fields.registry import field_types
from ruleloom.forms.gates import GateError
from ruleloom.forms.validation import ValidationError, kept_values, shown_name
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.storage import files
from ruleloom.storage.conflicts import RecordsGone, StaleVersion
from ruleloom.storage.records.records import RecordUpdate

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

There = Mapping[str, Collection[RecordId]]
"""By entity, which of the records that a write names are live or come with it."""
STAMPED = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "version"})
"""Kept by the system; nobody writes them."""
FIRST_VERSION = Decimal(1)
_EMPTY = "value-missing"


@dataclass(slots=True)
class Wrong:
    """Everything that is wrong with a write, collected while it is worked out."""

    unread: set[str] = dataclass_field(default_factory=set)
    """Keys of fields whose value cannot be taken: what reads them is not judged, it would be judged on a guess."""
    fields: list[Diagnostic] = dataclass_field(default_factory=list)
    missing: list[Diagnostic] = dataclass_field(default_factory=list)
    """What forms and gates ask for."""

    def refuse(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Fields that cannot be taken as they are."""
        for diagnostic in diagnostics:
            self.fields.append(diagnostic)
            self.unread.add(diagnostic.target or "")

    def lack(self, diagnostics: Iterable[Diagnostic]) -> None:
        """What a form or a gate asks for, unless the same was said already."""
        empty = {each.target for each in self.fields if each.code == _EMPTY}
        for each in diagnostics:
            if each not in self.missing and not (each.code == _EMPTY and each.target in empty):
                self.missing.append(each)

    def all(self) -> list[Diagnostic]:
        """Fields first, in the order of the entity where they are only empty."""
        return [*self.fields, *self.missing]

    def refusal(self) -> RuleloomError | None:
        """The error that says all of it; None when nothing is wrong."""
        if self.missing:
            return GateError(*self.all())
        return ValidationError(*self.fields) if self.fields else None


def read(
    uow: UnitOfWork, entity: Entity, given: Mapping[str, Any], verb: Verb
) -> tuple[dict[str, Value], list[Diagnostic]]:
    """JSON values by field key → clean values, and every field that is unknown, not the actor's, or wrongly filled."""
    values, wrong = uow.published.validator(entity).check(given)
    refused = given.keys() - uow.published.writable_by(uow.actor, verb, entity)
    if not refused and not wrong:
        return values, wrong
    wrong += [each for key in given if key in refused and (each := _not_writable(entity, key)) is not None]
    named = {each.target for each in wrong}
    return {key: value for key, value in values.items() if key not in named}, wrong


def _not_writable(entity: Entity, key: str) -> Diagnostic | None:
    """Why nobody, or not the actor, may fill a field; what is no field or kept by the system was told already."""
    field = entity.by_key.get(key)
    if field is None or field.system:
        return None
    code = "field-not-allowed" if field_types()[field.type].writable else "field-not-writable"
    return Diagnostic(code, params={"name": shown_name(field)}, target=key)


def clean(
    uow: UnitOfWork, entity: Entity, values: Mapping[str, Value], wrong: Wrong, *, new: bool, exact: bool = True,
    there: There | None = None,
) -> dict[str, Value]:  # fmt: skip
    """Values of `dsl.types` as their fields keep them: defaults, options, references that exist, required ones there.

    What cannot be kept is noted in `wrong` and left out. `exact`: numbers with more decimals than their field are
    refused, and references to what is not there; rules' computed numbers are rounded half-even, and what they name that
    is gone (`this` after `delete this`) reads as empty. `there`: where it was looked up which records exist.
    """
    found, refused = kept_values(entity, {**_defaults(uow, entity, values), **values} if new else values)
    dangling = list(_dangling(uow, entity, found, there))
    if exact:
        refused[:0] = _too_exact(entity, values)
        refused += [_no_record(entity.by_key[key]) for key in dangling]
    else:
        found.update(dict.fromkeys(dangling))
    refused += _no_files(uow, entity, found)
    if refused:
        wrong.refuse(refused)
    if wrong.unread:
        found = {key: value for key, value in found.items() if key not in wrong.unread}
    wrong.fields += [each for each in _missing(entity, found, new=new) if each.target not in wrong.unread]
    return found


def _too_exact(entity: Entity, values: Mapping[str, Value]) -> Iterator[Diagnostic]:
    for key, value in values.items():
        field = entity.by_key[key]
        if isinstance(value, Decimal) and value != round(value, field.decimals):
            params = {"field": shown_name(field), "value": str(value), "decimals": field.decimals}
            yield Diagnostic("number-decimals", params=params, target=key)


def _defaults(uow: UnitOfWork, entity: Entity, values: Mapping[str, Value]) -> dict[str, Value]:
    raw = {f.key: f.default for f in entity.own if f.default is not None and f.key not in values}
    return uow.published.validator(entity).check(raw)[0] if raw else {}


def _missing(entity: Entity, values: Mapping[str, Value], *, new: bool) -> Iterator[Diagnostic]:
    for field in entity.own:
        if field.required and (new or field.key in values) and values.get(field.key) is None:
            yield Diagnostic(_EMPTY, params={"field": shown_name(field)}, target=field.key)


def _dangling(uow: UnitOfWork, entity: Entity, values: Mapping[str, Value], there: There | None) -> Iterator[str]:
    """Fields that name records which do not exist."""
    for key, value in values.items():
        field = entity.by_key[key]
        if value is None or field.system or field.value_type.kind is not Kind.RECORD or field.to is None:
            continue
        known = uow.records.live(field.to, [cast("int", value)]) if there is None else there.get(field.to, ())
        if value not in known:
            yield key


def _no_record(field: Field) -> Diagnostic:
    return Diagnostic("value-no-record", params={"field": shown_name(field)}, target=field.key)


def _no_files(uow: UnitOfWork, entity: Entity, values: Mapping[str, Value]) -> Iterator[Diagnostic]:
    for key, value in values.items():
        field = entity.by_key[key]
        if value is None or field.system or field.value_type.kind is not Kind.FILES:
            continue
        wanted = {int(each) for each in cast("tuple[str, ...]", value)}
        if wanted - files.known(uow.connection, wanted):
            yield Diagnostic("value-no-file", params={"field": shown_name(field)}, target=key)


def require_present(
    found: Mapping[RecordId, Snapshot], wanted: Collection[RecordId], expected: Mapping[RecordId, int]
) -> None:
    """The records live, and are at the versions that their writer has seen."""
    gone = [cast("int", record) for record in wanted if record not in found]
    if gone:
        raise RecordsGone.naming(gone)
    stale = [r for r in wanted if r in expected and found[r]["version"] != expected[r]]
    if stale:
        raise StaleVersion.naming(cast("list[int]", stale))


def update_of(change: RecordChange) -> RecordUpdate:
    """The values that a change leads to, for the record as it was when the write was worked out."""
    before, after = cast("Snapshot", change.before), cast("Snapshot", change.after)
    values = {key: after[key] for key in after if after[key] != before[key] and key not in STAMPED}
    return RecordUpdate(cast("int", change.record), values, int(cast("Any", before["version"])))
