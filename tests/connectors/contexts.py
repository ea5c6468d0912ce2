"""A context for tests: virtual waiting, a token memory that can be read, loopback allowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from ruleloom.connectors import Bucket, Limits, Network


class FakeContext:
    """Time stands still except while somebody sleeps; sleeping takes no real time."""

    connection = "test"

    def __init__(self, now: datetime | None = None, network: Network | None = None) -> None:
        self._start = now or datetime.now(UTC)
        self._passed = 0.0
        self.network = network or Network(("127.0.0.1",))
        self.until: float | None = None
        self.slept: list[float] = []
        self.tokens: dict[str, tuple[str, datetime]] = {}
        self._numbers = count(1)
        self._bucket: Bucket | None = None

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)
            self._passed += seconds

    def jitter(self) -> float:
        return 1.0

    def unique(self) -> str:
        return f"nonce-{next(self._numbers)}"

    def bucket(self, limits: Limits) -> Bucket:
        self._bucket = self._bucket or Bucket(limits, self.monotonic, self.sleep)
        return self._bucket

    def recall(self, name: str) -> str | None:
        value, until = self.tokens.get(name, ("", self.now()))
        return value if until > self.now() else None

    def keep(self, name: str, value: str, until: datetime) -> None:
        self.tokens[name] = (value, until)

    def forget(self, name: str) -> None:
        self.tokens.pop(name, None)
