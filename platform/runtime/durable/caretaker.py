"""Housekeeping at real times, once an hour: files that nothing has named for a day, old uploads, old backtests."""

from __future__ import annotations

import threading

import structlog

from ruleloom.runtime.backtest import service as backtests
from ruleloom.runtime.commands import files
from ruleloom.runtime.imports import service as imports
from ruleloom.runtime.rules import health
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.leases import lease

log = structlog.get_logger()
HOUR = 3600.0


class Caretaker:
    """A thread; of several processes the one that gets the lease does this hour's work."""

    def __init__(self, workspace: Workspace, pause: float = HOUR) -> None:
        self._workspace = workspace
        self._pause = pause
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="caretaker", daemon=True)

    def start(self) -> None:
        """Begins with a round."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round in hand."""
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                with lease(self._workspace.database, "caretaker", self._workspace.folder) as held:
                    if held:
                        files.sweep(self._workspace)
                        imports.sweep(self._workspace)
                        backtests.sweep(self._workspace)
                        health.sweep(self._workspace)
            except Exception as error:
                log.error("caretaker failed", exc_info=error)
            self._stopped.wait(self._pause)
