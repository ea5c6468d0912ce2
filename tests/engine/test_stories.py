"""Rules in both languages played through the engine: the cases of `tests/conformance/engine_*.yaml`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruleloom import dsl
from ruleloom.dsl.calendar import instant
from ruleloom.forms.schema_file import read_schema
from ruleloom.messages import Language
from ruleloom.runtime.simulation.by_sql import judge_by_sql
from ruleloom.runtime.simulation.play import Simulation, play

FILES = sorted((Path(__file__).parents[1] / "conformance").glob("engine_*.yaml"))


@cache
def read(path: Path) -> dict[str, Any]:
    loader = yaml.CSafeLoader
    loader.add_constructor("tag:yaml.org,2002:timestamp", lambda load, node: str(node.value))
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return content


CASES = [pytest.param(path, case, id=case["name"]) for path in FILES for case in read(path)["cases"]]


def played(path: Path, case: dict[str, Any], language: Language, by_sql: bool) -> list[list[str]]:
    model = read_schema(read(path)["schema"] | case.get("schema", {}))
    parsed = dsl.parse(case["rules"][language], model, language)
    assert parsed.ok, [d.message("en") for d in parsed.diagnostics]
    simulation = Simulation(model, parsed.rules)
    if by_sql:
        judge_by_sql(simulation)
    keys = ("at", "op", "entity", "id", "values")
    lines = [json.dumps(dict(zip(keys, event, strict=True))) for event in case["events"]]
    until = case.get("until")
    end = instant(datetime.fromisoformat(until).astimezone(UTC)) if until else None
    return [list(json.loads(line.as_json()).values()) for line in play(simulation, lines, end)]


@pytest.mark.parametrize("by_sql", [False, True], ids=["python", "sql"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("path", "case"), CASES)
def test_the_history_gives_these_firings(path: Path, case: dict[str, Any], language: Language, by_sql: bool) -> None:
    found = played(path, case, language, by_sql)
    if "expect_count" in case:
        assert len(found) == case["expect_count"]
        return
    expected = [
        ["on" if part is True else "off" if part is False else part for part in line] for line in case["expect"]
    ]
    assert found == expected
