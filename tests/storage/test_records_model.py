"""Random writes against a plain dictionary: the tables, the snapshots and the log say the same, on both databases."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import Connection

from ruleloom.dsl.types import Value
from ruleloom.engine.store import RecordChange
from ruleloom.storage.logs import change_log
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.records.deletion import delete, restore
from ruleloom.storage.records.records import NewRecord, Records, RecordUpdate

CUSTOMERS, ORDERS, LINES = range(1, 6), range(101, 109), range(201, 212)


class Plain:
    """What should be: physical values and deleted records; references to deleted records read as empty."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, int], dict[str, Value]] = {}
        self.deleted: dict[tuple[str, int], int] = {}

    def live(self, entity: str) -> list[int]:
        return [record for kind, record in self.values if kind == entity and (kind, record) not in self.deleted]

    def shown(self, entity: str, record: int) -> dict[str, Value]:
        shown = dict(self.values[entity, record])
        for key, target in (("customer", "customer"), ("order", "order")):
            if shown.get(key) is not None and (target, shown[key]) not in [(target, i) for i in self.live(target)]:
                shown[key] = None
        return shown

    def delete(self, entity: str, record: int, at: int) -> None:
        self.deleted[entity, record] = at
        if entity == "order":
            for line in self.live("line"):
                if self.values["line", line].get("order") == record:
                    self.deleted["line", line] = at

    def restore(self, entity: str, record: int) -> None:
        at = self.deleted.pop((entity, record))
        if entity == "order":
            for kind, line in list(self.deleted):
                if kind == "line" and self.deleted[kind, line] == at and self.values[kind, line].get("order") == record:
                    del self.deleted[kind, line]


def values_for(chance: random.Random, entity: str, plain: Plain) -> dict[str, Value]:
    if entity == "customer":
        return {"name": chance.choice(["a", "b", None]), "tags": chance.choice([None, ("a",), ("a", "b")])}
    target = "customer" if entity == "order" else "order"
    given: dict[str, Value] = {target: chance.choice([*plain.live(target), None])}
    if entity == "order":
        given["number"] = chance.choice(["1", "2", None])
    return given


def step(chance: random.Random, records: Records, plain: Plain, at: int) -> list[RecordChange]:
    entity, ids = chance.choice([("customer", CUSTOMERS), ("order", ORDERS), ("line", LINES)])
    record, stamp = chance.choice(ids), Stamp(at)
    if (entity, record) not in plain.values:
        plain.values[entity, record] = values_for(chance, entity, plain)
        return records.insert(entity, [NewRecord(record, plain.values[entity, record])], stamp)
    if (entity, record) in plain.deleted:
        plain.restore(entity, record)
        return restore(records, entity, [record], stamp)
    if chance.random() < 0.4:
        plain.delete(entity, record, at)
        return delete(records, entity, [record], stamp)
    new = values_for(chance, entity, plain)
    shown = plain.shown(entity, record)
    plain.values[entity, record].update({key: value for key, value in new.items() if shown.get(key) != value})
    return records.update(entity, [RecordUpdate(record, new)], stamp)


@pytest.mark.parametrize("seed", range(3))
def test_tables_and_log_follow_the_writes(records: Records, connection: Connection, seed: int) -> None:
    chance, plain = random.Random(seed), Plain()  # noqa: S311
    told: dict[tuple[str, Any], Any] = {}
    for at in range(1, 120):
        for change in step(chance, records, plain, at):
            assert told.get((change.entity, change.record)) == change.before
            told[change.entity, change.record] = change.after
        if at % 10:
            continue
        for entity, ids in (("customer", CUSTOMERS), ("order", ORDERS), ("line", LINES)):
            found = records.read(entity, ids)
            assert sorted(found) == sorted(plain.live(entity))
            for record, snapshot in found.items():
                shown = plain.shown(entity, int(record))
                assert {key: snapshot[key] for key in shown} == shown
                assert snapshot == told[entity, record]
                assert replayed(records, connection, entity, int(record)) == {
                    key: value for key, value in snapshot.items() if key in shown and value is not None
                }


def replayed(records: Records, connection: Connection, entity: str, record: int) -> dict[str, Value]:
    """The record's values as its log tells them, oldest change first."""
    state: dict[str, Value] = {}
    model = records.catalogue.model.entity(entity)
    for change in reversed(change_log.history(connection, model, record, limit=1000)):
        state = {} if change.operation == "delete" else {**state, **change.after}
    return {key: value for key, value in state.items() if value is not None and key != "position"}
