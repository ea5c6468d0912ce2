"""The one `now` of a workspace: real time plus the workspace's offset (demo only), never running backwards.

Instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Source = Callable[[], int]


def machine_now() -> int:
    """The machine's clock."""
    return time.time_ns() // 1_000


class Clock:
    """Tells the workspace's time.

    `offset` is how far the workspace is ahead of real time (a demo may let days pass); `floor` is the latest instant
    that the workspace is known to have reached, in this process or, read from the database, in another.
    """

    def __init__(self, offset: int = 0, floor: int = 0, source: Source | None = None) -> None:
        """`source`: asked instead of the database's or the machine's clock (a controlled clock)."""
        self._offset = offset
        self.controlled = source is not None
        self._floor = floor
        self._source: Source = source or machine_now
        self._lock = threading.Lock()

    @property
    def offset(self) -> int:
        """How far ahead of real time the workspace is, in microseconds."""
        return self._offset

    def now(self, real: int | None = None) -> int:
        """The present instant; `real` is the database's clock where the database keeps the time."""
        with self._lock:
            self._floor = max(self._floor, (self._source() if real is None else real) + self._offset)
            return self._floor

    def seen(self, offset: int, floor: int) -> None:
        """Takes over what the workspace's row says: another process may have moved the clock on."""
        with self._lock:
            self._offset = max(self._offset, offset)
            self._floor = max(self._floor, floor)

    def advance(self, microseconds: int) -> int:
        """Moves the workspace ahead and returns its new offset; a clock does not go back."""
        if microseconds < 0:
            raise ValueError("a clock does not run backwards")
        with self._lock:
            self._offset += microseconds
            return self._offset
