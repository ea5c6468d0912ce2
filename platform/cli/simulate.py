"""`ruleloom simulate`: events played through the real engine on a virtual clock; one JSON line per firing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from ruleloom import dsl
from ruleloom.cli.rule import _model, _print, _refuse, _source
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.nodes import Rule
from ruleloom.forms.entity import Model
from ruleloom.messages import Diagnostic, Language, RuleloomError, text
from ruleloom.runtime.simulation.play import Line, Simulation, instant_text, play
from ruleloom.runtime.simulation.values import NotAValue, instant_of

_BATCH = 512


@click.command()
@click.option("--schema", required=True, type=click.Path(), help="Entities (schema.yaml).")
@click.option("--rules", required=True, type=click.Path(), help="Text of rules, or - for standard input.")
@click.option("--events", required=True, type=click.Path(), help="One event per line (JSON), or - for standard input.")
@click.option("--until", help="Last instant played, inclusive; the last event's time when left away.")
@click.option("--timezone", help="Zone of the workspace, in place of the schema's.")
@click.option("--backend", type=click.Choice(["python", "sql"]), default="python", help="What evaluates conditions.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", help="Language of the messages.")
def command(
    schema: str, rules: str, events: str, until: str | None, timezone: str | None, backend: str, language: Language
) -> None:
    """Play a history through rules; the firings go to standard output, everything else to standard error.

    Exit 2 when the schema, the rules or an option are wrong.
    """
    model = _in_zone(_model(schema, language), timezone, language)
    trees = _rules(rules, model, language)
    end = _until(until, model.calendar, language)
    simulation = Simulation(model, trees, language)
    if backend == "sql":
        from ruleloom.runtime.simulation.by_sql import judge_by_sql

        judge_by_sql(simulation)
    try:
        for rule in trees:
            simulation.book.compile(rule)
        _write(play(simulation, _lines(events, language), end), simulation, language)
    except RuleloomError as error:
        _refuse(error.diagnostics, language)


def _in_zone(model: Model, zone: str | None, language: Language) -> Model:
    if zone is None:
        return model
    try:
        found = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _refuse([Diagnostic("timezone-unknown-option", params={"zone": zone})], language)
    return Model(model.entities, replace(model.calendar, zone=found))


def _rules(path: str, model: Model, language: Language) -> tuple[Rule, ...]:
    source = _source(path, language)
    parsed = dsl.parse(source, model)
    _print(parsed.diagnostics, source, language, to_error=True)
    if not parsed.ok:
        sys.exit(2)
    return parsed.rules


def _until(until: str | None, calendar: Calendar, language: Language) -> int | None:
    if until is None:
        return None
    try:
        return instant_of(until, calendar)
    except (NotAValue, ValueError, OverflowError):
        return _refuse([Diagnostic("instant-not-readable", params={"value": until})], language)


def _lines(path: str, language: Language) -> Iterator[str]:
    try:
        if path == "-":
            yield from (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
            return
        with Path(path).open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
            yield from file
    except OSError as error:
        _refuse([Diagnostic("rules-unreadable", params={"path": path, "reason": error.strerror or ""})], language)


def _write(lines: Iterator[Line], simulation: Simulation, language: Language) -> None:
    out, waiting = sys.stdout, list[str]()
    for line in lines:
        waiting.append(line.as_json())
        if len(waiting) >= _BATCH:
            out.write("\n".join(waiting) + "\n")
            waiting.clear()
        _tell(simulation, language)
    if waiting:
        out.write("\n".join(waiting) + "\n")
    out.flush()
    _tell(simulation, language)


def _tell(simulation: Simulation, language: Language) -> None:
    """Everything that is no firing, on standard error."""
    for note in simulation.notes:
        click.echo(f"{instant_text(note.at)} {text(f'simulate-{note.kind}', language)}: {note.text}", err=True)
    simulation.notes.clear()
