"""The engine agrees with the naive reference on random rule sets and histories, 2,000 at full size."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings

from ruleloom.engine import intents as i
from ruleloom.runtime.simulation.by_sql import judge_by_sql
from ruleloom.runtime.simulation.play import Line, Simulation
from tests.properties.histories import histories, model_of
from tests.properties.reference import Reference

COUNT = 2_000 if os.environ.get("RULELOOM_SIZE") == "full" else 200
model = cache(model_of)
SETTINGS: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def write_of(operation: str, entity: str, record: str, values: Any) -> i.Write:
    if operation == "chunk":
        return i.WriteTogether(tuple(write_of(*part) for part in values))  # type: ignore[misc]  # none is a chunk
    if operation == "bulk":
        return i.UpdateRecords(entity, values)
    if operation == "create":
        return i.CreateRecord(entity, values, record)
    return i.UpdateRecords(entity, {record: values}) if operation == "update" else i.DeleteRecord(entity, record)


def engine_lines(zone: str, rules: list[Any], events: list[Any], until: int, by_sql: bool = False) -> list[Any]:
    simulation = Simulation(model(zone), rules)
    if by_sql:
        judge_by_sql(simulation)
    lines: list[Line] = []
    for at, *event in events:
        lines += simulation.event(write_of(*event), at)
    lines += [*simulation.settle(until), *simulation.end()]
    return [
        (f.at, -f.priority, f.rule_name, line.record, f.edge, line.message or "")
        for line in lines
        for f in [line.firing]
    ]


@settings(max_examples=COUNT, **SETTINGS)
@given(histories(chunks=True))
def test_every_firing_is_the_one_of_the_reference(history: Any) -> None:
    zone, rules, events, until = history
    assert engine_lines(zone, rules, events, until) == Reference(model(zone), rules, zone).play(events, until)


@settings(max_examples=COUNT, **SETTINGS)
@given(histories(chunks=True))
def test_with_conditions_asked_in_sql_too(history: Any) -> None:
    zone, rules, events, until = history
    expected = Reference(model(zone), rules, zone).play(events, until)
    assert engine_lines(zone, rules, events, until, by_sql=True) == expected
