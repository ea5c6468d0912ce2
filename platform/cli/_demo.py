"""The demo workspace: its administrator, and the template app where the installer knows it."""

from __future__ import annotations

import importlib
import importlib.util

import click

from ruleloom.access import WORKSPACE, RoleName
from ruleloom.runtime.commands import accounts
from ruleloom.runtime.workspace import Workspace

EMAIL, NAME = "admin@example.com", "Demo"


def fill(workspace: Workspace, app: str) -> None:
    """Installs the app into a workspace that has none yet, and makes sure that somebody can sign in."""
    if not workspace.published.definitions and not workspace.published.rules:
        click.echo(f"Making the demo workspace with {app} …")
    _install(workspace, app)
    if not any(RoleName.ADMINISTRATOR in each.roles for each in accounts.everybody(workspace, WORKSPACE)):
        accounts.create(workspace, WORKSPACE, NAME, EMAIL, roles=[RoleName.ADMINISTRATOR])


def _install(workspace: Workspace, app: str) -> None:
    if importlib.util.find_spec("ruleloom.installer.apply") is None:
        return
    installer = importlib.import_module("ruleloom.installer.apply")
    installer.install_once(workspace, app)
