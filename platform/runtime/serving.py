"""What runs beside the front door in a process: the clock, the worker, and the ways to find the workspace's place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ruleloom.runtime.durable.calling import performers
from ruleloom.runtime.durable.caretaker import Caretaker
from ruleloom.runtime.durable.worker import Worker
from ruleloom.runtime.time.ticker import Ticker
from ruleloom.runtime.workspace import Workspace, home

DATABASE_VARIABLE = "RULELOOM_DATABASE_URL"


def database_url(given: str | None, name: str = "ruleloom") -> str:
    """The address of the database: given, from `RULELOOM_DATABASE_URL`, else an SQLite file in `home()`."""
    found = given or os.environ.get(DATABASE_VARIABLE)
    if found:
        return found
    home().mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{home() / f'{name}.db'}"


@contextmanager
def in_the_background(workspace: Workspace) -> Iterator[Worker]:
    """The clock, the worker with everything that it can perform, and the caretaker as threads of this process."""
    worker, ticker, caretaker = Worker(workspace, performers(workspace)), Ticker(workspace), Caretaker(workspace)
    worker.start()
    ticker.start()
    caretaker.start()
    try:
        yield worker
    finally:
        caretaker.stop()
        ticker.stop()
        worker.stop()
