"""`ruleloom backtest RULE [OTHER]`: a rule tried on the workspace's own past, as the browser does; nothing is kept."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import click

from ruleloom import dsl
from ruleloom.access import WORKSPACE
from ruleloom.cli._backtest_table import as_json, table
from ruleloom.cli._reading import read_source, refuse, show_diagnostics
from ruleloom.cli._workspace import database_option, opened, said
from ruleloom.messages import LANGUAGES, Diagnostic, Language
from ruleloom.runtime.backtest import trying
from ruleloom.runtime.backtest.history import BUSINESS, RECORDED
from ruleloom.runtime.backtest.run import LONGEST, Side
from ruleloom.runtime.workspace import Workspace

_EVERY = 0.5
"""Seconds between two signs of life."""


@click.command()
@click.argument("rule")
@click.argument("other", required=False)
@click.option("--days", type=click.IntRange(1, LONGEST), help="The last so many days; 30 when nothing is said.")
@click.option("--from", "since", metavar="INSTANT", help="Beginning (2026-01-31T00:00:00Z), in place of --days.")
@click.option("--to", "until", metavar="INSTANT", help="End; now when left away.")
@click.option(
    "--history", type=click.Choice([RECORDED, BUSINESS]), default=RECORDED,
    help="Changes as they were recorded, or records at their business times.",
)  # fmt: skip
@click.option("--hits", type=click.IntRange(0), default=20, help="How many hits the table lists.")
@click.option("--json", "in_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the answer.")
@database_option
def command(
    rule: str, other: str | None, days: int | None, since: str | None, until: str | None, history: str, hits: int,
    in_json: bool, language: Language, database: str | None,
) -> None:  # fmt: skip
    """Play RULE over the past of the workspace: who would have been hit, when, how many messages each person gets.

    RULE is a file with one rule, - for standard input, or the name (or number) of a rule of the workspace: its draft,
    or what is published; NAME@3 is its third version. OTHER is laid beside it. Nothing is written. Exit 2 when a text
    cannot be read, 1 when the past cannot be played.
    """
    with opened(database) as workspace, said(language):
        sides = [_side(workspace, each, language) for each in (rule, other) if each is not None]
        tried = trying.try_out(
            workspace, WORKSPACE, sides, last_days=days, since=since, until=until, history=history, tell=_Telling()
        )
        if in_json:
            click.echo(json.dumps(as_json(tried), ensure_ascii=False, indent=2))
            return
        for line in table(tried, workspace.model.calendar, language, hits):
            click.echo(line)


def _side(workspace: Workspace, given: str, language: Language) -> Side:
    if given != "-" and not Path(given).is_file():
        return trying.of_name(workspace, WORKSPACE, given)
    source = read_source(given, language)
    parsed = dsl.parse(source, workspace.model)
    show_diagnostics(parsed.diagnostics, source, language, to_error=True)
    if not parsed.ok:
        sys.exit(2)
    if len(parsed.rules) != 1:
        refuse([Diagnostic("backtest-one-rule", params={"path": given, "count": len(parsed.rules)})], language)
    return trying.of_text(workspace, WORKSPACE, {"text": source, "language": parsed.language})


class _Telling:
    """How far it is, on standard error, where somebody looks on."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if total and sys.stderr.isatty() and time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            click.echo(f"\r{done:,} / {total:,}", err=True, nl=False)
