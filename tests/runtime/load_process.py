"""A process that writes, keeps time and works, to be killed: `python -m tests.runtime.load_process URL FOLDER MANY`.

It prints the name of each record once its write is confirmed; the outside system is a file that gets a line per call.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any

from ruleloom.access import WORKSPACE
from ruleloom.dsl.calendar import moment
from ruleloom.runtime.clock import machine_now
from ruleloom.runtime.commands import records
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.ticker import Ticker
from ruleloom.runtime.worker import Worker
from ruleloom.storage.firing_log import EffectRow


def main(url: str, folder: str, many: str) -> int:
    workspace = open_workspace(url, folder=Path(folder))

    def outside(effect: EffectRow) -> Any:
        with (Path(folder) / "received").open("a") as received:
            received.write(f"{effect.id} {effect.content['arguments']['name']}\n")
        return {}

    worker, ticker = Worker(workspace, {"call": outside}), Ticker(workspace)
    worker.start()
    ticker.start()
    for _ in range(int(many)):
        number = workspace.ids.next()
        seen = moment(machine_now() - 60_000_000 + random.randrange(0, 2_000_000)).isoformat()  # noqa: S311
        values = {"name": f"C{number}", "credit": str(random.choice([5, 20])), "seen": seen}  # noqa: S311
        records.create(workspace, WORKSPACE, "customer", values, show=lambda _uow, _written: None)
        sys.stdout.write(f"{values['name']} {values['credit']}\n")
        sys.stdout.flush()
    time.sleep(0.1)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    ticker.stop()
    worker.stop()
    workspace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
