"""Static analysis: what is found, with an example that shows it; and no false alarm on random conditions."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom import dsl
from ruleloom.dsl import nodes as n
from ruleloom.dsl.analysis import analyse, analyse_condition, circles_beside
from ruleloom.dsl.analysis.possible import can_be, implies
from ruleloom.dsl.analysis.samples import sample_of
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import reads_of
from ruleloom.messages import LANGUAGES
from tests.dsl.backends.trees import NOW, Pieces, chance
from tests.dsl.backends.world import MODEL

SIZE = 3_000 if os.environ.get("RULELOOM_SIZE") == "full" else 150


def _condition(text: str) -> n.Condition:
    parsed = dsl.parse(text, MODEL, entity="customer", part="condition")
    assert isinstance(parsed.tree, n.Condition), [each.message("en") for each in parsed.diagnostics]
    return parsed.tree


@pytest.mark.parametrize(
    "text",
    [
        'region = "East" and region = "West"',
        "score > 5 and score < 6",
        "credit >= 10 and credit < 10",
        "credit between 5 and 3",
        "credit > 5 and credit is empty",
        "credit > score and score is empty",
        "vip and vip = no",
        "no orders and any orders",
        "count(orders) < 0",
        "at least 3 orders in the last 7 days and at most 2 orders in the last 7 days",
        "seen in the last 3 days and seen in the next 3 days",
        "seen older than 10 days and seen in the last 3 days",
        "since older than 2 weeks and since in the last 14 days",
        'name = "a" and name in ("b", "c")',
        'name starts with "x" and name is empty',
        'not (region = "East") and (region = "East" or region = "East")',
        "record is created and credit changes",
        'region changes to "East" and region = "West"',
        'region = "East" for 3 days and region = "West"',
        "credit > 5 and credit < 7 and credit between 8 and 9",
    ],
)
def test_what_can_never_be_true(text: str) -> None:
    found = analyse_condition(_condition(text), "customer", MODEL)
    assert [each.code for each in found][:1] in (["condition-excludes-itself"], ["condition-never-true"])
    assert all(each.message(language) and each.severity == "warning" for each in found for language in LANGUAGES)
    assert found[0].place is not None


@pytest.mark.parametrize(
    "text",
    [
        "credit is empty or credit is not empty",
        'region = "East" or region != "East"',
        "count(orders) >= 0",
        "not (score > 5 and score < 6)",
        "no orders or any orders",
    ],
)
def test_what_is_always_true(text: str) -> None:
    assert [each.code for each in analyse_condition(_condition(text), "customer", MODEL)] == ["condition-always-true"]


@pytest.mark.parametrize(
    "text",
    [
        'region = "East" or region = "West"',
        "credit > 5 and credit < 6",
        "score > 5 and score < 7",
        "credit != 5 or score is empty",
        "seen in the last 3 months and seen in the next 3 months",
        "any orders and no orders in the last 3 days",
        'region changes to "East" and previous region = "West"',
        'not (region = "East" for 3 days) and region = "East"',
        "parent.credit > 5 and credit < 5",
    ],
)
def test_what_may_be_true_is_left_alone(text: str) -> None:
    assert analyse_condition(_condition(text), "customer", MODEL) == ()


def test_the_example_shows_which_part_holds() -> None:
    (found,) = analyse_condition(_condition('region = "East" and region = "West"'), "customer", MODEL)
    assert found.message("en") == (
        'this can never be true: region = "East" and region = "West" exclude each other '
        "(with region = West only one of them holds)"
    )
    assert found.place is not None
    assert 'region = "East" and region = "West"'[found.place.start : found.place.end] == 'region = "West"'


def test_parts_that_say_nothing_are_hints() -> None:
    (found,) = analyse_condition(_condition("credit > 10 and credit > 5"), "customer", MODEL)
    assert (found.code, found.severity, found.params["part"]) == ("part-says-nothing", "hint", "credit > 5")


SET = """
rule "First" on customer when region = "East" then set score = 1
rule "Same" on customer when region = "East" then set score = 1
rule "Narrow" on customer when region = "East" and vip then set score = 1
rule "Against" on customer when region = "East" then set score = 2
rule "Beside" on customer when vip then set score = 3
rule "Elsewhere" on customer when region = "West" and not vip then set score = 4
"""


def test_rules_beside_each_other() -> None:
    rules = dsl.parse(SET, MODEL).rules
    found = {
        (each.code, each.params["first"], each.params["second"])
        for place, each in analyse(rules, MODEL).findings
        if "first" in each.params
    }
    assert ("rule-duplicate", "First", "Same") in found
    assert ("rule-shadowed", "First", "Narrow") in found
    assert ("rules-contradict", "First", "Against") in found
    assert ("rules-write-one-field", "First", "Beside") in found
    assert not [each for each in found if "Elsewhere" in each]
    beside = next(d for _, d in analyse(rules, MODEL).findings if d.code == "rules-write-one-field")
    assert "region = East" in beside.params["example"]
    assert all(each.message(language) for _, each in analyse(rules, MODEL).findings for language in LANGUAGES)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (
            ("customer when score = 0 then set score = 1", "customer when score = 1 then set score = 0"),
            [([1, 0], [("score", "updated"), ("score", "updated")])],
        ),
        (("customer when score changes then set score = score + 1",), [([0], [("score", "updated")])]),
        (("customer when no orders then create order (customer = this)",), []),
        (("customer when credit > 1 then create customer (credit = 5)",), [([0], [(None, "created")])]),
        (("customer when credit > 1 then create customer (credit = 0)",), []),
        (("customer when record is created then delete this",), []),
        (
            (
                'customer when region = "East" then set vip = yes',
                "customer when vip then create order (customer = this)",
                'customer when any orders then set region = "East"',
            ),
            [([2, 0, 1], [("region", "updated"), ("vip", "updated"), (None, "created")])],
        ),
        (("customer when score > 1 then set vip = yes", "customer every day at 09:00 when vip then set score = 2"), []),
    ],
)
def test_the_circles_through_a_rule(texts: tuple[str, ...], found: list[tuple[list[int], list[Any]]]) -> None:
    rules = dsl.parse("\n".join(f'rule "{place}" on {text}' for place, text in enumerate(texts)), MODEL).rules
    assert len(rules) == len(texts)
    shown = [
        (list(circle.rules), [(MODEL.field(e.field)[1].name if e.field else None, e.way) for e in circle.edges])
        for circle in circles_beside(rules[-1], rules[:-1], MODEL)
    ]
    assert shown == found


def test_circles_and_their_edges() -> None:
    text = """
    rule "One" on customer when region = "East" then set vip = yes
    rule "Two" on customer when vip then set region = "West"
    rule "Three" on customer when region = "West" then set region = "East"
    rule "Apart" on customer when credit > 5 then set note = "big"
    rule "Itself" on customer when credit rises then set credit = credit + 1
    rule "Stays" on customer when score < 10 then set score = score + 1
    rule "Ends" on customer when score = 50 then set score = 60
    """
    rules = dsl.parse(text, MODEL).rules
    assert len(rules) == 7
    analysis = analyse(rules, MODEL)
    names = {(rules[edge.source].name, rules[edge.target].name) for edge in analysis.edges}
    assert names == {
        ("One", "Two"), ("Two", "Three"), ("Three", "One"), ("Itself", "Itself"), ("Itself", "Apart"),
        ("Stays", "Ends"),
    }  # fmt: skip
    circles = [each.params["rules"] for each in analysis.diagnostics if each.code == "rules-in-a-circle"]
    assert circles == ['"One" → "Two" → "Three" → "One"', '"Itself" → "Itself"']


@settings(max_examples=SIZE, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_no_false_alarms(seed: int) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    first, second = (pieces.condition("customer", "this", 3) for _ in range(2))
    world = pieces.world()
    moment = Moment(NOW, MODEL.calendar)
    rows = list(world.live("customer").values())
    for condition in (first, n.And((first, second)), n.And((first, n.Not(first))), n.Or((second, n.Not(second)))):
        never, always = not can_be(condition), not can_be(condition, holds=False)
        truths = {world.holds(condition, row, moment) for row in rows}
        assert not (never and True in truths), condition
        assert not (always and False in truths), condition
    assert not can_be(n.And((first, n.Not(first)))) or not _seen_through(first)
    if implies(first, second):
        assert all(world.holds(second, row, moment) for row in rows if world.holds(first, row, moment))
    reads = reads_of(first, MODEL)
    sample = sample_of(first, MODEL)
    if sample is not None and reads.record_local and not (reads.timed or reads.reads_me):
        empty = dict.fromkeys((field.key for field in MODEL.entity("customer").fields), None)
        assert world.holds(first, {**empty, **sample}, moment)


def _seen_through(condition: n.Condition) -> bool:
    """Whether the condition has no more alternatives than are looked at."""
    from ruleloom.dsl.analysis.literals import TooManyError, alternatives

    try:
        alternatives(n.And((condition, n.Not(condition))))
    except TooManyError:
        return False
    return True
