"""What a tree says of `this`, put in as constants: for a tree that is asked of other records than `this` is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeGuard, TypeVar

from ruleloom.dsl import nodes as n
from ruleloom.dsl.kinds import type_of
from ruleloom.dsl.reads import children
from ruleloom.dsl.types import BOOLEAN, Value

Tree = TypeVar("Tree", bound=n.Node)
Spoken = n.Path | n.Aggregate | n.Quantified | n.LastAll
"""A part that depends on `this` alone: one of its fields or paths, an aggregate or a quantifier of its lists."""


def spoken_of_this(tree: n.Node) -> tuple[Spoken, ...]:
    """The parts of a tree that speak of `this`, each once; what stands inside one of them is not named again."""
    found: dict[Spoken, None] = {}
    _collect(tree, found)
    return tuple(found)


def with_this_known(tree: Tree, values: Mapping[Spoken, Value]) -> Tree:
    """The tree with each of those parts replaced by its value; an empty one stays empty, whatever is done with it."""
    made: Tree = _put_in(tree, {part: _known(part, value) for part, value in values.items()})
    return made


def _collect(node: n.Node, found: dict[Spoken, None]) -> None:
    if _is_of_this(node):
        found.setdefault(node)
        return
    for child in children(node):
        _collect(child, found)


def _is_of_this(node: n.Node) -> TypeGuard[Spoken]:
    """A look-up (`all weights where …`) begins at no record; inside it `this` may be spoken of."""
    if isinstance(node, n.Path):
        return node.root == "this"
    if not isinstance(node, n.Aggregate | n.Quantified | n.LastAll):
        return False
    return node.collection.root == "this" and bool(node.collection.hops)


def _known(part: Spoken, value: Value) -> n.Expression | n.Condition:
    if isinstance(part, n.Condition):
        return n.Truth(n.Constant(bool(value), BOOLEAN))
    type_ = type_of(part)
    if value is None:  # the word `empty` would turn `= this.limit` into `is empty`
        return n.Call("coalesce", (n.Empty(),), type_)
    return n.Constant(value, type_)


def _put_in(value: Any, known: Mapping[Spoken, n.Node]) -> Any:
    if isinstance(value, tuple):
        return tuple(_put_in(each, known) for each in value)
    if not isinstance(value, n.Node):
        return value
    if isinstance(value, Spoken) and value in known:
        return known[value]
    parts = {slot.name: getattr(value, slot.name) for slot in fields(value) if slot.name != "span"}
    made = {name: _put_in(part, known) for name, part in parts.items()}
    return replace(value, **made) if any(made[name] is not part for name, part in parts.items()) else value
