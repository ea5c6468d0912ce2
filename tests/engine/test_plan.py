"""The index over rules: what it finds, and that the others cost nothing."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleloom import dsl
from ruleloom.dsl.nodes import Held
from ruleloom.dsl.reads import walk
from ruleloom.engine.finding.keys import (
    Beyond,
    Equals,
    Trigger,
    Within,
    decided_by,
    interest_keys,
    keys_of,
    triggers_of,
)
from ruleloom.engine.finding.plan import changed_keys
from ruleloom.engine.finding.ranges import Ranges
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


A, B = Equals("lead.stage", "A"), Equals("lead.stage", "B")
FIVE = Beyond("lead.amount", ">", Decimal(5))
NINE = Beyond("lead.amount", "<=", Decimal(9))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('stage = "A"', ((A,),)),
        ('stage = "A" and amount > 5', ((A,), (FIVE,))),
        ('stage = "A" or stage = "B"', ((A, B),)),
        ('stage in ("A", "B") and amount > 5', ((A, B), (FIVE,))),
        ('stage = "A" or stage = "B" and amount > 5', ((A, B),)),
        ("amount > 5", ((FIVE,),)),
        ("10 >= amount", ((Beyond("lead.amount", "<=", Decimal(10)),),)),
        (
            "amount > 5 and amount > 3 and amount <= 9",
            (
                (FIVE,),
                (Beyond("lead.amount", ">", Decimal(3)),),
                (NINE,),
                (Within("lead.amount", Decimal(5), Decimal(9), False),),
            ),
        ),
        (
            "amount between 5 and 9",
            ((Beyond("lead.amount", ">=", Decimal(5)),), (NINE,), (Within("lead.amount", Decimal(5), Decimal(9)),)),
        ),
        ('stage = "A" for 3 days', ((A,),)),
        ('stage changes to "A"', ((A,),)),
        ('not (stage = "A")', ()),
        ('stage != "A"', ()),
        ('stage = "A" or note is empty', ()),
    ],
)
def test_necessary_keys(text: str, keys: Any) -> None:
    assert keys_of(condition(text)) == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('(stage = "A" and note = "x") for 3 days', ((A,), (Equals("lead.note", "x"),))),
        ('stage = "A" for 3 days and note = "x"', ((A,),)),
        ('stage = "A" for 3 days or stage = "B"', ((A, B),)),
        ('stage = "A" for 3 days or note is empty', ()),
    ],
)
def test_what_has_to_be_followed_is_found_by_keys_too(text: str, keys: Any) -> None:
    read = condition(text)
    assert interest_keys(read, [node for node in walk(read) if isinstance(node, Held)]) == keys


@pytest.mark.parametrize(
    ("text", "keys", "decided"),
    [
        ('stage = "A"', (A,), True),
        ('stage in ("A", "B")', (A, B), True),
        ('stage in ("A", "B")', (A,), False),
        ("amount > 5", (FIVE,), True),
        ("amount > 5", (Within("lead.amount", Decimal(5), Decimal(9), False),), True),
        ("amount >= 5", (Within("lead.amount", Decimal(5), Decimal(9), False),), False),
        ("amount between 5 and 9", (Within("lead.amount", Decimal(5), Decimal(9)),), True),
        ("amount between 5 and 9", (NINE,), False),
        ('stage changes to "A"', (A,), False),
        ('stage = "A" for 3 days', (A,), False),
    ],
)
def test_what_the_keys_leave_to_be_checked(text: str, keys: Any, decided: bool) -> None:
    assert decided_by(condition(text), keys) is decided


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


def shelf(*conditions: str) -> RuleBook:
    book = RuleBook(MODEL)
    for number, text in enumerate(conditions):
        book.add(
            str(number), dsl.parse(f'rule "r{number}" on lead when {text} then set note = "x"', MODEL, "en").rules[0]
        )
    return book


def test_a_rule_stands_under_its_rarest_equality() -> None:
    book = shelf(*(f'note = "open" and stage = "S{i}"' for i in range(50)))
    assert len(candidates(book, change(stage="S7", note="open"))) <= 2, "not all that ask for what many ask for"
    assert "7" in candidates(book, change(stage="S7", note="open"))


def test_stretches_are_found_around_a_value() -> None:
    book = shelf(*(f"amount > {i} and amount <= {i + 2}" for i in range(50)))
    assert candidates(book, change(amount=Decimal(7))) == {"5", "6"}
    book.retire("5")
    assert candidates(book, change(amount=Decimal(7))) == {"6"}
    assert candidates(book.copy({*book.rules}), change(amount=Decimal(7))) == {"6"}


def test_a_threshold_is_looked_up_where_too_many_share_the_equality() -> None:
    book = shelf(*(f'stage = "A" and amount between {i} and {i + 1}' for i in range(100)))
    found = candidates(book, change(stage="A", amount=Decimal(70)))
    assert {"69", "70"} <= found
    assert len(found) < 20


ENDS = st.integers(0, 12)


@given(st.lists(st.tuples(ENDS, ENDS, st.booleans(), st.booleans()), max_size=30), st.integers(-1, 13))
def test_ranges_find_what_a_look_at_each_finds(stretches: list[tuple[int, int, bool, bool]], value: int) -> None:
    ranges, expected = Ranges(), set()
    for number, (low, high, from_low, to_high) in enumerate(stretches):
        ranges.add(str(number), Within("f", low, high, from_low, to_high))
        if (low < value or (from_low and low == value)) and (value < high or (to_high and high == value)):
            expected.add(str(number))
    found = ranges.around(value)
    assert len(found) == len(set(found))
    assert set(found) == expected


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
