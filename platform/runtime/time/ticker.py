"""The clock thread: sleeps until the next instant at which anything is due, then settles it. No poll over records."""

from __future__ import annotations

import threading

import structlog

from ruleloom.runtime.durable import presence
from ruleloom.runtime.time.settling import settle
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.leases import lease

log = structlog.get_logger()
LONGEST_SLEEP = 1.0
"""Seconds after which the stored deadlines are asked for again: another process may have written an earlier one."""
AFTER_FAILURE = 1.0
_SECOND = 1_000_000


class Ticker:
    """One clock per workspace: of several processes the one that holds the lease."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)

    def start(self) -> None:
        """Begins; what became due while nothing ran is settled first, in time order."""
        self._workspace.committed.append(self._written)
        self._thread.start()

    def stop(self) -> None:
        """Ends after the instant in hand."""
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout=10)

    def _written(self, _uow: UnitOfWork) -> None:
        """A write may have brought an earlier deadline."""
        if threading.current_thread() is not self._thread:
            self._woken.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with lease(self._workspace.database, presence.CLOCK, self._workspace.folder) as held:
                if held:
                    presence.took(self._workspace, presence.CLOCK)
                    self._keep_time()
            self._stopped.wait(LONGEST_SLEEP)

    def _keep_time(self) -> None:
        while not self._stopped.is_set():
            self._woken.clear()
            try:
                settle(self._workspace)
                pause = self._until_next()
            except Exception as error:
                log.error("clock failed", exc_info=error)
                pause = AFTER_FAILURE
            self._woken.wait(pause)

    def _until_next(self) -> float:
        with self._workspace.reading() as reading:
            due = reading.store.earliest()
        if due is None:
            return LONGEST_SLEEP
        return max(0.0, min((due - self._workspace.clock.now()) / _SECOND, LONGEST_SLEEP))
