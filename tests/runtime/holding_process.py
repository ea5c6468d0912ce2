"""A worker with work in hand until it is killed: `python -m tests.runtime.holding_process URL FOLDER [IMPORT]`.

Without an id it holds the first call that it is to make; with one it begins that import and holds its third chunk.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from ruleloom.access import WORKSPACE
from ruleloom.runtime.durable.worker import Worker
from ruleloom.runtime.imports import running, service
from ruleloom.runtime.opening import open_workspace

LONGER_THAN_ANY_TEST = 300


def hold(*_given: Any) -> None:
    """Says that it has the work in hand, and does not come back."""
    sys.stdout.write("held\n")
    sys.stdout.flush()
    time.sleep(LONGER_THAN_ANY_TEST)


def main(url: str, folder: str, import_id: str | None = None) -> None:
    workspace = open_workspace(url, folder=Path(folder))
    Worker(workspace, {"call": hold}).start()
    if import_id is not None:
        running.ROWS_WITH_RULES = 10
        real, chunks = running.Importing._one, []

        def one(self: Any, *given: Any) -> None:
            chunks.append(1)
            if len(chunks) == 3:
                hold()
            real(self, *given)

        running.Importing._one = one  # type: ignore[method-assign, assignment]
        service.start(workspace, WORKSPACE, int(import_id), dry=False)
    time.sleep(LONGER_THAN_ANY_TEST)


if __name__ == "__main__":
    main(*sys.argv[1:])
