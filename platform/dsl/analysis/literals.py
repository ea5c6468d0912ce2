"""Conditions taken apart: a condition becomes alternatives, each a list of literals that hold together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from ruleloom.dsl import nodes as n

MOST = 256
"""Alternatives of one condition; what has more is not judged."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A condition that is not taken apart further, and whether it has to be true or false."""

    condition: n.Condition
    holds: bool


Together = tuple[Literal, ...]


class TooManyError(Exception):
    """The condition has too many alternatives to be judged."""


def alternatives(condition: n.Condition, holds: bool = True) -> list[Together]:
    """Every way in which a condition can be true (or false). Raises TooManyError."""
    if isinstance(condition, n.Not):
        return alternatives(condition.item, not holds)
    if isinstance(condition, n.And | n.Or):
        each = [alternatives(item, holds) for item in condition.items]
        if isinstance(condition, n.And) is holds:
            return _crossed(each)
        return _checked([together for ways in each for together in ways])
    if isinstance(condition, n.Held) and holds:
        return [(Literal(condition, True), *inner) for inner in alternatives(condition.condition)]
    if isinstance(condition, n.OneOf):
        equal = [Literal(n.Compare("=", condition.operand, option), holds) for option in condition.options]
        return [(each,) for each in equal] if holds else [tuple(equal)]
    if isinstance(condition, n.Between):
        return alternatives(n.And(tuple(_between(condition))), holds)
    return [(Literal(condition, holds),)]


def _between(condition: n.Between) -> Iterator[n.Condition]:
    yield n.Compare(">=", condition.operand, condition.low, span=condition.span)
    yield n.Compare("<=", condition.operand, condition.high, span=condition.span)


def _crossed(each: list[list[Together]]) -> list[Together]:
    size = 1
    for ways in each:
        size *= len(ways)
        if size > MOST:
            raise TooManyError
    return [tuple(literal for together in chosen for literal in together) for chosen in product(*each)]


def _checked(found: list[Together]) -> list[Together]:
    if len(found) > MOST:
        raise TooManyError
    return found
