"""The cases of `eval_*.yaml`: each text, in English and in Chinese, on every back end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruleloom.dsl import nodes as n
from ruleloom.dsl.jsonlogic import to_jsonlogic
from ruleloom.dsl.jsonlogic_reading import from_jsonlogic
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.parsing import parse
from ruleloom.dsl.predicate import predicate, to_day, to_instant, to_number
from ruleloom.dsl.reads import externals_of
from ruleloom.dsl.types import Kind
from ruleloom.engine.jsonlogic import evaluate, truthy
from ruleloom.engine.jsonlogic_ours import record_data
from tests.dsl.backends.conftest import benches, postgres_bench, sqlite_bench
from tests.dsl.backends.databases import Bench
from tests.dsl.backends.world import MODEL, World

__all__ = ["benches", "postgres_bench", "sqlite_bench"]
DEFAULT_AT = "2026-03-31T14:30:00+08:00"


def _cases() -> Iterator[Any]:
    for path in sorted(Path(__file__).parent.glob("eval_*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{path.stem[5:]}: {case['name']}")


CASES = list(_cases())


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], benches: list[Bench]) -> None:
    entity = case.get("on", "customer")
    world, record, known = _given(entity, case.get("given") or {})
    at = to_instant(case.get("at", DEFAULT_AT), MODEL.calendar)
    assert at is not None
    moment = Moment(at, MODEL.calendar, known.get(case.get("me", "")))
    expected = case["expect"]["holds"]
    trees = [_tree(text, entity, language) for language, text in case["when"].items()]
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


def _tree(text: str, entity: str, language: str) -> n.Condition:
    parsed = parse(text, MODEL, language, entity=entity, part="condition")  # type: ignore[arg-type]
    assert parsed.ok, [each.message("en") for each in parsed.diagnostics]
    assert isinstance(parsed.tree, n.Condition)
    return parsed.tree


def _given(entity: str, given: dict[str, Any]) -> tuple[World, int, dict[str, int]]:
    world = World()
    known: dict[str, int] = {"nobody": world.add("user", name="Nobody")}
    for weight in given.pop("weights", []):
        _add(world, "weight", weight, known)
    return world, _add(world, entity, given, known), known


def _add(world: World, entity: str, given: dict[str, Any], known: dict[str, int], **links: int) -> int:
    """A record with the records that it names: references as mappings, collections as lists."""
    words = MODEL.entity(entity)
    collections = {each.name: each for each in words.collections}
    values: dict[str, Any] = dict(links)
    for key, value in given.items():
        if key in collections or key == "deleted":
            continue
        field = words.by_key[key]
        if isinstance(value, dict):
            values[key] = known[key] = _add(world, field.value_type.entity or "", value, known)
        else:
            values[key] = _read(value, field.value_type.kind)
    record = world.add(entity, **values)
    for name in [key for key in given if key in collections]:
        via = MODEL.field(collections[name].via)[1].key
        for row in given[name]:
            _add(world, collections[name].entity, row, known, **{via: record})
    if given.get("deleted"):
        world.delete(entity, record)
    return record


def _read(value: Any, kind: Kind) -> Any:
    readers: dict[Kind, Callable[[Any], Any]] = {
        Kind.NUMBER: to_number,
        Kind.DATE: lambda given: to_day(given, MODEL.calendar),
        Kind.DATETIME: lambda given: to_instant(given, MODEL.calendar),
        Kind.CHOICES: lambda given: tuple(given) or None,
        Kind.FILES: lambda given: tuple(given) or None,
    }
    return None if value is None else readers.get(kind, lambda given: given)(value)
