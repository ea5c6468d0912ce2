"""Facts of a record that was made just now: nothing refers to it yet, so what counts references needs no query."""

from __future__ import annotations

from decimal import Decimal

from ruleloom.dsl import nodes as n
from ruleloom.engine.store import External, Fact

_COUNTED = frozenset({"count", "distinct", "sum"})


def known_fact(external: External) -> Fact | None:
    """The fact of an external for a record to which nothing refers; None where the database has to be asked.

    No rows: no time that passes brings any, so the fact has no end.
    """
    if isinstance(external, n.Path) or not _by_references(external.collection):
        return None
    if isinstance(external, n.Aggregate):
        return Fact(Decimal(0) if external.function in _COUNTED else None)
    if isinstance(external, n.LastAll):
        return Fact(external.number == 0)
    return Fact(_of_none(external))


def _by_references(collection: n.Collection) -> bool:
    """Whether the rows are reached from the record by a reference to it."""
    return collection.root == "this" and bool(collection.hops) and collection.hops[0].direction == "back"


def _of_none(quantified: n.Quantified) -> bool:
    """What a quantifier says of no rows."""
    if quantified.quantity == "at_least":
        return quantified.number <= 0
    if quantified.quantity == "exactly":
        return quantified.number == 0
    return quantified.quantity in ("no", "at_most")
