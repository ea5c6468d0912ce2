"""What has to be loaded to play rules: per entity the fields that they read; nothing else is."""

from __future__ import annotations

from collections.abc import Sequence

from ruleloom.dsl import nodes as n
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.reads import reads_of, walk
from ruleloom.forms.entity import USER, Entity, Model
from ruleloom.storage.records.timeline import Wanted

_SYSTEM = frozenset({"updated_at", "updated_by", "version"})


def reach_of(rules: Sequence[n.Rule], model: Model) -> dict[str, Wanted]:
    """By entity what the rules read of it: conditions, texts, recipients, values, waits and branches alike."""
    fields: dict[str, set[str]] = {}
    for rule in rules:
        _collect(with_formulas(rule, model), model, fields)
    every = {rule.entity for rule in rules if any(isinstance(node, n.RecordIs) for node in walk(rule))}
    return {entity: _wanted(model.entity(entity), ids, entity in every) for entity, ids in fields.items()}


def _collect(rule: n.Rule, model: Model, fields: dict[str, set[str]]) -> None:
    fields.setdefault(rule.entity, set())
    for dependency in reads_of(rule, model).dependencies:
        fields.setdefault(dependency.entity, set()).update(dependency.fields)
    for node in walk(rule):
        if isinstance(node, n.Collection):
            fields.setdefault(node.entity, set())
            _note(model, fields, *(hop.field for hop in node.hops))
        elif isinstance(node, n.Path):
            _note(model, fields, *node.fields)
            if node.root == "me":
                fields.setdefault(USER, set())
        elif isinstance(node, n.Assignment | n.Assign):
            _note(model, fields, node.field)


def _note(model: Model, fields: dict[str, set[str]], *ids: str) -> None:
    for field_id in ids:
        fields.setdefault(model.field(field_id)[0].id, set()).add(field_id)


def _wanted(entity: Entity, ids: set[str], every: bool) -> Wanted:
    keys = {entity.by_id[field_id].key for field_id in ids} | {entity.time_field.key}
    if entity.title_field is not None:
        keys.add(entity.title_field.key)
    every = every or bool(keys & _SYSTEM)
    return Wanted(frozenset(keys - {"id"}), every)
