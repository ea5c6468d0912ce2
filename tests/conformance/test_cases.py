"""The cases of `eval_*.yaml`: each text, in English and in Chinese, on every back end."""

from __future__ import annotations

from typing import Any

import pytest

from ruleloom.dsl.backends.jsonlogic import to_jsonlogic
from ruleloom.dsl.backends.jsonlogic_reading import from_jsonlogic
from ruleloom.dsl.backends.predicate import predicate
from ruleloom.dsl.reads import externals_of
from ruleloom.engine.jsonlogic import evaluate, truthy
from ruleloom.engine.jsonlogic_ours import record_data
from tests.conformance.cases import CASES, entity_of, moment_of, trees_of, world_of
from tests.dsl.backends.conftest import benches, postgres_bench, sqlite_bench
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.world import MODEL

__all__ = ["benches", "postgres_bench", "sqlite_bench"]


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES])
def test_case(case: dict[str, Any], benches: list[Bench]) -> None:
    entity = entity_of(case)
    world, record, known = world_of(case)
    moment = moment_of(case, known)
    expected = case["expect"]["holds"]
    trees = trees_of(case)
    assert all(tree == trees[0] for tree in trees)
    condition, row = trees[0], world.snapshot(entity, record)
    assert world.holds(condition, row, moment) is expected, "python"
    assert from_jsonlogic(to_jsonlogic(condition, MODEL), MODEL, entity) == condition
    if not externals_of(condition):
        assert predicate(condition, MODEL.entity(entity), MODEL)(row, moment) is expected, "predicate"
        data = record_data(row, MODEL.entity(entity), moment)
        assert truthy(evaluate(to_jsonlogic(condition, MODEL), data)) is expected, "jsonlogic"
    for bench in benches:
        with bench.holding(world) as connection:
            assert (record in bench.true_records(connection, entity, condition, moment)) is expected, bench.dialect
