"""Python, SQLite and PostgreSQL give the same answer to any condition about any rows at any moment."""

from __future__ import annotations

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruleloom.dsl.jsonlogic import to_jsonlogic
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import externals_of
from ruleloom.dsl.types import Kind
from ruleloom.engine.jsonlogic import evaluate, truthy
from ruleloom.engine.jsonlogic_ours import record_data
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.trees import NOW, Pieces, calendar, chance
from tests.dsl.backends.world import MODEL

SIZE = int(os.environ.get("RULELOOM_AGREEMENT", "25"))
CONDITIONS_PER_WORLD = 12
_PLAIN = [Kind.NUMBER, Kind.NUMBER, Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.DATETIME, Kind.BOOLEAN, Kind.RECORD]
_quiet = settings(
    max_examples=SIZE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _moment(random: Random) -> Moment:
    return Moment(
        NOW + random.choice([0, 0, 1, -3_600_000_000, 86_400_000_000]), calendar(random), random.choice([1, 2, None])
    )


@_quiet
@given(seed=st.integers(0, 2**32))
def test_conditions_agree(seed: int, benches: list[Bench]) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    world, moment = pieces.world(), _moment(random)
    cases = []
    for _ in range(CONDITIONS_PER_WORLD):
        entity = random.choice(["customer", "customer", "order", "training", "line"])
        cases.append((entity, pieces.condition(entity, "this", 3)))
    expected = [
        {i for i, row in world.live(entity).items() if world.holds(condition, row, moment)}
        for entity, condition in cases
    ]
    for bench in benches:
        with bench.holding(world) as connection:
            for (entity, condition), wanted in zip(cases, expected, strict=True):
                found = bench.true_records(connection, entity, condition, moment)
                assert found == wanted, (bench.dialect, entity, condition)


@_quiet
@given(seed=st.integers(0, 2**32))
def test_values_agree(seed: int, benches: list[Bench]) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    world, moment = pieces.world(), _moment(random)
    cases = []
    for _ in range(CONDITIONS_PER_WORLD):
        entity = random.choice(["customer", "customer", "order", "training", "line"])
        cases.append((entity, pieces.value(random.choice(_PLAIN), entity, "this", 3)))
    expected = [{i: world.value(e, row, moment) for i, row in world.live(entity).items()} for entity, e in cases]
    for bench in benches:
        with bench.holding(world) as connection:
            for (entity, expression), wanted in zip(cases, expected, strict=True):
                found = bench.values(connection, entity, expression, moment)
                assert found == wanted, (bench.dialect, entity, expression)


@_quiet
@given(seed=st.integers(0, 2**32))
def test_jsonlogic_agrees_about_the_record_alone(seed: int) -> None:
    random = chance(seed)
    pieces = Pieces(random)
    world, moment = pieces.world(), _moment(random)
    for _ in range(3 * CONDITIONS_PER_WORLD):
        entity = random.choice(["customer", "order", "training"])
        condition = pieces.condition(entity, "this", 2)
        if externals_of(condition):
            continue
        rule = to_jsonlogic(condition, MODEL)
        for row in world.live(entity).values():
            data = record_data(row, MODEL.entity(entity), moment)
            assert truthy(evaluate(rule, data)) is world.holds(condition, row, moment), (rule, row)
