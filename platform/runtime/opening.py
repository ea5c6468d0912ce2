"""Opening a workspace: the database is brought up to date and has its built-in tables before anything is served."""

from __future__ import annotations

from pathlib import Path

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import entities
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.database import Database
from ruleloom.storage.schema.migrate import is_current, migrate


def open_workspace(
    url: str,
    *,
    process: int | None = None,
    folder: Path | None = None,
    demo: bool = False,
    clock: Clock | None = None,
) -> Workspace:
    """The workspace of a database address; made when the database is empty. `demo` only marks a new one."""
    database = Database(url)
    if not is_current(database):
        migrate(database)
    workspace = Workspace(database, process=process, folder=folder, clock=clock)
    if workspace.is_new():
        workspace.transact(entities.prepare, WORKSPACE, origin="install")
        if demo:
            workspace.set(demo=True)
    return workspace
