"""Record-local conditions on plain mappings: what they take, and what they cost."""

from __future__ import annotations

import datetime as dt
import timeit
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from ruleloom.dsl.backends.predicate import NotACondition, NotRecordLocal, UnreadableValue, compile_condition, predicate
from ruleloom.dsl.moment import Moment
from tests.dsl.backends.trees import NOW
from tests.dsl.backends.world import MODEL

GATE = (
    'credit > 100 and score <= 50 and ratio = 0.5 and photos is not empty and tags contains "gold" and region = "West"'
    ' and vip and name is not empty and note != "x" and since >= "2026-01-01" and region in ("West", "East")'
    ' and name starts with "ac"'
)
PASSING: Mapping[str, Any] = {
    "credit": Decimal("100.01"),
    "score": Decimal(50),
    "ratio": Decimal("0.500000"),
    "photos": ("a",),
    "tags": ("gold",),
    "region": "West",
    "vip": True,
    "name": "Acme",
    "note": None,
    "since": 20500,
}


def by_hand(fold: Callable[[str], str]) -> Callable[[Mapping[str, Any]], bool]:
    """The same gate as a programmer would generate it, null-safe."""
    hundred, fifty, half, pair = Decimal(100), Decimal(50), Decimal("0.5"), frozenset({"West", "East"})

    def gate(record: Mapping[str, Any]) -> bool:
        get = record.get
        return (
            (credit := get("credit")) is not None
            and credit > hundred
            and (score := get("score")) is not None
            and score <= fifty
            and (ratio := get("ratio")) is not None
            and ratio == half
            and bool(get("photos"))
            and (tags := get("tags")) is not None
            and "gold" in tags
            and get("region") == "West"
            and get("vip") is True
            and get("name") is not None
            and get("note") != "x"
            and (since := get("since")) is not None
            and since >= 20454
            and get("region") in pair
            and (name := get("name")) is not None
            and fold(name).startswith("ac")
        )

    return gate


def test_twelve_predicates_cost_no_more_than_by_hand() -> None:
    from ruleloom.dsl.folding import fold

    generated, written = predicate(GATE, "customer", MODEL), by_hand(fold)
    assert generated(PASSING) is written(PASSING) is True
    ratios = []
    for _ in range(9):
        ours = min(timeit.repeat(lambda: generated(PASSING), number=4000, repeat=3))
        theirs = min(timeit.repeat(lambda: written(PASSING), number=4000, repeat=3))
        ratios.append(ours / theirs)
    assert min(ratios) <= 1.1, ratios


@pytest.mark.parametrize(
    "changed",
    [
        {"credit": 101, "since": dt.date(2026, 1, 1)},
        {"credit": "100.01", "ratio": "0.5", "since": "2026-01-01"},
        {"credit": 101, "photos": ["a"], "tags": {"gold"}},
    ],
)
def test_a_mapping_may_hold_what_is_at_hand(changed: dict[str, Any]) -> None:
    gate = predicate(GATE, "customer", MODEL)
    assert gate({**PASSING, **changed})
    assert not gate({**PASSING, **changed, "credit": "100"})
    assert not gate({**PASSING, **changed, "since": dt.date(2025, 12, 31)})
    assert gate(PASSING)


def test_a_missing_key_is_empty() -> None:
    assert not predicate("credit > 1", "customer", MODEL)({})
    assert predicate("credit != 1", "customer", MODEL)({})


def test_instants_with_an_offset() -> None:
    recent = predicate("seen in the last 2 hours", "customer", MODEL)
    moment = Moment(NOW, MODEL.calendar)
    assert recent({"seen": dt.datetime(2026, 3, 31, 4, 30, 1, tzinfo=dt.UTC)}, moment)
    assert recent({"seen": "2026-03-31T14:00:00+08:00"}, moment)
    assert not recent({"seen": NOW - 7_200_000_000}, moment)


def test_chinese_text_and_both_ways_to_name_the_entity() -> None:
    assert predicate("额度 大于 1", MODEL.entity("customer"), MODEL)({"credit": 2})


def test_errors_are_said() -> None:
    with pytest.raises(NotRecordLocal):
        predicate("no orders", "customer", MODEL)
    with pytest.raises(NotACondition) as wrong:
        predicate("credt > 1 and scor > 1", "customer", MODEL)
    assert len(wrong.value.diagnostics) == 2
    with pytest.raises(NotACondition):
        predicate("credit > 1", "nothing", MODEL)
    with pytest.raises(UnreadableValue) as unreadable:
        predicate("credit > 1", "customer", MODEL)({"credit": "many"})
    assert unreadable.value.diagnostics[0].message("zh")


@pytest.mark.parametrize("make", [predicate, compile_condition])
def test_floats_are_compared_as_they_are_printed(make: Any) -> None:
    # the binary value of 7.1 lies below 7.1, that of 0.1 above 0.1
    assert make("credit >= 7.1", "customer", MODEL)({"credit": 7.1})
    assert make("credit <= 0.1", "customer", MODEL)({"credit": 0.1})
    assert make("credit = 0.1", "customer", MODEL)({"credit": 0.1})
    assert make("credit < 8", "customer", MODEL)({"credit": 7.1})
    assert make("credit between 7.1 and 8", "customer", MODEL)({"credit": 7.1})
    assert not make("credit > ratio", "customer", MODEL)({"credit": 0.1, "ratio": Decimal("0.1")})


@pytest.mark.parametrize("credit", [11, Decimal(11), Decimal("10.01"), 10.5, "10.5"])
def test_whole_constants_take_every_kind_of_number(credit: Any) -> None:
    for make in (predicate, compile_condition):
        assert make("credit > 10 and credit != 10", "customer", MODEL)({"credit": credit})
