"""`ruleloom import FILE --into ENTITY`: brings a CSV or XLSX file in, as the browser does."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import yaml

from ruleloom.access import WORKSPACE
from ruleloom.cli._workspace import database_option, opened, said
from ruleloom.messages import LANGUAGES, Language, text
from ruleloom.runtime.imports import service
from ruleloom.runtime.imports.sources import ENCODINGS
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.logs.import_log import ImportRow

SHOWN = 20
"""Rows left out that are printed; `--report` writes all."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", "entity", help="Key of the entity that the rows become; may stand in the plan.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column goes where; repeatable.")
@click.option("--key", multiple=True, metavar="FIELD", help="Rows with a known key change that record; repeatable.")
@click.option(
    "--plan", "plan_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A plan (YAML or JSON)."
)
@click.option("--encoding", type=click.Choice(ENCODINGS), help="Where the one found out is wrong.")
@click.option("--sheet", help="Sheet of a workbook; the first one otherwise.")
@click.option("--dry-run", is_flag=True, help="Do everything, keep nothing.")
@click.option("--no-rules", is_flag=True, help="Ask no rule and no gate; fire nothing.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write every row left out to this CSV file.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the messages.")
@database_option
def command(
    file: Path, entity: str | None, pairs: Sequence[str], key: Sequence[str], plan_file: Path | None,
    encoding: str | None, sheet: str | None, dry_run: bool, no_rules: bool, report: Path | None, language: Language,
    database: str | None,
) -> None:  # fmt: skip
    """Bring the rows of FILE in as records.

    A bad row is reported with its number and reason and does not stop the others. Without --map and --plan the columns
    are found by their names. A run that was killed goes on when the same file is imported again by a key.
    """
    plan = _plan(plan_file, entity, pairs, key, no_rules=no_rules)
    with opened(database) as workspace, said(language):
        with file.open("rb") as content:
            row = service.begin(
                workspace, WORKSPACE, str(plan["entity"]), file.name, content, encoding=encoding, sheet=sheet
            )
        plan.setdefault("columns", (row.progress["suggestion"] or {}).get("columns", {}))
        service.set_plan(workspace, WORKSPACE, row.id, plan)
        done = _run(workspace, row, dry=dry_run)
        _tell(workspace, done, language, report)
        if done.status == "failed":
            sys.exit(1)


def _plan(
    file: Path | None, entity: str | None, pairs: Sequence[str], key: Sequence[str], *, no_rules: bool
) -> dict[str, Any]:
    """The plan of the file with what the options say over it."""
    given = yaml.safe_load(file.read_text(encoding="utf-8-sig")) if file else {}
    if not isinstance(given, dict):
        raise click.BadParameter("a plan is a mapping; see the guide to imports", param_hint="--plan")
    plan: dict[str, Any] = dict(given)
    if entity:
        plan["entity"] = entity
    if not plan.get("entity"):
        raise click.UsageError("say --into ENTITY")
    if pairs:
        plan["columns"] = {**(plan.get("columns") or {}), **dict(_pair(pair) for pair in pairs)}
    if key:
        plan["key"] = list(key)
    if no_rules:
        plan["rules"] = False
    return plan


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not equals or not field.strip():
        raise click.BadParameter(f"{text!r} is not FIELD=COLUMN", param_hint="--map")
    return field.strip(), column


def _run(workspace: Workspace, row: ImportRow, *, dry: bool) -> ImportRow:
    """Runs in this process; a second thread says how far it is."""
    claimed = service.claim(workspace, WORKSPACE, row.id, dry=dry)
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(workspace, row.id, over), daemon=True)
    watcher.start()
    try:
        return service.carry_out(workspace, WORKSPACE, claimed, dry=dry)
    finally:
        over.set()
        watcher.join(5)


def _watch(workspace: Workspace, import_id: int, over: threading.Event) -> None:
    while not over.wait(1):
        progress = service.read(workspace, WORKSPACE, import_id).progress
        if progress.get("total"):
            done = (progress.get("numbers") or {}).get("rows", 0)
            click.echo(f"\r{done:,} / {progress['total']:,}", err=True, nl=False)
    click.echo("", err=True)


def _tell(workspace: Workspace, row: ImportRow, language: Language, report: Path | None) -> None:
    numbers: Mapping[str, Any] = row.report or {}
    click.echo(json.dumps({"import": str(row.id), "status": row.status, **numbers}, ensure_ascii=False, indent=2))
    for error in numbers.get("errors", ()):
        click.echo(text(error["code"], language, error["params"]), err=True)
    for problem in service.problems(workspace, WORKSPACE, row.id, 0, SHOWN):
        where = f"{problem.row}" + (f" [{problem.column}]" if problem.column else "")
        click.echo(f"{where}: {text(problem.code, language, problem.params)}", err=True)
    if report is not None:
        with report.open("w", encoding="utf-8", newline="") as file:
            file.writelines(service.report_csv(workspace, WORKSPACE, row.id, language))
