"""`ruleloom connector …`: which kinds there are, whether a connection works, and a sync from the command line."""

from __future__ import annotations

import json
import sys

import click

from ruleloom.access import WORKSPACE
from ruleloom.cli._workspace import database_option, opened, said
from ruleloom.connectors import registry
from ruleloom.connectors.settings import form
from ruleloom.messages import LANGUAGES, Language, text
from ruleloom.runtime.missing import id_of
from ruleloom.runtime.syncing import connections

_language = click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Language of the messages.")


@click.group()
def command() -> None:
    """Other systems: kinds, connections, syncs."""


@command.command("kinds")
@_language
def kinds(language: Language) -> None:
    """The connector kinds that are installed, with their settings (* needed) and how well each is proven."""
    for name, kind in sorted(registry.kinds().items()):
        click.echo(f"{name}  {kind.labels[language]}  [{kind.level}]")
        for setting in form(kind.Settings):
            secret = " (secret)" if setting.secret else ""
            click.echo(f"  {setting.key}{'*' if setting.required else ''}  {setting.labels[language]}{secret}")


@command.command("list")
@database_option
def list_(database: str | None) -> None:
    """The connections of a workspace."""
    with opened(database) as workspace:
        for each in connections.all_of(workspace, WORKSPACE):
            click.echo(f"{each.id}  {each.kind}  {each.name}  {each.status}")


@command.command("check")
@click.argument("connection")
@_language
@database_option
def check(connection: str, language: Language, database: str | None) -> None:
    """Sign in there and ask for something small. Exit 1 when it fails."""
    with opened(database) as workspace, said(language):
        health = connections.test(workspace, WORKSPACE, id_of(connection))
        click.echo(f"ok  {health.account}  clock {health.skew.total_seconds():+.0f} s")


@command.command("sync")
@click.argument("connection")
@_language
@database_option
def sync(connection: str, language: Language, database: str | None) -> None:
    """Read everything that is mapped and has changed. Exit 1 when the sync failed."""
    with opened(database) as workspace, said(language):
        run = connections.sync_now(workspace, WORKSPACE, id_of(connection))
        click.echo(json.dumps({"run": str(run.id), "status": run.status, "counts": run.counts}, indent=2))
        for problem in run.problems[:20]:
            where = f"{problem['resource']} {problem['external_id']}".strip()
            click.echo(f"{where}: {text(problem['code'], language, problem['params'])}", err=True)
        if run.status == "failed":
            sys.exit(1)
