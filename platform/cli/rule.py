"""`ruleloom rule …`: check and format rules of a file against a schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from ruleloom import dsl
from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema
from ruleloom.messages import Diagnostic, Language, RuleloomError, text


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
    """Name everything that is wrong with the rules. Exit 1 when there are errors."""
    source = _source(rules, language)
    parsed = dsl.parse(source, _model(schema, language))
    if shape == "json":
        found = [as_json(diagnostic, source, language) for diagnostic in parsed.diagnostics]
        click.echo(json.dumps({"diagnostics": found}, ensure_ascii=False, indent=2))
    else:
        _print(parsed.diagnostics, source, language)
    sys.exit(0 if parsed.ok else 1)


@command.command("format")
@_options
@click.option("--language", type=click.Choice(["en", "zh"]), help="Language to write in; as written when left away.")
def format_(schema: str, rules: str, language: Language | None) -> None:
    """Write the rules in their canonical form. Exit 1, with the errors, when there are any."""
    source, model = _source(rules, language or "en"), _model(schema, language or "en")
    parsed = dsl.parse(source, model)
    if not parsed.ok:
        _print(parsed.diagnostics, source, language or parsed.language, to_error=True)
        sys.exit(1)
    click.echo(dsl.format(parsed.rules, model, language or parsed.language))


def _model(schema: str, language: Language) -> Model:
    try:
        return read_schema(schema)
    except RuleloomError as error:
        _refuse(error.diagnostics, language)


def _source(rules: str, language: Language) -> str:
    try:
        data = sys.stdin.buffer.read() if rules == "-" else Path(rules).read_bytes()
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        _refuse([Diagnostic("rules-unreadable", params={"path": rules, "reason": error.strerror or ""})], language)
    except UnicodeDecodeError:
        _refuse([Diagnostic("rules-not-utf8", params={"path": rules})], language)


def _refuse(diagnostics: Iterable[Diagnostic], language: Language) -> NoReturn:
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


def _print(diagnostics: Iterable[Diagnostic], source: str, language: Language, *, to_error: bool = False) -> None:
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
