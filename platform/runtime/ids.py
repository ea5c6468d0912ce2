"""Record ids: 63-bit integers whose order is the order of creation.

41 bits milliseconds since 2020-01-01T00:00Z (good until 2089), 10 bits process, 12 bits counter within the millisecond.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_EPOCH_MS = 1_577_836_800_000
PROCESS_BITS, COUNTER_BITS = 10, 12
PROCESSES = 1 << PROCESS_BITS
_PER_MILLISECOND = 1 << COUNTER_BITS


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


class IdMaker:
    """Makes ids for one live process; `process` (0 to 1023) must be its own among those that share a database."""

    def __init__(self, process: int, milliseconds: Callable[[], int] = _milliseconds) -> None:
        self._process = process % PROCESSES
        self._milliseconds = milliseconds
        self._last = 0
        self._counter = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """A new id, greater than every id this maker gave before, also when the machine's clock steps back."""
        with self._lock:
            self._step(self._milliseconds())
            return (
                (self._last - _EPOCH_MS) << (PROCESS_BITS + COUNTER_BITS)
                | self._process << COUNTER_BITS
                | self._counter
            )

    def _step(self, now: int) -> None:
        if now > self._last:
            self._last, self._counter = now, 0
            return
        self._counter += 1
        if self._counter == _PER_MILLISECOND:  # more than 4,096 in a millisecond: borrow from the next one
            self._last, self._counter = self._last + 1, 0
