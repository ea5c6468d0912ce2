"""Actions: what a rule does, with values that fit the fields they go into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.checker import Checker, Scope, called, kind_name, parts, span, tokens
from ruleloom.dsl.checking.durations import duration_of
from ruleloom.dsl.checking.paths import find_entity, find_field, is_writable, related, user_entity
from ruleloom.dsl.checking.values import TIMES, ungrouped
from ruleloom.dsl.kinds import kind_of, type_of
from ruleloom.dsl.reading.syntax import Part, Syntax, Token
from ruleloom.dsl.templates import template_of
from ruleloom.dsl.types import DATETIME, TEXT, Kind, ValueType
from ruleloom.dsl.vocabulary import EntityWords, FieldWords


def actions_of(c: Checker, part: Part, scope: Scope) -> tuple[n.Action, ...] | None:
    """The actions of a clause in order; None when one of them is wrong."""
    if not isinstance(part, Syntax):
        return c.one(part, lambda reading: actions_of(c, reading, scope))
    found = [c.one(each, lambda reading: _action(c, reading, scope)) for each in parts(part)]
    made = tuple(action for action in found if action is not None)
    return made if len(made) == len(found) else None


def _action(c: Checker, part: Part, scope: Scope) -> n.Action | None:
    return ACTIONS[part.kind](c, part, scope) if isinstance(part, Syntax) else None


# ---- values of fields ---------------------------------------------------------------------------------------------


def _assignments(
    c: Checker, items: list[Syntax], entity: EntityWords | None, scope: Scope
) -> tuple[n.Assignment, ...] | None:
    found = [c.one(item, lambda reading: _assignment(c, reading, entity, scope)) for item in items]
    made = tuple(each for each in found if each is not None)
    seen: set[str] = set()
    for item, assignment in zip(items, found, strict=True):
        if assignment is not None and assignment.field in seen:
            c.wrong("assigned-twice", item, name=c.written(item.children[0]))
        seen.update([] if assignment is None else [assignment.field])
    return made if entity is not None and len(made) == len(found) and len(seen) == len(made) else None


def _assignment(c: Checker, part: Part, entity: EntityWords | None, scope: Scope) -> n.Assignment | None:
    if not isinstance(part, Syntax):
        return None
    name, value_part = cast(Token, part.children[0]), part.children[-1]
    field = find_field(c, name, entity) if entity is not None else None
    value = _field_value(c, value_part, field, scope)
    if field is None or value is None or not _writable(c, name, field):
        return None
    return n.Assignment(field.id, value, span=span(part))


def _writable(c: Checker, name: Token, field: FieldWords) -> bool:
    if not is_writable(field):
        c.wrong("not-writable", name, name=called(field))
        return False
    return True


def _field_value(c: Checker, part: Part, field: FieldWords | None, scope: Scope) -> n.Expression | n.Template | None:
    want = field.value_type if field is not None else None
    inner = ungrouped(part)
    is_text = want is None or want.kind is Kind.TEXT
    if isinstance(inner, Syntax) and inner.kind == "string" and is_text and "{" in cast(Token, inner.children[0]).value:
        return template_of(c, cast(Token, inner.children[0]), scope)
    value = c.value(part, scope, want)
    if value is None or field is None:
        return None
    return value if _assignable(c, part, value, field) else None


def _assignable(c: Checker, part: Part, value: n.Expression, field: FieldWords) -> bool:
    given, wanted = type_of(value), field.value_type
    fits = (
        given.kind is Kind.EMPTY
        or (given.kind is wanted.kind and (given.kind is not Kind.RECORD or given.entity == wanted.entity))
        or (given.kind in TIMES and wanted.kind in TIMES)
        or (given.kind is Kind.CHOICE and wanted.kind is Kind.CHOICES)
        or (given.kind is Kind.CHOICE and wanted.kind is Kind.TEXT)
    )
    if not fits:
        c.wrong("cannot-assign", part, field=called(field), wanted=kind_name(wanted.kind), kind=kind_name(given.kind))
    return fits


# ---- records ------------------------------------------------------------------------------------------------------


def _create(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    entity = find_entity(c, cast(Token, part.children[0]))
    made = _assignments(c, cast("list[Syntax]", parts(part)), entity, scope)
    return None if entity is None or made is None else n.Create(entity.id, made, span=span(part))


def _set(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    made = _assignments(c, cast("list[Syntax]", parts(part)), scope.this, scope)
    return None if made is None else n.SetFields(made, span=span(part))


def _update(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    source, *items = parts(part)
    found = related(c, source, scope)
    if found is None:
        return None
    if found.value is not None:
        c.wrong("quantity-of-values", source)
        return None
    made = _assignments(c, cast("list[Syntax]", items), found.entity, scope.inside(found.entity))
    return None if made is None else n.Update(found.collection, made, span=span(part))


def _delete(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:  # noqa: ARG001
    return n.Delete(span=span(part))


# ---- people -------------------------------------------------------------------------------------------------------


def _person(c: Checker, part: Part, scope: Scope) -> n.Expression | None:
    user = user_entity(c)
    value = c.value(part, scope, ValueType(Kind.RECORD, entity=user.id if user else None))
    if value is None:
        return None
    found = type_of(value)
    if found.kind is not Kind.RECORD or (user is not None and found.entity not in (user.id, None, "user")):
        c.wrong("not-a-person", part, kind=kind_name(found.kind))
        return None
    return value


def _notify(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    recipients = cast(Syntax, part.children[0])
    people = [_person(c, each, scope) for each in parts(recipients)]
    text = _text(c, part, scope)
    known = tuple(person for person in people if person is not None)
    return None if text is None or len(known) != len(people) else n.Notify(known, text, span=span(part))


def _assign(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    name = cast(Token, part.children[0])
    field = find_field(c, name, scope.this) if scope.this is not None else None
    user = _person(c, part.children[-1], scope)
    if field is None or user is None or not _writable(c, name, field):
        return None
    return n.Assign(field.id, user, span=span(part)) if _assignable(c, part.children[-1], user, field) else None


def _add_task(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    text = _text(c, part, scope)
    person, *due_part = parts(part)
    user = _person(c, person, scope)
    due = _due(c, due_part[0], scope) if due_part else None
    if text is None or user is None or (due_part and due is None):
        return None
    return n.AddTask(text, user, due, span=span(part))


def _due(c: Checker, part: Part, scope: Scope) -> n.Expression | n.Duration | None:
    inner = ungrouped(part)
    if isinstance(inner, Syntax) and inner.kind == "span":
        return duration_of(c, inner)
    value = c.value(part, scope, DATETIME)
    if value is not None and kind_of(value) not in TIMES:
        c.wrong("not-a-time", part, kind=kind_name(kind_of(value)))
        return None
    return value


# ---- the rest -----------------------------------------------------------------------------------------------------


def _text(c: Checker, part: Syntax, scope: Scope) -> n.Template | None:
    found = tokens(part, "STRING")
    return template_of(c, found[0], scope) if found else None


def _start_approval(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:  # noqa: ARG001
    return n.StartApproval(tokens(part, "STRING")[0].value, span=span(part))


def _call_operation(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    items = [_argument(c, cast(Syntax, item), scope) for item in parts(part)]
    made = tuple(item for item in items if item is not None)
    name = tokens(part, "STRING")[0].value
    return n.CallOperation(name, made, span=span(part)) if len(made) == len(items) else None


def _argument(c: Checker, part: Syntax, scope: Scope) -> n.Argument | None:
    name, value_part = cast(Token, part.children[0]), part.children[-1]
    value = _field_value_free(c, value_part, scope)
    return None if value is None else n.Argument(name.value, value, span=span(part))


def _field_value_free(c: Checker, part: Part, scope: Scope) -> n.Expression | n.Template | None:
    inner = ungrouped(part)
    if isinstance(inner, Syntax) and inner.kind == "string" and "{" in cast(Token, inner.children[0]).value:
        return template_of(c, cast(Token, inner.children[0]), scope)
    return c.value(part, scope, TEXT if isinstance(inner, Syntax) and inner.kind == "string" else None)


def _run_report(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    subject = c.value(part.children[-1], scope)
    name = tokens(part, "STRING")[0].value
    if subject is not None and kind_of(subject) is not Kind.RECORD:
        c.wrong("needs-record", part.children[-1], kind=kind_name(kind_of(subject)))
        return None
    return None if subject is None else n.RunReport(name, subject, span=span(part))


def _block(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    text = _text(c, part, scope)
    make = n.Block if part.kind == "block" else n.Warn
    return None if text is None else make(text, span=span(part))


def _wait(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:  # noqa: ARG001
    duration = duration_of(c, part.children[-1])
    return None if duration is None else n.Wait(duration, span=span(part))


def _wait_until(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    duration_part, condition_part = parts(part)
    duration = duration_of(c, duration_part)
    condition = c.condition(condition_part, scope.level("change-in-action"))
    return None if duration is None or condition is None else n.WaitUntil(duration, condition, span=span(part))


def _choose(c: Checker, part: Syntax, scope: Scope) -> n.Action | None:
    condition_part, then_part, *else_part = parts(part)
    condition = c.condition(condition_part, scope.level("change-in-action", previous=scope.no_change is None))
    then = actions_of(c, then_part, scope)
    otherwise = actions_of(c, else_part[0], scope) if else_part else ()
    if condition is None or then is None or otherwise is None:
        return None
    return n.Choose(condition, then, otherwise, span=span(part))


ACTIONS: Mapping[str, Callable[[Checker, Syntax, Scope], n.Action | None]] = {
    "create": _create,
    "set_": _set,
    "update": _update,
    "delete": _delete,
    "notify": _notify,
    "assign": _assign,
    "add_task": _add_task,
    "start_approval": _start_approval,
    "call_operation": _call_operation,
    "run_report": _run_report,
    "block": _block,
    "warn": _block,
    "wait": _wait,
    "wait_until": _wait_until,
    "choose": _choose,
}
"""Kind of syntax → how it becomes an action."""
