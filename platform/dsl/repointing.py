"""One field in place of another: the tree that asks and writes the other field wherever it named the first."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from ruleloom.dsl import nodes as n

Tree = TypeVar("Tree", bound=n.Node)


def repointed(tree: Tree, old: str, new: str) -> Tree:
    """The tree with every step along `old` (permanent id) going along `new`; types are for the checker to say.

    Places stay those of the text that was read.
    """
    found: Tree = _repointed(tree, old, new)
    return found


def _repointed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_repointed(each, old, new) for each in value)
    if not isinstance(value, n.Node):
        return value
    changed = {
        slot.name: part
        for slot in fields(value)
        if slot.name != "span"
        for part in (_slot(slot.name, getattr(value, slot.name), old, new),)
        if part != getattr(value, slot.name)
    }
    return replace(value, **changed) if changed else value


def _slot(name: str, part: Any, old: str, new: str) -> Any:
    """`field` and `fields` are the slots that hold permanent ids of fields."""
    if name == "field":
        return new if part == old else part
    if name == "fields":
        return tuple(new if each == old else each for each in part)
    return _repointed(part, old, new)
