"""The cases of `eval_*.yaml` as worlds, records, moments and trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.predicate import to_day, to_instant, to_number
from ruleloom.dsl.calendar import Calendar, day_number
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reading.parsing import parse
from ruleloom.dsl.types import Kind
from tests.dsl.backends.world import MODEL, World

DEFAULT_AT = "2026-03-31T14:30:00+08:00"
DEFAULT_ENTITY = "customer"
Case = dict[str, Any]


def _cases() -> Iterator[tuple[str, Case]]:
    for path in sorted(Path(__file__).parent.glob("eval_*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield f"{path.stem[5:]}: {case['name']}", case


CASES = list(_cases())
"""Every case with a name that no other has."""


def entity_of(case: Case) -> str:
    """The entity whose record is judged."""
    return str(case.get("on", DEFAULT_ENTITY))


def trees_of(case: Case) -> list[n.Condition]:
    """The condition, once for each language that it is written in."""
    return [_tree(text, entity_of(case), language) for language, text in case["when"].items()]


def moment_of(case: Case, known: dict[str, int]) -> Moment:
    """When it is judged and who acts."""
    at = to_instant(case.get("at", DEFAULT_AT), MODEL.calendar)
    assert at is not None
    return Moment(at, _calendar_of(case), known.get(case.get("me", "")))


def _calendar_of(case: Case) -> Calendar:
    """The workspace's, or that of the case: its zone, with holidays and worked weekends."""
    if "zone" not in case:
        return MODEL.calendar
    days = {
        kind: frozenset(day_number(date.fromisoformat(str(day))) for day in found)
        for kind, found in case.get("calendar", {}).items()
    }
    return Calendar(ZoneInfo(case["zone"]), **days)


def world_of(case: Case) -> tuple[World, int, dict[str, int]]:
    """The given rows, the id of the judged record, and the ids of the rows that the case names."""
    given = dict(case.get("given") or {})
    world = World()
    known: dict[str, int] = {"nobody": world.add("user", name="Nobody")}
    for weight in given.pop("weights", []):
        _add(world, "weight", weight, known)
    return world, _add(world, entity_of(case), given, known), known


def _tree(text: str, entity: str, language: str) -> n.Condition:
    parsed = parse(text, MODEL, language, entity=entity, part="condition")  # type: ignore[arg-type]
    assert parsed.ok, [each.message("en") for each in parsed.diagnostics]
    assert isinstance(parsed.tree, n.Condition)
    return parsed.tree


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
