"""Counts failures by key within a span, in this process: slows down who guesses addresses that have no account."""

from __future__ import annotations

import threading
from collections import deque


class Throttle:
    """At most `attempts` failures per key within `span` microseconds; memory is bounded by `keys`."""

    def __init__(self, attempts: int, span: int, keys: int = 10_000) -> None:
        self._attempts, self._span, self._keys = attempts, span, keys
        self._failures: dict[str, deque[int]] = {}
        self._lock = threading.Lock()

    def allows(self, key: str, now: int) -> bool:
        """Whether the key may try once more."""
        with self._lock:
            return len(self._recent(key, now)) < self._attempts

    def failed(self, key: str, now: int) -> None:
        """Counts a failure; the key longest unused is forgotten when there are too many."""
        with self._lock:
            failures = self._recent(key, now)
            failures.append(now)
            self._failures.pop(key, None)
            self._failures[key] = failures
            if len(self._failures) > self._keys:
                self._failures.pop(next(iter(self._failures)))

    def _recent(self, key: str, now: int) -> deque[int]:
        failures = self._failures.get(key, deque())
        while failures and failures[0] + self._span <= now:
            failures.popleft()
        return failures
