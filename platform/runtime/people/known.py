"""Who is signed in, as this process knows it from the last time that it asked.

Nothing is decided by it. Who writes is read again in the write's own transaction (`confirmed`), with the version of the
person's record, by which the name that is known of it is right or forgotten.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ruleloom.access import Actor
from ruleloom.dsl.types import Value
from ruleloom.messages import Language, RuleloomError
from ruleloom.storage.outset import Outset
from ruleloom.storage.people.sessions import Living

MOST = 10_000
"""Sessions and titles that are remembered; beyond, the one that was met first is asked for anew."""
K = TypeVar("K")
V = TypeVar("V")


class SessionEnded(RuleloomError):
    """The session has ended since this process met it."""

    status = 401


@dataclass(frozen=True, slots=True)
class Claim(Actor):
    """As whom a session acted when it was last met: to be confirmed before anything is done in its name."""

    session: str = ""
    """The hash of its secret."""


@dataclass(frozen=True, slots=True)
class Met:
    """A session as it was last met, and as whom it acts."""

    living: Living
    actor: Actor
    claim: Claim


class KnownSessions:
    """The sessions that a process has met, and what their people are called. Threads share it."""

    def __init__(self) -> None:
        self._met: dict[str, Met] = {}
        self._titles: dict[int, tuple[object, Value]] = {}
        self._lock = threading.Lock()

    def get(self, session: str) -> Met | None:
        """A session as it was last met."""
        return self._met.get(session)

    def meet(self, session: str, living: Living) -> Met:
        """A session as it is now."""
        known = self._met.get(session)
        if known is not None and known.living == living:
            return known
        actor = acting(living.account, living.roles, living.language, living.email)
        claim = Claim(actor.user, actor.roles, actor.language, actor.name, session)
        met = Met(living, actor, claim)
        self._keep(self._met, session, met)
        return met

    def title(self, person: int, stand: object, read: Callable[[], Value]) -> Value:
        """What a person is called; read when it was not yet at this `stand` of the person's record."""
        known = self._titles.get(person)
        if known is not None and known[0] == stand:
            return known[1]
        title = read()
        self._keep(self._titles, person, (stand, title))
        return title

    def forget(self, session: str) -> None:
        """A session that has ended."""
        with self._lock:
            self._met.pop(session, None)

    def confirmed(self, claim: Claim, begun: Outset) -> Actor:
        """As whom a claim acts now; `SessionEnded` when it acts as nobody any more."""
        living = begun.session
        if living is None or not living.active:
            self.forget(claim.session)
            raise SessionEnded.of("not-signed-in")
        return self.meet(claim.session, living).actor

    def _keep(self, kept: dict[K, V], key: K, value: V) -> None:
        with self._lock:
            if len(kept) >= MOST and key not in kept:
                del kept[next(iter(kept))]
            kept[key] = value


def acting(user: int, roles: Sequence[str], language: str | None, email: str) -> Actor:
    """As whom an account acts."""
    return Actor(user, frozenset(roles), spoken(language), email)


def spoken(language: str | None) -> Language:
    """The language of an account."""
    return "zh" if language == "zh" else "en"
