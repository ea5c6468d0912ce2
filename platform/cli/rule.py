"""`ruleloom rule …`: check, format and explain rules of a file against a schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import click

from ruleloom import dsl
from ruleloom.cli._reading import as_json, read_model, read_source, show_diagnostics
from ruleloom.cli._rule_explain import explain
from ruleloom.dsl.analysis import analyse
from ruleloom.messages import Language


@click.group()
def command() -> None:
    """Check, format and explain rules."""


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """The options that every subcommand has."""
    schema = click.option("--schema", required=True, type=click.Path(), help="Entities (schema.yaml).")
    rules = click.option("--rules", required=True, type=click.Path(), help="Text of rules, or - for standard input.")
    return schema(rules(function))


@command.command()
@_options
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", help="Shape of the answer.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", help="Language of the messages.")
def check(schema: str, rules: str, shape: str, language: Language) -> None:
    """Name everything that is wrong with the rules, and what they can never do or do to each other (warnings).

    Exit 1 when there are errors.
    """
    source = read_source(rules, language)
    model = read_model(schema, language)
    parsed = dsl.parse(source, model)
    diagnostics = parsed.diagnostics + analyse(parsed.rules, model, parsed.language).diagnostics
    if shape == "json":
        found = [as_json(diagnostic, source, language) for diagnostic in diagnostics]
        click.echo(json.dumps({"diagnostics": found}, ensure_ascii=False, indent=2))
    else:
        show_diagnostics(diagnostics, source, language)
    sys.exit(0 if parsed.ok else 1)


@command.command("format")
@_options
@click.option("--language", type=click.Choice(["en", "zh"]), help="Language to write in; as written when left away.")
def format_(schema: str, rules: str, language: Language | None) -> None:
    """Write the rules in their canonical form. Exit 1, with the errors, when there are any."""
    source, model = read_source(rules, language or "en"), read_model(schema, language or "en")
    parsed = dsl.parse(source, model)
    if not parsed.ok:
        show_diagnostics(parsed.diagnostics, source, language or parsed.language, to_error=True)
        sys.exit(1)
    click.echo(dsl.format(parsed.rules, model, language or parsed.language))


command.add_command(explain)
