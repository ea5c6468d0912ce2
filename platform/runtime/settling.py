"""Time: everything that is due is settled in time order, each instant in a transaction of its own."""

from __future__ import annotations

import time
from typing import cast

from ruleloom.access import WORKSPACE
from ruleloom.runtime.unit_of_work import TIME, UnitOfWork
from ruleloom.runtime.workspace import CLOCK_FLOOR, Workspace
from ruleloom.storage import workspace_settings as settings

PATIENCE = 30.0
"""Seconds for which one waits for what others have in hand."""
_GLANCE = 0.02


def settle_with_others(workspace: Workspace) -> None:
    """Settles what is due up to now and waits for what other threads and processes have in hand of it."""
    end = time.monotonic() + PATIENCE
    settle(workspace)
    while _is_due(workspace) and time.monotonic() < end:
        time.sleep(_GLANCE)
        settle(workspace)


def _is_due(workspace: Workspace) -> bool:
    with workspace.reading() as opened:
        earliest = opened.store.earliest()
        return earliest is not None and earliest <= opened.now


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
