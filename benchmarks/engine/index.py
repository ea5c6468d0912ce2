"""What a change costs in the index over very many rules: finding those that could match."""

from __future__ import annotations

from typing import Any

from measuring import both
from shop import CUSTOMER, ORDER

from ruleloom import dsl
from ruleloom.engine.finding.plan import changed_keys
from ruleloom.engine.ruleset import RuleBook
from ruleloom.engine.store import RecordChange
from ruleloom.forms.schema_file import read_schema

MODEL = read_schema({"entities": [CUSTOMER, ORDER]})
KINDS = (
    'when region = "R{i}" and credit > {i}',
    'when credit > {far} and name contains "x"',
    'when region = "R{i}" and at least 2 orders and no orders in the last 30 days',
    'when region changes to "R{i}"',
    'when name = "Acme" and region = "R{i}"',
    "when credit >= {far} and credit < {more} and region is not empty",
)
"""What rules of a sales organisation look like: for a region, above a sum, about orders, about a change, with a part
that they all share, between two sums."""


def measure(count: int, rounds: int, loops: int = 2_000) -> dict[str, Any]:
    """Microseconds per change with `count` rules: of a field that they read, and of one that none reads."""
    book = RuleBook(MODEL)
    for i in range(count):
        condition = KINDS[i % len(KINDS)].format(i=i, far=10_000 + i, more=10_010 + i)
        text = f'rule "Rule {i}" on customer {condition} then notify created_by "x"'
        (rule,) = dsl.parse(text, MODEL, "en").rules
        book.add(str(i), rule)
    entity = next(each for each in MODEL.entities if each.name == "customer")
    before = {field.key: None for field in entity.fields} | {"id": 1, "region": "R7", "credit": 500, "name": "Acme"}
    read = RecordChange(entity.id, 1, before, before | {"region": "R8", "credit": 600})
    unread = RecordChange(entity.id, 1, before, before | {"notes": "new"})
    candidates = {rule.id for rule in _candidates(book, read)}
    assert "8" in candidates, "the one rule for R8"
    assert not _candidates(book, unread), "no rule reads notes"
    found = both({"read": lambda: _candidates(book, read), "unread": lambda: _candidates(book, unread)}, rounds, loops)
    return {
        "rules": count,
        "candidates": len(candidates),
        **{f"{name}_us": taken["cpu_ms"] * 1_000 for name, taken in found.items()},
    }


def _candidates(book: RuleBook, change: RecordChange) -> list[Any]:
    keys = changed_keys(change)
    indexes = [*book.plan.own(change, keys), *book.plan.triggered(change, keys)]
    return list({rule.id: rule for index in indexes for rule in index.candidates(change.after or {})}.values())
