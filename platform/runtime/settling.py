"""Time: everything that is due is settled in time order, each instant in a transaction of its own."""

from __future__ import annotations

from typing import cast

from ruleloom.access import WORKSPACE
from ruleloom.runtime.unit_of_work import TIME, UnitOfWork
from ruleloom.runtime.workspace import CLOCK_FLOOR, Workspace
from ruleloom.storage import workspace_settings as settings


def settle(workspace: Workspace) -> list[int]:
    """Settles what is due up to now: deadlines, ticks of schedules, ends of waits. The ids of the firings, in order.

    Each firing has its due time as its time, also when that is long past.
    """
    fired: list[int] = []
    while True:
        settled = workspace.transact(_one, WORKSPACE, origin=TIME)
        if settled is None:
            return fired
        fired += settled


def _one(uow: UnitOfWork) -> list[int] | None:
    instant = uow.pipeline.tick(uow.now)
    if instant is None:
        return None
    uow.wrote = True
    settings.write(uow.connection, CLOCK_FLOOR, instant)
    return [cast("int", firing.id) for firing in uow.desk.entered]
