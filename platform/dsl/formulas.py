"""Fields that are worked out: a tree that names them, as the tree that says what they are made of.

A tree keeps the name (`margin > 10`), so it is written and renamed like any other; what runs is made from the tree in
which the field's own expression stands in its place. Nothing is stored, so nothing can be out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from ruleloom.dsl import nodes as n
from ruleloom.dsl.reads import walk
from ruleloom.dsl.vocabulary import Vocabulary

Tree = TypeVar("Tree", bound=n.Node)


def with_formulas(tree: Tree, vocabulary: Vocabulary) -> Tree:
    """The tree with every worked-out field replaced by its expression; the same tree when it names none."""
    formulas = vocabulary.formulas
    if not formulas or not any(formula_of(node, formulas) for node in walk(tree)):
        return tree
    found: Tree = _replaced(tree, formulas)
    return found


def formula_of(node: n.Node, formulas: Mapping[str, n.Expression]) -> str | None:
    """The worked-out field that a path ends with; None for everything else."""
    return node.fields[-1] if isinstance(node, n.Path) and node.fields and node.fields[-1] in formulas else None


def _replaced(value: Any, formulas: Mapping[str, n.Expression]) -> Any:
    if isinstance(value, tuple):
        return tuple(_replaced(each, formulas) for each in value)
    if not isinstance(value, n.Node):
        return value
    field = formula_of(value, formulas)
    if field is not None and isinstance(value, n.Path):
        return _replaced(_moved(formulas[field], value.root, value.fields[:-1]), formulas)
    return _with(value, {name: _replaced(part, formulas) for name, part in _parts(value)})


def _moved(value: Any, root: n.Root, way: tuple[str, ...]) -> Any:
    """An expression about a record, asked of the record that `way` leads to from `root`."""
    if isinstance(value, tuple):
        return tuple(_moved(each, root, way) for each in value)
    if isinstance(value, n.Path) and value.root == "this":
        return replace(value, root=root, fields=(*way, *value.fields))
    if not isinstance(value, n.Node):
        return value
    made = _with(value, {name: _moved(part, root, way) for name, part in _parts(value)})
    if isinstance(made, n.Collection) and made.root == "this" and made.hops:
        hops = tuple(n.Hop(field, "forward") for field in way)
        return replace(made, root=root, hops=(*hops, *made.hops))
    return made


def _parts(node: n.Node) -> list[tuple[str, Any]]:
    return [
        (slot.name, part)
        for slot in fields(node)
        if slot.name != "span" and isinstance(part := getattr(node, slot.name), n.Node | tuple)
    ]


def _with(node: Any, parts: Mapping[str, Any]) -> Any:
    changed = {name: part for name, part in parts.items() if part != getattr(node, name)}
    return replace(node, **changed) if changed else node
