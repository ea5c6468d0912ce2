"""Time: everything that is due is settled in time order, some instants in each transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

import structlog

from ruleloom.access import WORKSPACE
from ruleloom.runtime.workspace import CLOCK_FLOOR, Workspace
from ruleloom.runtime.writing.unit_of_work import TIME, UnitOfWork
from ruleloom.storage import workspace_settings as settings

log = structlog.get_logger()
PATIENCE = 30.0
"""Seconds for which one waits for what others have in hand."""
_GLANCE = 0.02
BATCHES = (100, 10, 1)
"""Instants settled, and firings after which no further instant is begun, in one transaction."""


def settle_with_others(workspace: Workspace) -> bool:
    """Settles what is due up to now and waits for what other threads and processes have in hand of it.

    False when something is still due after `PATIENCE`: whoever has it in hand goes on with it.
    """
    end = time.monotonic() + PATIENCE
    settle(workspace)
    while _is_due(workspace):
        if time.monotonic() > end:
            log.warning("something due is still in other hands", seconds=PATIENCE)
            return False
        time.sleep(_GLANCE)
        settle(workspace)
    return True


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
        settled = _settle_batch(workspace)
        if settled is None:
            return fired
        fired += settled


def _settle_batch(workspace: Workspace) -> list[int] | None:
    try:
        return workspace.transact(_batch(), WORKSPACE, origin=TIME)
    except Exception:  # noqa: BLE001 - what one instant stumbles over must not take those before it along
        return workspace.transact(lambda uow: _some(uow, 1), WORKSPACE, origin=TIME)


def _batch() -> Callable[[UnitOfWork], list[int] | None]:
    """Settles several instants in one transaction: fewer at each repetition, so that a deadlock costs less and less."""
    sizes = iter(BATCHES)

    def command(uow: UnitOfWork) -> list[int] | None:
        return _some(uow, next(sizes, 1))

    return command


def _some(uow: UnitOfWork, most: int) -> list[int] | None:
    last: int | None = None
    left = 1 if uow.backlog.earliest() is not None else most
    while left > 0:
        number, instant = uow.settle_some(left)
        if instant is None:
            break
        last, left = instant, left - number
        if len(uow.desk.entered) >= most or uow.backlog.opened:
            break
    if last is None:
        return None
    uow.wrote = True
    settings.write(uow.connection, CLOCK_FLOOR, last)
    return [cast("int", firing.id) for firing in uow.desk.entered]
