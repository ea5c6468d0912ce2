"""`ruleloom simulate`: events played through the real engine on a virtual clock; one JSON line per firing."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from ruleloom.cli._reading import in_zone, read_instant, read_lines, read_model, read_rules, refuse
from ruleloom.messages import Language, RuleloomError, text
from ruleloom.runtime.simulation.play import Line, Simulation, instant_text, play

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
    model = in_zone(read_model(schema, language), timezone, language)
    trees = read_rules(rules, model, language)
    end = read_instant(until, model.calendar, language)
    simulation = Simulation(model, trees, language)
    if backend == "sql":
        from ruleloom.runtime.simulation.by_sql import judge_by_sql

        judge_by_sql(simulation)
    try:
        for rule in trees:
            simulation.book.compile(rule)
        _write(play(simulation, read_lines(events, language), end), simulation, language)
    except RuleloomError as error:
        refuse(error.diagnostics, language)


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
