"""A sync in a process of its own, to be killed: `python -m tests.imports.sync_process URL FOLDER CONNECTION PAGE`."""

from __future__ import annotations

import sys
from pathlib import Path

from ruleloom.access import WORKSPACE
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.database import Database


def main(url: str, folder: str, connection: str, page: str) -> int:
    workspace = Workspace(Database(url), process=2, folder=Path(folder))
    try:
        run = connections.sync_now(workspace, WORKSPACE, int(connection), page=int(page))
    finally:
        workspace.close()
    return 0 if run.status == "done" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
