"""Random conditions and values over random worlds, asked of every back end: one round is one world.

    python -m tests.dsl.backends.agree 1000000 [first seed] [PostgreSQL url]

compares so many pairs of a condition and a record on Python, SQLite and (with a url) PostgreSQL, and on JsonLogic where
the condition reads the record alone; it stops at the first difference and says how to come back to it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.jsonlogic import to_jsonlogic
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import externals_of
from ruleloom.dsl.types import Kind
from ruleloom.engine.jsonlogic import evaluate, truthy
from ruleloom.engine.jsonlogic_ours import record_data
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.trees import NOW, Pieces, calendar, chance
from tests.dsl.backends.world import MODEL, World

CROWD = 12
"""How many times more records a world has than the few that a reader can follow: most of a round's time goes into
writing SQL, so many records are asked with one statement."""
CONDITIONS = 12
_ENTITIES = ("customer", "customer", "order", "training", "line")
_PLAIN = (Kind.NUMBER, Kind.NUMBER, Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.DATETIME, Kind.BOOLEAN, Kind.RECORD)


def moment_of(random: Random) -> Moment:
    """A moment near that of the worlds, in one of several zones, with or without an acting person."""
    return Moment(
        NOW + random.choice([0, 0, 1, -3_600_000_000, 86_400_000_000]), calendar(random), random.choice([1, 2, None])
    )


def conditions_round(seed: int, benches: Sequence[Bench], crowd: int = CROWD) -> int:
    """Compares the truth of some conditions for all records of a world; how many pairs that were."""
    random = chance(seed)
    pieces = Pieces(random)
    world, moment = pieces.world(crowd), moment_of(random)
    cases = [(entity, pieces.condition(entity, "this", 3)) for entity in random.choices(_ENTITIES, k=CONDITIONS)]
    expected = [
        {record for record, row in world.live(entity).items() if world.holds(condition, row, moment)}
        for entity, condition in cases
    ]
    for (entity, condition), wanted in zip(cases, expected, strict=True):
        if not externals_of(condition):
            assert _by_jsonlogic(world, entity, condition, moment) == wanted, ("jsonlogic", seed, entity, condition)
    for bench in benches:
        with bench.holding(world) as connection:
            for (entity, condition), wanted in zip(cases, expected, strict=True):
                found = bench.true_records(connection, entity, condition, moment)
                assert found == wanted, (bench.dialect, seed, entity, condition)
    return sum(len(world.live(entity)) for entity, _ in cases)


def _by_jsonlogic(world: World, entity: str, condition: n.Condition, moment: Moment) -> set[int]:
    rule, words = to_jsonlogic(condition, MODEL), MODEL.entity(entity)
    return {
        record for record, row in world.live(entity).items() if truthy(evaluate(rule, record_data(row, words, moment)))
    }


def values_round(seed: int, benches: Sequence[Bench], crowd: int = CROWD) -> int:
    """The same for the values of expressions."""
    random = chance(seed)
    pieces = Pieces(random)
    world, moment = pieces.world(crowd), moment_of(random)
    cases: list[tuple[str, Any]] = [
        (entity, pieces.value(random.choice(_PLAIN), entity, "this", 3))
        for entity in random.choices(_ENTITIES, k=CONDITIONS)
    ]
    expected = [{i: world.value(e, row, moment) for i, row in world.live(entity).items()} for entity, e in cases]
    for bench in benches:
        with bench.holding(world) as connection:
            for (entity, expression), wanted in zip(cases, expected, strict=True):
                found = bench.values(connection, entity, expression, moment)
                assert found == wanted, (bench.dialect, seed, entity, expression)
    return sum(len(world.live(entity)) for entity, _ in cases)


def main(arguments: Sequence[str]) -> None:
    """As the module says."""
    wanted, first = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 1_000_000
    urls = ["sqlite://", *arguments[2:]]
    benches = [Bench(url) for url in urls]
    pairs, seed, told, begun = 0, first, 0, time.process_time()
    for pairs, seed in _running(first, benches):
        if pairs - told >= 50_000:
            told = pairs
            sys.stdout.write(f"{pairs} pairs, {time.process_time() - begun:.0f} s CPU, next seed {seed + 1}\n")
            sys.stdout.flush()
        if pairs >= wanted:
            break
    names = ", ".join(["python", "jsonlogic", *(bench.dialect for bench in benches)])
    sys.stdout.write(f"{pairs} pairs agree on {names}; seeds {first} to {seed}\n")


def _running(first: int, benches: Sequence[Bench]) -> Iterator[tuple[int, int]]:
    pairs, seed = 0, first
    while True:
        pairs += conditions_round(seed, benches)
        yield pairs, seed
        seed += 1


if __name__ == "__main__":
    main(sys.argv[1:])
