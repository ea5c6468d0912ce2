"""Which processes are at work: each says so once when it takes a lease; whether it lives is asked of the lease."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ruleloom.runtime.time.clock import machine_now
from ruleloom.storage import holders
from ruleloom.storage.holders import HolderRow
from ruleloom.storage.leases import lease

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace

CLOCK = "clock"
_WORKER = "executor-"


def worker_name(slot: int) -> str:
    """The piece of work that a worker in a slot holds."""
    return f"{_WORKER}{slot}"


def took(workspace: Workspace, name: str) -> None:
    """This process has the lease of a piece of work."""
    row = HolderRow(name, f"{socket.gethostname()}:{os.getpid()}", machine_now())
    with workspace.database.write() as connection:
        holders.took(connection, row)


def clock_keeper(workspace: Workspace) -> HolderRow | None:
    """The process that keeps the clock; None when no process does."""
    return next((row for row in _alive(workspace) if row.name == CLOCK), None)


def workers(workspace: Workspace) -> Sequence[HolderRow]:
    """The processes that perform effects."""
    return [row for row in _alive(workspace) if row.name.startswith(_WORKER)]


def _alive(workspace: Workspace) -> Sequence[HolderRow]:
    with workspace.database.read() as connection:
        rows = holders.every(connection)
    return [row for row in rows if _is_held(workspace, row.name)]


def _is_held(workspace: Workspace, name: str) -> bool:
    with lease(workspace.database, name, workspace.folder) as free:
        return not free
