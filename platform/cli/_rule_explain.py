"""`ruleloom rule explain`: why a rule's condition holds or not for one record of a played history, at an instant."""

from __future__ import annotations

import json

import click

from ruleloom.cli._explanation import Drawing
from ruleloom.cli._reading import in_zone, read_instant, read_lines, read_model, read_rules, refuse
from ruleloom.engine.explaining.explanation_json import as_json, instant_text, outlook_json
from ruleloom.messages import Language, RuleloomError, text
from ruleloom.runtime.simulation.asking import Answer, ask


@click.command()
@click.option("--schema", required=True, type=click.Path(), help="Entities (schema.yaml).")
@click.option("--rules", required=True, type=click.Path(), help="Text of rules, or - for standard input.")
@click.option("--events", required=True, type=click.Path(), help="One event per line (JSON), or - for standard input.")
@click.option("--rule", "name", required=True, help="Name of the rule.")
@click.option("--record", required=True, help="The record, as customer/c1.")
@click.option("--at", "at", required=True, help="Instant to explain at; events up to it are played.")
@click.option("--timezone", help="Zone of the workspace, in place of the schema's.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", help="Shape of the answer.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", help="Language of the answer.")
def explain(
    schema: str,
    rules: str,
    events: str,
    name: str,
    record: str,
    at: str,
    timezone: str | None,
    shape: str,
    language: Language,
) -> None:
    """Say why a rule's condition holds or not for a record at an instant, and what would turn it.

    Exit 2 when the schema, the rules or an option are wrong, or the record is not there.
    """
    model = in_zone(read_model(schema, language), timezone, language)
    trees = read_rules(rules, model, language)
    instant = read_instant(at, model.calendar, language)
    assert instant is not None  # noqa: S101 - the option is required
    try:
        answer = ask(model, trees, read_lines(events, language), name, record, instant, language)
    except RuleloomError as error:
        refuse(error.diagnostics, language)
    for note in answer.notes:
        if note.kind == "refused":
            click.echo(f"{instant_text(note.at)} {text('simulate-refused', language)}: {note.text}", err=True)
    if shape == "json":
        click.echo(json.dumps(_json(answer, record), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(Drawing(answer, language).lines()))


def _json(answer: Answer, record: str) -> dict[str, object]:
    vocabulary = answer.asked.vocabulary
    return {
        "rule": answer.rule.name,
        "record": record,
        "at": instant_text(answer.asked.moment.now),
        **as_json(answer.explanation, vocabulary),
        **outlook_json(answer.explanation, answer.outlook, vocabulary),
    }
