"""Drafts of entities → a `Model`: built-in entities, references, collections, time and title fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ruleloom.dsl.types import Kind
from ruleloom.forms.builtin import builtin_drafts
from ruleloom.forms.entity import CollectionOf, Entity, Field, Model, system_fields
from ruleloom.forms.entity_file import EntityDraft, merge_builtin
from ruleloom.forms.field_file import resolved_type
from ruleloom.forms.formulas import FORMULA, read_formulas
from ruleloom.forms.names import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ruleloom.dsl.calendar import Calendar
    from ruleloom.forms.findings import Findings


def build_model(
    drafts: Sequence[EntityDraft], calendar: Calendar, findings: Findings, *, formulas: bool = True
) -> Model:
    """The model of all drafts together with the built-in entities; everything wrong is noted in `findings`.

    Without `formulas` the expressions of worked-out fields stay unread: the model knows names and types only.
    """
    own = _unique(drafts, findings)
    merged = _with_builtins(own)
    _check_names(merged, built_in=set(merged) - set(own), findings=findings)
    linked = [_link(draft, merged, findings) for draft in merged.values()]
    built_in = {draft.id for draft in merged.values() if draft.id not in own}
    entities = tuple(_entity(draft, _collections(draft, linked, built_in, findings), findings) for draft in linked)
    if not formulas:
        return Model(entities, calendar)
    paths = {field.id: draft.paths.get(field.name, draft.path) for draft in linked for field in draft.fields}
    return Model(entities, calendar, read_formulas(Model(entities, calendar), paths, findings))


def _unique(drafts: Sequence[EntityDraft], findings: Findings) -> dict[str, EntityDraft]:
    kept: dict[str, EntityDraft] = {}
    names: dict[str, str] = {}
    keys: set[str] = set()
    for draft in drafts:
        if draft.id in kept or draft.name in names:
            findings.add("entity-twice", f"{draft.path}.name", name=draft.name)
            continue
        if not KEY.match(draft.key) or draft.key in keys:
            findings.add("key-not-usable", f"{draft.path}.key", key=draft.key)
            continue
        _check_field_keys(draft, findings)
        kept[draft.id] = draft
        names[draft.name] = draft.id
        keys.add(draft.key)
    return kept


def _check_names(merged: Mapping[str, EntityDraft], built_in: set[str], findings: Findings) -> None:
    """A name means one entity: an own one may extend a built-in entity, but not stand beside it under its name."""
    taken = {merged[each].name for each in built_in}
    for draft in merged.values():
        if draft.id not in built_in and draft.name in taken:
            findings.add("entity-twice", f"{draft.path}.name", name=draft.name)


def _check_field_keys(draft: EntityDraft, findings: Findings) -> None:
    seen: set[str] = set()
    for field in draft.fields:
        if not KEY.match(field.key) or field.key in seen:
            findings.add("key-not-usable", f"{draft.paths[field.name]}.key", key=field.key)
        seen.add(field.key)


def _with_builtins(own: Mapping[str, EntityDraft]) -> dict[str, EntityDraft]:
    """Built-in entities first; where an app's entity has the same label, the built-in one gives its label up."""
    used = {text.casefold() for draft in own.values() for text in (*draft.labels.values(), draft.name)}
    merged: dict[str, EntityDraft] = {}
    for builtin in builtin_drafts():
        draft = merge_builtin(builtin, own.get(builtin.id))
        if builtin.id not in own:
            draft = replace(draft, labels={k: v for k, v in draft.labels.items() if v.casefold() not in used})
        merged[draft.id] = draft
    for draft in own.values():
        merged.setdefault(draft.id, draft)
    return merged


def _link(draft: EntityDraft, all_: Mapping[str, EntityDraft], findings: Findings) -> EntityDraft:
    """The draft with its references pointing to entity ids; one that points nowhere is noted and left out."""
    by_name = {other.name: other.id for other in all_.values()}
    fields: list[Field] = []
    for field in draft.fields:
        if field.value_type.kind is not Kind.RECORD:
            fields.append(field)
            continue
        target = field.to if field.to in all_ else by_name.get(field.to or "")
        if target is None:
            if field.to is not None:
                path = f"{draft.paths.get(field.name, draft.path)}.to"
                findings.unknown("unknown-entity", path, field.to, (other.name for other in all_.values()))
            continue
        fields.append(replace(field, to=target, value_type=resolved_type(field, target)))
    return replace(draft, fields=tuple(fields))


def _collections(
    draft: EntityDraft, all_: Iterable[EntityDraft], built_in: set[str], findings: Findings
) -> tuple[CollectionOf, ...]:
    """What the references of all entities give this one; a built-in collection yields to an app's name."""
    taken = {field.name for field in draft.fields}
    found: dict[str, CollectionOf] = {}
    for other in sorted(all_, key=lambda other: other.id in built_in):
        for field in other.fields:
            if field.to != draft.id or field.reverse is None:
                continue
            if field.reverse not in taken and field.reverse not in found:
                found[field.reverse] = CollectionOf(field.reverse, field.reverse_labels, other.id, field.id)
            elif other.id not in built_in and field.name in other.paths:
                findings.add(
                    "reverse-taken", f"{other.paths[field.name]}.reverse", name=field.reverse, entity=draft.name
                )
    return tuple(found.values())


def _entity(draft: EntityDraft, collections: tuple[CollectionOf, ...], findings: Findings) -> Entity:
    fields = system_fields(draft.id) + draft.fields
    named = {field.name: field for field in fields}
    return Entity(
        draft.id, draft.key, draft.name, draft.labels, fields, collections,
        _named(draft, "time_field", draft.time_field, named, (Kind.DATE, Kind.DATETIME), findings),
        _named(draft, "title_field", draft.title_field, named, tuple(Kind), findings),
        draft.plural_labels,
    )  # fmt: skip


def _named(
    draft: EntityDraft,
    part: str,
    name: str | None,
    fields: Mapping[str, Field],
    kinds: tuple[Kind, ...],
    findings: Findings,
) -> str | None:
    if name is None:
        return None
    if name not in fields:
        findings.unknown("unknown-field", f"{draft.path}.{part}", name, fields)
        return None
    if fields[name].value_type.kind not in kinds or (part == "time_field" and fields[name].type == FORMULA):
        findings.add(f"{part.replace('_', '-')}-kind", f"{draft.path}.{part}", name=name)
        return None
    return fields[name].id
