"""A process of a served workspace whose clock a test holds: `python -m tests.properties.served_process URL FOLDER all`.

The last word is its role: `serve` (the HTTP API), `work` (clock thread and worker) or `all`. The clock is a file of
eight bytes in the folder: the present instant, the same for all processes. Prints the port, or `ready`.
"""

from __future__ import annotations

import mmap
import struct
import sys
from contextlib import nullcontext
from pathlib import Path

import waitress.server  # type: ignore[import-untyped]

from ruleloom.api.app import create_app
from ruleloom.cli._logging import configure
from ruleloom.runtime.opening import open_workspace
from ruleloom.runtime.serving import in_the_background
from ruleloom.runtime.time.clock import Clock

_INSTANT = struct.Struct("<q")


class HeldClock(Clock):
    """Tells what stands in the file; it goes back when the test begins another history."""

    def __init__(self, folder: Path) -> None:
        path = folder / "clock"
        if not path.exists():
            path.write_bytes(bytes(_INSTANT.size))
        with path.open("r+b") as file:
            self._held = mmap.mmap(file.fileno(), _INSTANT.size)
        super().__init__(source=lambda: 0)

    def now(self, real: int | None = None) -> int:
        """The instant that the test has set."""
        found: int = _INSTANT.unpack(self._held)[0]
        return found

    def set(self, instant: int) -> None:
        """Used by the test."""
        self._held[:] = _INSTANT.pack(instant)


def main(url: str, folder: str, role: str) -> int:
    configure()  # to standard error: nobody reads what else is printed
    workspace = open_workspace(url, folder=Path(folder), clock=HeldClock(Path(folder)))
    with in_the_background(workspace) if role != "serve" else nullcontext():
        if role != "work":
            server = waitress.server.create_server(create_app(workspace), host="127.0.0.1", port=0, threads=4)
            sys.stdout.write(f"{server.effective_port}\n")
            sys.stdout.flush()
            server.run()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
    workspace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
