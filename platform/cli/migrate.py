"""`ruleloom migrate`: brings a database to this version."""

from __future__ import annotations

import click


@click.command("migrate")
@click.option("--database", help="Address of the database; default: an SQLite file in the folder var.")
def command(database: str | None) -> None:
    """Bring the database to this version; makes an empty one ready."""
    from ruleloom.runtime.opening import open_workspace
    from ruleloom.runtime.serving import database_url

    workspace = open_workspace(database_url(database))
    click.echo(f"The {workspace.check()} database is at this version.")
    workspace.close()
