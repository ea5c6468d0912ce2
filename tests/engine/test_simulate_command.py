"""`ruleloom simulate` as programs call it: lines, order, exit codes, what goes where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ruleloom.cli import main

SCHEMA = """
timezone: Asia/Shanghai
entities:
  - name: customer
    fields:
      - {name: name, type: text}
      - {name: score, type: number}
      - {name: region, type: choice, options: [East, West]}
      - {name: owner, type: user}
  - name: order
    time_field: ordered_at
    fields:
      - {name: customer, type: reference, to: customer, reverse: orders}
      - {name: ordered_at, type: datetime}
"""
RULES = """
rule "B" on customer when score > 1 then set region = "West"
rule "A" on customer when score > 1 then notify owner "a"
rule "C" on customer when score > 1 then notify owner "c" priority 3
rule "Morning" on customer every day at 00:00 when score > 1 then notify owner "m"
"""
EVENTS = [
    ("2026-01-01T08:00:00Z", "create", "customer", "c1", {"score": 2, "owner": "nobody.in.particular"}),
    ("2026-01-01T09:00:00Z", "create", "customer", "c2", {"score": "2.5"}),
    ("2026-01-01T09:00:00Z", "update", "customer", "c9", {"score": "2"}),
    ("2026-01-01T09:00:00Z", "create", "order", "o1", {"customer": "c9"}),
    ("2026-01-01T09:00:00Z", "create", "customer", "c3", {"region": "North", "nmae": "x"}),
    ("2026-01-01T09:00:00.5Z", "create", "customer", "c2", {"score": "2"}),
    ("2026-01-03T00:00:00Z", "delete", "customer", "c1", {}),
]


def simulate(folder: Path, *options: str, rules: str = RULES, events: Any = EVENTS, schema: str = SCHEMA) -> Result:
    keys = ("at", "op", "entity", "id", "values")
    lines = [event if isinstance(event, str) else json.dumps(dict(zip(keys, event, strict=True))) for event in events]
    for name, content in (("schema.yaml", schema), ("rules.txt", rules), ("events.jsonl", "\n".join(lines))):
        (folder / name).write_text(content, encoding="utf-8")
    files = [
        f"--{n}={folder / f}"
        for n, f in (("schema", "schema.yaml"), ("rules", "rules.txt"), ("events", "events.jsonl"))
    ]
    return CliRunner().invoke(main, ["simulate", *files, *options])


def firings(result: Result) -> list[tuple[str, str, str, str]]:
    return [tuple(json.loads(line).values()) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("backend", ["python", "sql"])
def test_lines_stand_in_order_and_refused_events_are_skipped(tmp_path: Path, backend: str) -> None:
    result = simulate(tmp_path, "--backend", backend)
    assert result.exit_code == 0
    created = ["C", "A", "B"]
    assert firings(result) == [
        *[("2026-01-01T08:00:00Z", rule, "customer/c1", "on") for rule in created],
        *[("2026-01-01T09:00:00.5Z", rule, "customer/c2", "on") for rule in created],
        *[("2026-01-01T16:00:00Z", "Morning", f"customer/{c}", "schedule") for c in ("c1", "c2")],
        *[("2026-01-02T16:00:00Z", "Morning", f"customer/{c}", "schedule") for c in ("c1", "c2")],
    ]
    assert result.stderr.count("refused") == 4
    for word in ("2.5", "customer/c9", "North", "nmae"):
        assert word in result.stderr


def test_until_is_inclusive_and_later_events_are_ignored(tmp_path: Path) -> None:
    assert len(firings(simulate(tmp_path, "--until", "2026-01-01T16:00:00Z"))) == 8
    assert len(firings(simulate(tmp_path, "--until", "2026-01-01T15:59:59.999999Z"))) == 6
    assert len(firings(simulate(tmp_path, "--until", "2026-01-01T08:00:00Z"))) == 3
    assert firings(simulate(tmp_path, "--until", "2025-12-31T00:00:00Z")) == []


def test_a_zone_given_beats_the_schema(tmp_path: Path) -> None:
    found = firings(simulate(tmp_path, "--timezone", "Europe/London"))
    assert ("2026-01-02T00:00:00Z", "Morning", "customer/c1", "schedule") in found


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ((), {"rules": 'rule "x" on customer when scoer > 1 then notify owner "x"'}),
        (
            (),
            {"rules": 'rule "x" on customer when any orders where (customer is empty for 2 days) then delete this'},
        ),
        ((), {"schema": "entities: ["}),
        (("--timezone", "Mars/Olympus"), {}),
        (("--until", "soon"), {}),
    ],
)
def test_what_is_wrong_beforehand_ends_with_2_and_no_line(tmp_path: Path, options: Any, changes: Any) -> None:
    result = simulate(tmp_path, *options, **changes)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"at": "x"}',
        '{"at": "2026-01-01T09:00:00Z"}',
        '{"at": 5, "op": "create"}',
        "\u0000",
        pytest.param("[" * 100_000, id="deep"),
        '{"at": "2026-01-01T09:00:00Z", "op": "create", "entity": {"a": 1}, "id": "x"}',
        '{"at": "2026-01-01T09:00:00Z", "op": "create", "entity": "customer", "id": "\\ud800", "values": {"score": 2}}',
    ],
)
def test_broken_lines_are_noted_and_the_rest_is_played(tmp_path: Path, line: str) -> None:
    result = simulate(tmp_path, events=[EVENTS[0], line, EVENTS[5]])
    assert result.exit_code == 0
    assert len(firings(result)) == 8 - 2
