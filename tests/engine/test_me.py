"""`me` in what a condition reads of other records: one answer in memory, on SQLite, on PostgreSQL, for everyone."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom import dsl
from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.predicate import to_instant
from ruleloom.dsl.calendar import DAY
from ruleloom.dsl.moment import Moment
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.store import Store
from ruleloom.runtime.simulation.desk import MemoryDesk
from ruleloom.storage.facts.store import SqlStore
from tests.dsl.backends.conftest import benches, postgres_bench, sqlite_bench
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.world import MODEL, World

__all__ = ["benches", "postgres_bench", "sqlite_bench"]

NOW: Any = to_instant("2026-03-01T09:00:00+08:00", MODEL.calendar)
TODAY = MODEL.calendar.day_of(NOW)
CONDITIONS = {
    "any trainings where (trainer = me)": {"li": {"acme"}, "wang": {"acme", "bolt"}},
    "owner.manager = me.manager": {"li": {"acme", "bolt"}, "wang": {"acme", "bolt"}},
    'me.manager.name = "Boss" and no trainings': {"li": {"core"}, "wang": {"core"}},
    "any trainings where (trainer.manager = me.manager and trainer != me)": {"li": {"acme", "bolt"}, "wang": {"acme"}},
    "the last 1 trainings all trainer = me": {"wang": {"acme", "bolt"}},
    "count(me.customers) > 1": {"li": {"acme", "bolt", "core"}},
    "any me.customers where (vip)": {"wang": {"acme", "bolt", "core"}},
    "any me.customers where (this.region = region)": {"li": {"acme", "bolt"}, "wang": {"core"}},
    "count(all weights where (title = this.name and this.owner = me)) = 1": {"li": {"acme"}},
    "count(trainings where trainer = me) + count(me.customers) = 3": {"li": {"acme"}},
}


@pytest.fixture
def world() -> tuple[World, dict[str, int]]:
    world = World()
    boss = world.add("user", name="Boss")
    ids = {"boss": boss, "li": world.add("user", name="Li", manager=boss)}
    ids["wang"] = world.add("user", name="Wang", manager=boss)
    ids["acme"] = world.add("customer", name="Acme", owner=ids["li"], region="East")
    ids["bolt"] = world.add("customer", name="Bolt", owner=ids["li"], region="West")
    ids["core"] = world.add("customer", name="Core", owner=boss, region="North")
    world.add("customer", name="Dorm", owner=ids["wang"], region="North", vip=True, created_at=NOW - DAY)
    world.add("training", customer=ids["acme"], held_on=TODAY - 9, trainer=ids["li"])
    world.add("training", customer=ids["acme"], held_on=TODAY - 2, trainer=ids["wang"])
    world.add("training", customer=ids["bolt"], held_on=TODAY - 1, trainer=ids["wang"])
    world.add("weight", title="Acme", factor=1)
    world.add("weight", title="Core", factor=1)
    return world, ids


def _memory(world: World) -> MemoryDesk:
    desk = MemoryDesk(MODEL)
    for entity, rows in world.rows.items():
        for record, row in rows.items():
            desk.tables.tables[entity].put(record, row, record)
    return desk


def _found(store: Store, text: str, world: World, me: int | None) -> set[str]:
    tree = dsl.parse(text, MODEL, entity="customer", part="condition").tree
    assert isinstance(tree, n.Condition)
    live: Any = world.live("customer")
    verdicts = Logic(tree, MODEL).judge(live, store, Moment(NOW, MODEL.calendar, me), {})
    return {live[record]["name"].lower() for record, verdict in verdicts.items() if verdict.holds} - {"dorm"}


@pytest.mark.parametrize("text", CONDITIONS)
def test_each_actor_gets_an_own_answer_everywhere(
    text: str, world: tuple[World, dict[str, int]], benches: list[Bench]
) -> None:
    rows, ids = world
    memory: Any = _memory(rows)
    expected = {who: CONDITIONS[text].get(who, set()) for who in ("li", "wang")}
    assert {who: _found(memory, text, rows, ids[who]) for who in expected} == expected
    assert _found(memory, text, rows, None) == set()
    for bench in benches:
        with bench.holding(rows) as connection:
            store: Any = SqlStore(connection, bench.catalogue)
            assert {who: _found(store, text, rows, ids[who]) for who in expected} == expected, bench.dialect
            assert _found(store, text, rows, None) == set(), bench.dialect


def test_members_know_the_actor_too(world: tuple[World, dict[str, int]], benches: list[Bench]) -> None:
    rows, ids = world
    tree = dsl.parse("any trainings where (trainer = me)", MODEL, entity="customer", part="condition").tree
    assert isinstance(tree, n.Quantified)
    customer = rows.snapshot("customer", ids["acme"])
    memory = _memory(rows)
    for me, count in (("li", 1), ("wang", 1), ("boss", 0)):
        asked = (tree.collection, ids["acme"], customer, NOW, ids[me])
        found = list(memory.members(*asked))
        assert len(found) == count
        for bench in benches:
            with bench.holding(rows) as connection:
                assert list(SqlStore(connection, bench.catalogue).members(*asked)) == found, bench.dialect
