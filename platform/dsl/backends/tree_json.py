"""Trees as JSON for the visual builder, and back. Every node has an `id`, the path to it from the top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import Kind, Value, ValueType
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.messages import Diagnostic, RuleloomError

_DEEPEST = 300


class TreeError(RuleloomError):
    """JSON that is no tree of the language."""


def _subclasses(kind: type[n.Node]) -> dict[str, type[n.Node]]:
    found = {kind.__name__: kind}
    for each in kind.__subclasses__():
        found |= _subclasses(each)
    return found


_ABSTRACT = {"Node", "Expression", "Condition", "Action"}
KINDS: Mapping[str, type[n.Node]] = {name: kind for name, kind in _subclasses(n.Node).items() if name not in _ABSTRACT}
"""Every kind of node by name."""


# ---- writing ------------------------------------------------------------------------------------------------------


def to_json(node: n.Node) -> dict[str, Any]:
    """A tree as JSON values: `{"node": "Compare", "id": "condition.items.0", "span": [4, 9], "operator": "=", …}`.

    Numbers are texts, dates and datetimes as in `types`, spans are code points of the text that the tree came from.
    """
    return _node(node, "")


def _node(node: n.Node, path: str) -> dict[str, Any]:
    made: dict[str, Any] = {"node": type(node).__name__, "id": path, "span": [node.span.start, node.span.end]}
    for each in fields(node):
        if each.name != "span":
            made[each.name] = _value(getattr(node, each.name), f"{path}.{each.name}" if path else each.name)
    return made


def _value(value: Any, path: str) -> Any:
    if isinstance(value, n.Node):
        return _node(value, path)
    if isinstance(value, tuple):
        return [_value(each, f"{path}.{position}") for position, each in enumerate(value)]
    if isinstance(value, ValueType):
        given = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: each for name, each in given.items() if each is not None}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value


# ---- reading ------------------------------------------------------------------------------------------------------


def from_json(data: Any, vocabulary: Vocabulary, *, entity: str | None = None) -> n.Node:
    """The tree of JSON values, checked against the workspace as if it had been written.

    `entity` is the permanent id of the record's entity, for conditions and expressions. `TreeError` when the JSON is
    no tree, or with the checker's diagnostics when the tree says something that cannot be.
    """
    try:
        tree = _read(data, 0)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation, RecursionError) as problem:
        raise TreeError(Diagnostic("bad-tree", params={"reason": str(problem)})) from None
    if not isinstance(tree, n.Node):
        raise TreeError(Diagnostic("bad-tree", params={"reason": str(data)[:80]}))
    _prove(tree, vocabulary, entity)
    return tree


def _prove(tree: n.Node, vocabulary: Vocabulary, entity: str | None) -> None:
    """Write the tree and read it again: what comes back must be the same."""
    from ruleloom.dsl.reading.parsing import parse
    from ruleloom.dsl.writing.canonical import written

    part: Any = "rule" if isinstance(tree, n.Rule) else "condition" if isinstance(tree, n.Condition) else "expression"
    try:
        text = written(tree, vocabulary, "en")
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration, RecursionError) as problem:
        raise TreeError(Diagnostic("bad-tree", params={"reason": str(problem)})) from None
    found = parse(text, vocabulary, "en", entity=entity, part=part)
    if not found.ok:
        raise TreeError(*(Diagnostic(each.code, None, each.params, fix=None) for each in found.diagnostics))
    if found.tree != tree:
        raise TreeError(Diagnostic("bad-tree", params={"reason": text}))


def _read(data: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(data, list):
        return tuple(_read(each, depth + 1) for each in data)
    if not isinstance(data, dict):
        return data
    if "node" not in data:
        return ValueType(**{**data, "kind": Kind(data["kind"])})
    kind = KINDS[data["node"]]
    given = {
        each.name: _read(data[each.name], depth + 1)
        for each in fields(kind)
        if each.name in data and each.name != "span"
    }
    start, end = data.get("span") or (0, 0)
    return kind(**_typed(kind, given), span=n.Span(int(start), int(end)))


def _typed(kind: type[n.Node], given: dict[str, Any]) -> dict[str, Any]:
    """The values that JSON cannot hold."""
    if kind is n.Constant:
        given["value"] = _constant(given["value"], given["type"])
    if kind is n.ChangesBy:
        given["fraction"] = Decimal(given["fraction"])
    if kind is n.Duration:
        given["unit"] = n.Unit(given["unit"])
    if kind is n.Schedule and given.get("at"):
        given["at"] = time.fromisoformat(given["at"])
    return given


def _constant(value: Any, of: ValueType) -> Value:
    if of.kind is Kind.NUMBER:
        return Decimal(value)
    expected = {Kind.BOOLEAN: bool, Kind.DATE: int, Kind.DATETIME: int}.get(of.kind, str)
    if not isinstance(value, expected):
        raise TypeError(f"{value!r} is no {of.kind}")
    return cast(Value, value)
