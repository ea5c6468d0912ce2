"""The engine agrees with the naive reference on random rule sets and histories (RULELOOM_HISTORIES: how many)."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings

from ruleloom.engine import intents as i
from ruleloom.runtime.simulation.play import Simulation
from tests.properties.histories import histories, model_of
from tests.properties.reference import Reference

COUNT = int(os.environ.get("RULELOOM_HISTORIES", "200"))
model = cache(model_of)


def engine_lines(zone: str, rules: list[Any], events: list[Any], until: int) -> list[tuple[Any, ...]]:
    simulation = Simulation(model(zone), rules)
    lines = []
    for at, operation, entity, record, values in events:
        write: i.Write = {
            "create": lambda e=entity, v=values, r=record: i.CreateRecord(e, v, r),
            "update": lambda e=entity, v=values, r=record: i.UpdateRecords(e, {r: v}),
            "delete": lambda e=entity, v=values, r=record: i.DeleteRecord(e, r),
        }[operation]()
        lines += list(simulation.event(write, at))
    lines += list(simulation.settle(until))
    lines += list(simulation.end())
    return [
        (
            line.firing.at,
            -line.firing.priority,
            line.firing.rule_name,
            line.record,
            line.firing.edge,
            line.message or "",
        )
        for line in lines
    ]


@settings(max_examples=COUNT, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories())
def test_every_firing_is_the_one_of_the_reference(history: Any) -> None:
    zone, _, rules, events, until = history
    expected = Reference(model(zone), rules, zone).play(events, until)
    assert engine_lines(zone, rules, events, until) == expected
