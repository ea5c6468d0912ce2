"""A process to be killed: `python -m tests.runtime.killed_process URL FOLDER ROLE PORT RECEIVER`.

ROLE is `serve` (the HTTP API on PORT), `work` (clock thread and worker) or `all`. A `call` is posted to the receiver's
port on this machine with the effect's id as its key. Prints `ready`.
"""

from __future__ import annotations

import http.client
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import waitress  # type: ignore[import-untyped]

from ruleloom.api.app import create_app
from ruleloom.cli._logging import configure
from ruleloom.runtime.durable.performing import TryAgain
from ruleloom.runtime.durable.worker import Worker
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.time.ticker import Ticker
from ruleloom.storage.logs.firing_log import EffectRow


def main(url: str, folder: str, role: str, port: str, receiver: str) -> int:
    configure()  # to standard error: nobody reads what else is printed
    workspace = open_workspace(url, folder=Path(folder))

    def outside(effect: EffectRow) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", int(receiver), timeout=10)
        try:
            connection.request("POST", "/", json.dumps({"key": str(effect.id), **effect.content["arguments"]}))
            return {"status": connection.getresponse().status}
        except OSError as error:
            raise TryAgain(str(error)) from error
        finally:
            connection.close()

    with ExitStack() as stack:
        stack.callback(workspace.close)
        if role != "serve":
            for part in (Worker(workspace, {"call": outside}), Ticker(workspace)):
                part.start()
                stack.callback(part.stop)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        if role != "work":
            waitress.serve(create_app(workspace), host="127.0.0.1", port=int(port), threads=4, _quiet=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
