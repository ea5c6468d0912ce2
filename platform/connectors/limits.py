"""A token bucket: so many calls per second, so many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from ruleloom.connectors.contract import Limits


class Bucket:
    """Lets `limits.per_second` calls through, `burst` of them without a pause, `concurrent` at the same time."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._limits, self._monotonic, self._sleep = limits, monotonic, sleep
        self._lock, self._slots = Lock(), BoundedSemaphore(limits.concurrent)
        self._left, self._seen = float(limits.burst), monotonic()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Waits for a turn and holds it while the call lasts."""
        with self._slots:
            self._sleep(self._take())
            yield

    def _take(self) -> float:
        """Takes one token, going into debt when there is none; answers how long to wait for it, in seconds."""
        with self._lock:
            now = self._monotonic()
            self._left = min(float(self._limits.burst), self._left + (now - self._seen) * self._limits.per_second)
            self._seen = now
            self._left -= 1
            return max(0.0, -self._left / self._limits.per_second)
