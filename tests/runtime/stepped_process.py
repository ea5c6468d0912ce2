"""A process whose machine clock is set: `python -m tests.runtime.stepped_process FILE …`, then as `killed_process`.

FILE holds by how many nanoseconds the clock is wrong; it may be written at any time.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.runtime import killed_process

_right = time.time_ns


def main(offset: str, *words: str) -> int:
    wrong = Path(offset)
    time.time_ns = lambda: _right() + int(wrong.read_text())
    return killed_process.main(*words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
