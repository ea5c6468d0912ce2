"""The first look of a rule in one statement remembers what judging every record in Python remembers."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.dsl import nodes as n
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import held_of, is_timed
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.store import Memory
from ruleloom.storage.facts.first_look import FirstLook, holding
from ruleloom.storage.facts.store import SqlStore
from ruleloom.storage.tables.work import rule_memories
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.trees import NOW, Pieces, chance
from tests.dsl.backends.world import MODEL

SIZE = 1_500 if os.environ.get("RULELOOM_SIZE") == "full" else int(os.environ.get("RULELOOM_AGREEMENT", "20"))
RULE = "7"
said: Counter[tuple[bool, bool]] = Counter()
"""How many conditions moved with time, and were said in SQL."""


@settings(
    max_examples=SIZE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 2**32))
def test_one_statement_remembers_what_python_does(seed: int, benches: list[Bench]) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    world = pieces.world(crowd=2)
    now = NOW + random.choice([0, 3_600_000_000, -86_400_000_000])
    conditions = [_condition(random, pieces) for _ in range(6)]
    for bench in benches:
        with bench.holding(world) as connection:
            rule_memories.create(connection, checkfirst=True)
            store = SqlStore(connection, bench.catalogue)
            for condition in conditions:
                expected = _judged(store, condition, now)
                look = FirstLook(connection, bench.catalogue, "customer", now)
                done = look.remember(RULE, condition)
                said[is_timed(condition), done] += 1
                assert {*look.records(condition)} >= {memory.record for memory in expected}
                if done:
                    assert not held_of(condition)
                    found = store.memories("customer", store.all_records("customer"), [RULE])
                    assert sorted(found.values(), key=_of) == expected, (bench.dialect, condition)
                    assert list(holding(connection, RULE)) == [m.record for m in expected if m.holds]
                store.forget(RULE)


def test_the_commonest_conditions_are_said_in_sql() -> None:
    """After the one above, where it ran."""
    assert not said or (said[False, True] > 0 and said[True, True] > 0), said


def _judged(store: SqlStore, condition: n.Condition, now: int) -> list[Memory]:
    snapshots = store.snapshots("customer", store.all_records("customer"))
    verdicts = Logic(condition, MODEL).judge(snapshots, store, Moment(now, MODEL.calendar), {})
    made = [Memory(RULE, record, v.holds, v.since, v.deadline) for record, v in verdicts.items()]
    return sorted((memory for memory in made if memory.says_something), key=_of)


def _of(memory: Memory) -> Any:
    return memory.record


def _condition(random: Any, pieces: Pieces) -> n.Condition:
    made = [pieces.condition("customer", "this", 2)]
    if random.random() < 0.6:
        made.append(_moving(random, pieces))
    condition = made[0] if len(made) == 1 else random.choice([n.And, n.Or])(tuple(made))
    return with_formulas(condition, MODEL)


def _moving(random: Any, pieces: Pieces) -> n.Condition:
    """What time may flip, of the kinds that people write."""
    kind = random.choice([pieces._time, pieces._quantified, pieces._last_all, pieces._compare])
    return cast("n.Condition", kind("customer", "this", 1))
