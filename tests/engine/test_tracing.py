"""`explainer`: on random conditions each part has the truth of its own compiled condition; foreign values are read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ruleloom import dsl
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import reads_of
from ruleloom.engine import explainer
from ruleloom.engine.explaining.tracing import Reason
from tests.dsl.backends.trees import NOW, Pieces, chance
from tests.dsl.backends.world import MODEL


def _every(reason: Reason) -> list[Reason]:
    return [reason, *(each for part in reason.parts for each in _every(part))]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_each_part_has_the_truth_of_its_own_condition(seed: int) -> None:
    pieces = Pieces(chance(seed))
    condition = pieces.condition("customer", "this", 3)
    if not reads_of(condition, MODEL).record_local:
        return
    explain = explainer(condition, "customer", MODEL)
    moment = Moment(NOW, MODEL.calendar)
    for record in pieces.world().live("customer").values():
        trace = explain(record, moment)
        for reason in _every(trace.whole):
            assert reason.holds is dsl.compile_condition(reason.part.condition, "customer", MODEL)(record, moment)
        assert trace.holds is trace.whole.holds
        assert bool(trace.failing()) is not trace.holds


def test_values_and_failing_parts_of_foreign_mappings() -> None:
    explain = explainer('region = "East" and (credit > 10 or vip)', "customer", MODEL)
    trace = explain({"region": "East", "credit": "7.50", "vip": False})
    assert [(each.values, each.sentence("en")) for each in trace.failing()] == [
        ((Decimal("7.50"),), "credit is more than 10"),
        ((False,), "vip is yes"),
    ]
    assert explain({"region": "East", "credit": 11}).holds


def test_an_entity_may_stand_alone() -> None:
    customer: Any = MODEL.entity("customer")
    assert dsl.compile_condition("credit > 10", customer)({"credit": 11})
    with pytest.raises(dsl.NotACondition):
        dsl.compile_condition("credit > 10", "customer")
    with pytest.raises(dsl.NotRecordLocal):
        explainer("no orders", "customer", MODEL)
