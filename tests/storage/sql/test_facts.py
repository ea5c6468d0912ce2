"""Facts from the database: the values that Python finds, and ends that are never too late."""

from __future__ import annotations

import os
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import DAY
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind, Value
from ruleloom.storage.facts import loading
from ruleloom.storage.facts.of_new import known_fact
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.trees import NOW, Pieces, chance
from tests.dsl.backends.world import MODEL

SIZE = int(os.environ.get("RULELOOM_AGREEMENT", "20"))
_quiet = settings(
    max_examples=SIZE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@_quiet
@given(seed=st.integers(0, 2**32))
def test_facts_are_those_of_python_and_stand_until_their_end(seed: int, benches: list[Bench]) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    world = pieces.world()
    now = NOW + random.choice([0, 3_600_000_000, -86_400_000_000])
    moment = Moment(now, MODEL.calendar)
    live: dict[Any, Any] = dict(world.live("customer"))
    for bench in benches:
        with bench.holding(world) as connection:
            for external in [found for _ in range(8) if (found := _external(random, pieces)) is not None]:
                gathered = loading.gather(connection, bench.catalogue, external, live, now)
                for record, snapshot in live.items():
                    fact = gathered[record]
                    expected = world.fact(external, moment, snapshot, None)
                    assert fact.value == expected, (bench.dialect, external)
                    if fact.until is None:
                        instants = [now + days * DAY for days in (1, 8, 35, 100, 500)]
                    else:
                        assert fact.until > now
                        instants = [fact.until - 1, random.randrange(now, fact.until)]
                    for instant in instants:
                        later = world.fact(external, Moment(instant, MODEL.calendar), snapshot, None)
                        assert later == fact.value, (bench.dialect, external, instant, fact)


NEW = 9_000_000


@_quiet
@given(seed=st.integers(0, 2**32))
def test_of_a_new_record_the_database_says_what_is_known_without_it(seed: int, benches: list[Bench]) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    world = pieces.world()
    asked = [found for _ in range(12) if (found := _external(random, pieces)) is not None]
    for bench in benches:
        table = bench.catalogue.table("customer")
        with bench.holding(world) as connection:
            row: dict[str, Value] = {"id": NEW, "created_at": NOW, "updated_at": NOW, "version": Decimal(1)}
            connection.execute(table.insert(), row)
            snapshot: dict[str, Value] = {**dict.fromkeys(MODEL.entity("customer").by_key), **row}
            for external in asked:
                known = known_fact(external)
                counted = loading.gather(connection, bench.catalogue, external, {NEW: snapshot}, NOW)[NEW]
                assert known is None or known.value == counted.value, (bench.dialect, external)


def _external(random: Random, pieces: Pieces) -> n.Path | n.Aggregate | n.Quantified | n.LastAll | None:
    pick = random.randrange(4)
    if pick == 0:
        path = pieces.path(random.choice([Kind.NUMBER, Kind.TEXT, Kind.RECORD, Kind.CHOICES]), "customer", "this")
        return path if path is not None and len(path.fields) > 1 else None
    made = (
        pieces._aggregate(Kind.NUMBER, "customer", "this", 3),
        pieces._quantified("customer", "this", 3),
        pieces._last_all("customer", "this", 3),
    )[pick - 1]
    return made if isinstance(made, n.Aggregate | n.Quantified | n.LastAll) else None
