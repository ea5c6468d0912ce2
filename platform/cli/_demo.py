"""The demo workspace: its template app and an administrator who can sign in."""

from __future__ import annotations

import click

from ruleloom.access import WORKSPACE, RoleName
from ruleloom.installer import find_app, install, read_app
from ruleloom.runtime.commands import accounts
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.schema.definitions import Definition, Definitions

EMAIL, NAME = "admin@example.com", "Demo"


def fill(workspace: Workspace, app: str) -> None:
    """Installs the app into a demo workspace that has none yet, and makes sure that somebody can sign in."""
    if not _apps(workspace):
        click.echo(f"Making the demo workspace with the app {app} …")
        install(workspace, read_app(find_app(app)), WORKSPACE)
    if not any(RoleName.ADMINISTRATOR in each.roles for each in accounts.everybody(workspace, WORKSPACE)):
        accounts.create(workspace, WORKSPACE, NAME, EMAIL, roles=[RoleName.ADMINISTRATOR])


def _apps(workspace: Workspace) -> list[Definition]:
    with workspace.database.read() as connection:
        return Definitions(connection).all("app")
