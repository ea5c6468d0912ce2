"""Explanations: parts, values found, rows looked at, reasons, and the instant at which time turns the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.predicate import to_day, to_instant
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reading.parsing import parse
from ruleloom.engine import Asked, Explanation, explain
from ruleloom.storage.facts.store import SqlStore
from tests.dsl.backends.conftest import sqlite_bench
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.world import MODEL, World

__all__ = ["sqlite_bench"]


def _at(text: str) -> Any:
    return to_instant(text, MODEL.calendar)


@pytest.fixture
def explained(sqlite_bench: Bench) -> Any:
    world = World()
    owner = world.add("user", name="Li")
    customer = world.add("customer", name="Acme", region="West", owner=owner)
    for day, attended in (("2026-01-03", False), ("2026-01-20", False), ("2025-11-01", True)):
        world.add("training", customer=customer, held_on=to_day(day, MODEL.calendar), attended=attended)
    world.add("order", customer=customer, ordered_at=_at("2026-01-18T09:00:00+08:00"))

    def run(text: str, at: str) -> Explanation:
        tree = parse(text, MODEL, entity="customer", part="condition").tree
        assert isinstance(tree, n.Condition)
        with sqlite_bench.holding(world) as connection:
            store: Any = SqlStore(connection, sqlite_bench.catalogue)
            moment = Moment(_at(at), MODEL.calendar)
            return explain(
                tree, Asked("customer", customer, world.snapshot("customer", customer), store, MODEL, moment)
            )

    return run


TWO = "the last 2 trainings all attended = no and no orders in the last 30 days"


def test_each_part_says_what_it_found_and_the_reason_is_the_part_that_fails(explained: Any) -> None:
    whole = explained(TWO, "2026-01-21T09:00:00+08:00")
    assert not whole.holds
    trainings, orders = whole.parts
    assert trainings.holds
    assert [[value.shown["zh"] for value in row.values] for row in trainings.rows] == [
        ["2026-01-20", "否"],
        ["2026-01-03", "否"],
    ]
    assert not orders.holds
    assert [found.shown["en"] for found in orders.found] == ["1"]
    assert orders.rows[0].values[0].shown["en"] == "2026-01-18 09:00"
    assert whole.reasons() == (orders,)
    assert whole.next == _at("2026-02-17T09:00:00+08:00")


def test_it_holds_from_exactly_then_on(explained: Any) -> None:
    before, then = (explained(TWO, f"2026-02-17T{clock}+08:00") for clock in ("08:59:59.999999", "09:00:00"))
    assert (before.holds, then.holds) == (False, True)
    assert len(then.reasons()) == 2


def test_values_are_shown_with_labels_and_titles(explained: Any) -> None:
    whole = explained('region = "East" or owner is empty or vip', "2026-01-21T09:00:00+08:00")
    shown = [found.shown for part in whole.parts for found in part.found]
    assert [each["zh"] for each in shown] == ["西区", "Li", "空"]
    assert whole.next is None
    assert len(whole.reasons()) == 3
    assert all(part.words["en"] and part.words["zh"] for part in whole.parts)


def test_a_negation_is_explained_by_what_it_negates(explained: Any) -> None:
    whole = explained('not (region = "West" and not vip)', "2026-01-21T09:00:00+08:00")
    assert not whole.holds
    assert [reason.words["en"] for reason in whole.reasons()] == [
        part.words["en"] for part in (whole.parts[0].parts[0], whole.parts[0].parts[1].parts[0])
    ]
