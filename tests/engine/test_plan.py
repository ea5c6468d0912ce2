"""The index over rules: what it finds, and that the others cost nothing."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest

from ruleloom import dsl
from ruleloom.engine.keys import Beyond, Equals, Trigger, keys_of, triggers_of
from ruleloom.engine.plan import changed_keys
from ruleloom.engine.ruleset import RuleBook
from ruleloom.engine.store import RecordChange
from ruleloom.forms.schema_file import read_schema

MODEL = read_schema(
    {
        "entities": [
            {
                "name": "lead",
                "fields": [
                    {"name": "stage", "type": "text"},
                    {"name": "amount", "type": "number"},
                    {"name": "note", "type": "text"},
                ],
            }
        ]
    }
)


EVERY: set[tuple[str, str | None]] = {("created", None), ("updated", None), ("deleted", None)}


def condition(text: str) -> Any:
    parsed = dsl.parse(text, MODEL, "en", entity="lead", part="condition")
    assert parsed.ok, text
    return parsed.tree


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('stage = "A"', (Equals("lead.stage", "A"),)),
        ('stage = "A" and amount > 5', (Equals("lead.stage", "A"),)),
        ('stage = "A" or stage = "B"', (Equals("lead.stage", "A"), Equals("lead.stage", "B"))),
        ('stage in ("A", "B") and amount > 5', (Equals("lead.stage", "A"), Equals("lead.stage", "B"))),
        ("amount > 5", (Beyond("lead.amount", ">", Decimal(5)),)),
        ("10 >= amount", (Beyond("lead.amount", "<=", Decimal(10)),)),
        ('stage = "A" for 3 days', (Equals("lead.stage", "A"),)),
        ('stage changes to "A"', (Equals("lead.stage", "A"),)),
        ('not (stage = "A")', None),
        ('stage != "A"', None),
        ('stage = "A" or note is empty', None),
    ],
)
def test_necessary_keys(text: str, keys: Any) -> None:
    assert keys_of(condition(text)) == keys


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("stage changes", {("updated", "lead.stage")}),
        ("stage changes and amount rises", {("updated", "lead.stage")}),
        ("stage changes or record is created", {("updated", "lead.stage"), ("created", None)}),
        (
            "stage changes or amount > 5",
            {("updated", "lead.stage"), ("created", None), ("updated", None), ("deleted", None)},
        ),
        ("previous amount > 5", EVERY),
    ],
)
def test_triggers(text: str, events: set[tuple[str, str | None]]) -> None:
    assert set(triggers_of(condition(text))) == {Trigger(event, field) for event, field in events}  # type: ignore[arg-type]


def change(**after: Any) -> RecordChange:
    before: dict[str, Any] = {"id": "x", "stage": "S0", "amount": Decimal(0), "note": None}
    return RecordChange("lead", "x", before, {**before, **after})


def candidates(book: RuleBook, of: RecordChange) -> set[str]:
    found = book.plan.own(of, changed_keys(of))
    return {rule.id for index in found for rule in index.candidates(of.after or {})}


def book_of(count: int) -> RuleBook:
    book = RuleBook(MODEL)
    texts = [
        f'rule "r{i}" on lead when ' + (f"amount > {i}" if i % 2 else f'stage = "S{i}"') + ' then set note = "x"'
        for i in range(count)
    ]
    for number, rule in enumerate(dsl.parse("\n".join(texts), MODEL, "en").rules):
        book.add(str(number), rule)
    return book


def test_only_rules_that_could_match_are_found_and_retired_ones_are_not() -> None:
    book = book_of(40)
    assert candidates(book, change(stage="S4")) == {"4"}
    assert candidates(book, change(amount=Decimal(5))) == {"1", "3"}
    assert candidates(book, change(note="y")) == set()
    book.retire("3")
    assert candidates(book, change(amount=Decimal(5))) == {"1"}


def test_a_copied_book_finds_the_same_and_is_changed_alone() -> None:
    book = book_of(40)
    copied = book.copy({*book.rules} - {"7"})
    assert "7" not in copied.rules
    assert candidates(copied, change(stage="S4", amount=Decimal(5))) == {"1", "3", "4"}
    copied.retire("3")
    copied.add("40", dsl.parse('rule "new" on lead when amount > 2 then set note = "x"', MODEL, "en").rules[0])
    assert candidates(copied, change(amount=Decimal(5))) == {"1", "40"}
    assert candidates(book, change(amount=Decimal(5))) == {"1", "3"}
    assert copied.rules["1"] is book.rules["1"]


def test_the_same_content_is_compiled_once() -> None:
    book = RuleBook(MODEL)
    rule = dsl.parse('rule "r" on lead when amount > 5 then set note = "x"', MODEL, "en").rules[0]
    assert book.add("1", rule).of is book.add("2", rule).of


def test_a_change_costs_the_same_beside_many_rules() -> None:
    def seconds(book: RuleBook) -> float:
        of = change(stage="S4")
        best = 1.0
        for _ in range(5):
            start = time.perf_counter()
            for _ in range(200):
                candidates(book, of)
            best = min(best, time.perf_counter() - start)
        return best

    few, many = seconds(book_of(20)), seconds(book_of(400))
    assert many < few * 5
