"""What connectors get from us: time, chance, a memory for tokens, shared limits, the network's rules."""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ruleloom.connectors import Bucket, Limits, Network
from ruleloom.messages import RuleloomError

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace

PRIVATE_HOSTS = "RULELOOM_PRIVATE_HOSTS"
"""Hosts and networks inside the firewall that connectors may call; set by who runs the server."""


class SyncStopped(RuleloomError):
    """Somebody stopped the sync; what was read before stays, and the next sync goes on from there."""

    status = 409


def network_of(workspace: Workspace) -> Network:
    """What the operator allows; a demo may also call this machine, where its stand-in servers run."""
    given = Network.of(os.environ.get(PRIVATE_HOSTS, ""))
    return Network((*given.private, "127.0.0.0/8", "localhost")) if workspace.demo else given


class Lent:
    """The context of one connection, or of one look at it."""

    def __init__(self, connection: str, network: Network, patience: float | None = None) -> None:
        """`patience`: for how many seconds a person waits while things are tried again; None: nobody waits."""
        self.connection = connection
        self.network = network
        self.until = None if patience is None else self.monotonic() + patience
        self.stop = threading.Event()
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._bucket: tuple[Limits, Bucket] | None = None
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Real time: other systems know nothing of a demo's clock."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """The machine's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits; SyncStopped as soon as somebody stops the sync."""
        if self.stop.wait(seconds) if seconds else self.stop.is_set():
            raise SyncStopped.of("sync-stopped")

    def jitter(self) -> float:
        """0 to 1, so that many waiters do not come back together."""
        return random.random()  # noqa: S311 - no secret

    def unique(self) -> str:
        """A fresh nonce."""
        return uuid.uuid4().hex

    def bucket(self, limits: Limits) -> Bucket:
        """The connection's bucket; a new one when its limits were changed."""
        with self._lock:
            if self._bucket is None or self._bucket[0] != limits:
                self._bucket = (limits, Bucket(limits, self.monotonic, self.sleep))
            return self._bucket[1]

    def recall(self, name: str) -> str | None:
        """A token that has not run out."""
        value, until = self._tokens.get(name, ("", datetime.min.replace(tzinfo=UTC)))
        return value if until > self.now() else None

    def keep(self, name: str, value: str, until: datetime) -> None:
        """Remembers a token, in memory only."""
        self._tokens[name] = (value, until)

    def forget(self, name: str) -> None:
        """Drops a token."""
        self._tokens.pop(name, None)
