"""`ruleloom create-user`: adds a person who can sign in."""

from __future__ import annotations

import sys

import click

ROLES = ("administrator", "manager", "member")


@click.command("create-user")
@click.option("--database", help="Address of the database; default: an SQLite file in the folder var.")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=["member"], show_default=True)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--password", envvar="RULELOOM_PASSWORD", help="Default: none; a one-time sign-in is printed.")
def command(
    database: str | None, name: str, email: str, roles: tuple[str, ...], language: str, password: str | None
) -> None:
    """Add a person who can sign in."""
    from typing import cast

    from ruleloom.access import WORKSPACE
    from ruleloom.messages import Language, RuleloomError
    from ruleloom.runtime.commands import accounts, sessions
    from ruleloom.runtime.opening import open_workspace
    from ruleloom.runtime.serving import database_url

    workspace = open_workspace(database_url(database))
    spoken = cast("Language", language)
    try:
        made = accounts.create(workspace, WORKSPACE, name, email, password, roles, spoken)
    except RuleloomError as error:
        for diagnostic in error.diagnostics:
            click.echo(diagnostic.message(spoken), err=True)
        sys.exit(2)
    click.echo(f"{made.name} <{made.email}>: {', '.join(made.roles)}")
    if password is None:
        token = sessions.one_time_token(workspace, int(made.id))
        click.echo(f"Sign in once, within 15 minutes: open /sign-in?token={token} at the address of the server")
    workspace.close()
