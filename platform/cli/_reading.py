"""What the commands about rules read and how they refuse: schemas, rules, events, instants; messages with a caret."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ruleloom import dsl
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.nodes import Rule
from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema
from ruleloom.messages import Diagnostic, Language, RuleloomError, text
from ruleloom.runtime.simulation.values import NotAValue, instant_of


def read_model(schema: str, language: Language) -> Model:
    """The model of a schema file; exit 2, naming everything that is wrong with it."""
    try:
        return read_schema(schema)
    except RuleloomError as error:
        refuse(error.diagnostics, language)


def read_source(rules: str, language: Language) -> str:
    """The text of a file of rules, or of standard input for `-`."""
    try:
        data = sys.stdin.buffer.read() if rules == "-" else Path(rules).read_bytes()
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        refuse([Diagnostic("rules-unreadable", params={"path": rules, "reason": error.strerror or ""})], language)
    except UnicodeDecodeError:
        refuse([Diagnostic("rules-not-utf8", params={"path": rules})], language)


def refuse(diagnostics: Iterable[Diagnostic], language: Language) -> NoReturn:
    """Say on standard error why nothing could be done, and exit with 2."""
    for diagnostic in diagnostics:
        target = f"{diagnostic.target}: " if diagnostic.target else ""
        click.echo(target + diagnostic.message(language), err=True)
    sys.exit(2)


def position(source: str, offset: int) -> tuple[int, int]:
    """Line and column of a code point, both from 1."""
    return source.count("\n", 0, offset) + 1, offset - (source.rfind("\n", 0, offset) + 1) + 1


def as_json(diagnostic: Diagnostic, source: str, language: Language) -> dict[str, Any]:
    """A diagnostic with lines and columns; the end is exclusive."""
    start, end = (diagnostic.place.start, diagnostic.place.end) if diagnostic.place else (0, 0)
    (line, column), (end_line, end_column) = position(source, start), position(source, end)
    fix = diagnostic.fix and {
        "title": text(diagnostic.fix.title_code, language, diagnostic.fix.params),
        "replacement": diagnostic.fix.replacement,
    }
    return {
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message(language),
        "fix": fix,
    }


def show_diagnostics(
    diagnostics: Iterable[Diagnostic], source: str, language: Language, *, to_error: bool = False
) -> None:
    """Each diagnostic with its line and a caret under its place."""
    lines = source.split("\n")
    for diagnostic in diagnostics:
        found = as_json(diagnostic, source, language)
        line = lines[found["line"] - 1] if found["line"] <= len(lines) else ""
        where = text("line-and-column", language, {"line": found["line"], "column": found["column"]})
        click.echo(f"{where}{found['message']}", err=to_error)
        click.echo(f"  {line}", err=to_error)
        width = found["end_column"] - found["column"] if found["end_line"] == found["line"] else 1
        click.echo(f"  {_blank(line[: found['column'] - 1])}{'^' * max(1, width)}", err=to_error)


def _blank(before: str) -> str:
    """Spaces as wide as a text: Chinese letters take two columns."""
    return "".join("\t" if letter == "\t" else "\u3000" if ord(letter) > 0x2E80 else " " for letter in before)


def in_zone(model: Model, zone: str | None, language: Language) -> Model:
    """The model with the zone of an option in place of its own."""
    if zone is None:
        return model
    try:
        found = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return refuse([Diagnostic("timezone-unknown-option", params={"zone": zone})], language)
    return Model(model.entities, replace(model.calendar, zone=found), model.formulas)


def read_rules(path: str, model: Model, language: Language) -> tuple[Rule, ...]:
    """The rules of a file; what is to be said of them goes to standard error, exit 2 when there are errors."""
    source = read_source(path, language)
    parsed = dsl.parse(source, model)
    show_diagnostics(parsed.diagnostics, source, language, to_error=True)
    if not parsed.ok:
        sys.exit(2)
    return parsed.rules


def read_instant(until: str | None, calendar: Calendar, language: Language) -> int | None:
    """The instant of an option; None where it was left away."""
    if until is None:
        return None
    try:
        return instant_of(until, calendar)
    except (NotAValue, ValueError, OverflowError):
        return refuse([Diagnostic("instant-not-readable", params={"value": until})], language)


def read_lines(path: str, language: Language) -> Iterator[str]:
    """The lines of a file of events, or of standard input for `-`."""
    try:
        if path == "-":
            yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
            return
        with Path(path).open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
            yield from file
    except OSError as error:
        refuse([Diagnostic("rules-unreadable", params={"path": path, "reason": error.strerror or ""})], language)
