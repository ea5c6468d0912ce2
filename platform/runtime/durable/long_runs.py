"""Imports, syncs, backtests: work of minutes and hours, durable like effects, each in the hands of one process.

Their rows say what is running, and each chunk commits how far it is with what it wrote. A run whose process died goes
on in another one, or at the next start, where its last chunk ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from ruleloom.runtime.backtest import service as backtests
from ruleloom.runtime.imports import service
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.time.clock import machine_now
from ruleloom.storage.leases import lease
from ruleloom.storage.logs import backtest_log, exchange, import_log

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace

QUIET = 5_000_000
"""Microseconds without a sign of life after which somebody looks whether a run is still in hand."""
CARRY_ON: Mapping[str, Callable[[Workspace, int], None]] = {
    service.KIND: service.carry_on,
    connections.KIND: connections.carry_on,
    backtests.KIND: backtests.carry_on,
}


def left_alone(workspace: Workspace) -> Iterator[tuple[str, int, int]]:
    """Runs that no process has in hand: kind, id, and how far they are (for the name of the next try)."""
    before = machine_now() - QUIET
    with workspace.database.read() as connection:
        imports = import_log.unfinished(connection, before)
        syncs = exchange.unfinished(connection, before)
        played = backtest_log.unfinished(connection, before)
    for row in imports:
        if _is_free(workspace, service.lease_of(row.id)):
            yield service.KIND, row.id, row.updated_at
    for run in syncs:
        if _is_free(workspace, connections.lease_of(run.connection)):
            yield connections.KIND, run.id, run.started_at + sum(each["pages"] for each in run.counts.values())

    for each in played:
        if _is_free(workspace, backtests.lease_of(each.id)):
            yield backtests.KIND, each.id, each.updated_at


def _is_free(workspace: Workspace, name: str) -> bool:
    with lease(workspace.database, name, workspace.folder) as free:
        return free
