"""What is undone: a firing or an undo, alone or with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleloom.runtime.missing import Conflict, Missing
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import firing_log, undo_log
from ruleloom.storage.logs.firing_log import FiringRow

FIRING, UNDO = "firing", "undo"
_DID_NOTHING = ("skipped", "blocked")


@dataclass(frozen=True, slots=True)
class Deed:
    """A firing, or an undo that is taken back itself."""

    kind: str
    id: int
    chained: bool
    firings: Sequence[FiringRow]
    """Those that are taken back; of an undo those that become valid again."""
    further: Sequence[FiringRow]
    """Those that the deed's writes led to, whether they go with it or not."""

    @property
    def causes(self) -> frozenset[int]:
        """The firings and undos whose writes are taken back."""
        own = {self.id} if self.kind == UNDO else {row.id for row in self.firings}
        return frozenset(own | {row.id for row in self.further} if self.chained else own)


def undone_before(connection: Connection, deed: Deed) -> set[int]:
    """The undos of the deed, and the undos of those, that went before: what they wrote cancels itself out."""
    found: set[int] = set()
    causes = set(deed.causes)
    while causes := set(undo_log.of(connection, causes)) - found:
        found |= causes
    return found


def read(connection: Connection, kind: str, deed: int, chained: bool) -> Deed:
    """The deed; `Missing` (404) when there is none, `Conflict` (409) when there is nothing to undo any more."""
    return _firing(connection, deed, chained) if kind == FIRING else _undo(connection, deed, chained)


def _firing(connection: Connection, firing: int, chained: bool) -> Deed:
    found = firing_log.by_id(connection, [firing], lock=True)
    if not found:
        raise Missing.of("not-found")
    if found[0].edge in _DID_NOTHING:
        raise Conflict.of("nothing-to-undo")
    if found[0].undone_at is not None:
        raise Conflict.of("already-undone")
    further = _locked(connection, firing) if chained else _came_of(connection, firing)
    return Deed(FIRING, firing, chained, [*found, *further] if chained else found, further)


def _locked(connection: Connection, deed: int) -> list[FiringRow]:
    """What came of a deed, looked for until all of it is locked: others undo some of it, or runs of it go on."""
    locked: set[int] = set()
    while True:
        found = _came_of(connection, deed)
        new = {row.id for row in found} - locked
        if not new:
            return found
        firing_log.by_id(connection, new, lock=True)
        locked |= new


def _undo(connection: Connection, undo: int, chained: bool) -> Deed:
    found = undo_log.find(connection, undo)
    if found is None:
        raise Missing.of("not-found")
    if found.undone_at is not None:
        raise Conflict.of("already-undone")
    again = firing_log.by_id(connection, undo_log.firings_of(connection, undo))
    return Deed(UNDO, undo, chained, again, _came_of(connection, undo))


def _came_of(connection: Connection, deed: int) -> list[FiringRow]:
    """All firings that its writes led to, directly or by way of others, that still stand."""
    found: list[FiringRow] = []
    causes = [deed]
    while causes:
        following = firing_log.caused_by(connection, causes)
        found += [row for row in following if row.undone_at is None and row.edge not in _DID_NOTHING]
        causes = [row.id for row in following]
    return found
