"""What a rule needs beside its text: the rights of who publishes it, and the connections that it calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleloom.access import Actor, Forbidden, Verb, may
from ruleloom.access.may import verb_words
from ruleloom.connectors import registry
from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis.single import place_of
from ruleloom.dsl.checking.names import nearest
from ruleloom.dsl.reads import walk
from ruleloom.forms.entity import Entity, Field, Model
from ruleloom.messages import LANGUAGES, Diagnostic, Fix, Place
from ruleloom.runtime.durable.calling import operations_of
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import exchange

Named = tuple[Verb, Entity, Field | None, n.Node]
"""What is done to an entity or one of its fields, and the part of the rule that says so."""


def require_rights(actor: Actor, rule: n.Rule, model: Model) -> None:
    """Who publishes a rule may read and write all that it names, for it acts as the workspace; else `Forbidden`."""
    missing = rights_missing(actor, rule, model)
    if missing:
        raise Forbidden(*missing)


def rights_missing(actor: Actor, rule: n.Rule, model: Model) -> Sequence[Diagnostic]:
    """A warning for each right that the actor lacks to publish a rule, at the first part that takes it."""
    found: dict[tuple[Verb, str, str | None], Diagnostic] = {}
    for verb, entity, field, part in _named(rule, model):
        whole = may(actor, verb, entity.id)
        if whole and (field is None or may(actor, verb, entity.id, field.key)):
            continue
        params = {"verb": verb_words(verb), "entity": _words(entity)}
        code = "rule-takes-right"
        if whole and field is not None:
            code, params = "rule-takes-right-to-field", {**params, "field": _words(field)}
        key = (verb, entity.id, field.id if whole and field is not None else None)
        found.setdefault(key, Diagnostic(code, place_of(part, rule), params, severity="warning"))
    return list(found.values())


def _named(rule: n.Rule, model: Model) -> Iterator[Named]:
    yield Verb.READ, model.entity(rule.entity), None, rule
    for node in walk(rule):
        yield from _read(node, model)
        yield from _written(node, rule, model)


def _read(node: n.Node, model: Model) -> Iterator[Named]:
    if isinstance(node, n.Path):
        for each in node.fields:
            yield (Verb.READ, *model.field(each), node)
    elif isinstance(node, n.Hop):
        yield (Verb.READ, *model.field(node.field), node)
    elif isinstance(node, n.Collection):
        yield Verb.READ, model.entity(node.entity), None, node


def _written(node: n.Node, rule: n.Rule, model: Model) -> Iterator[Named]:
    if isinstance(node, n.Delete):
        yield Verb.DELETE, model.entity(rule.entity), None, node
    elif isinstance(node, n.Assign):
        yield (Verb.UPDATE, *model.field(node.field), node)
    elif isinstance(node, n.Create | n.SetFields | n.Update):
        verb = Verb.CREATE if isinstance(node, n.Create) else Verb.UPDATE
        if isinstance(node, n.Create):
            yield verb, model.entity(node.entity), None, node
        for assignment in node.assignments:
            part = assignment if assignment.span != n.NOWHERE else node
            yield (verb, *model.field(assignment.field), part)


def _words(named: Entity | Field) -> dict[str, str]:
    return {language: named.labels.get(language) or named.name for language in LANGUAGES}


# ---- calls


def calls_astray(rule: n.Rule, text: str, connection: Connection) -> Sequence[Diagnostic]:
    """A warning for each `call` that names a connection or an operation that there is not, with what there is."""
    calls = [node for node in walk(rule) if isinstance(node, n.CallOperation)]
    if not calls:
        return ()
    kinds = {row.name: row.kind for row in exchange.all_connections(connection)}
    return [found for call in calls if (found := _astray(call, text, kinds)) is not None]


def _astray(call: n.CallOperation, text: str, kinds: dict[str, str]) -> Diagnostic | None:
    name, _, operation = call.operation.partition(".")
    place = _place(call, text)
    if name not in kinds:
        near = nearest(name, kinds)
        fix = _instead(f"{near}.{operation}") if near is not None else None
        code = "call-connection-unknown" if kinds else "call-no-connections-yet"
        return Diagnostic(code, place, {"name": name, "names": sorted(kinds)}, severity="warning", fix=fix)
    known = operations_of(registry.kind(kinds[name]).resources)
    if operation in known:
        return None
    near = nearest(operation, known)
    params = {"name": name, "operation": operation, "operations": known}
    fix = _instead(f"{name}.{near}") if near is not None else None
    code = "call-no-operation" if known else "call-only-reads"
    return Diagnostic(code, place, params, severity="warning", fix=fix)


def _instead(operation: str) -> Fix:
    return Fix("fix-write", operation, {"text": operation})


def _place(call: n.CallOperation, text: str) -> Place | None:
    """Where the name stands inside the action."""
    around = place_of(call)
    if around is None:
        return None
    start = text.find(call.operation, around.start, around.end)
    return around if start < 0 else Place(start, start + len(call.operation))
