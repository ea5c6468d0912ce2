"""Effects that failed: performed again by hand, one or all of a rule, with the same keys."""

from __future__ import annotations

from collections.abc import Sequence

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.runtime.missing import Conflict, Missing, id_of
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import firing_log, work_log

ORIGIN = "replay"
MOST = 500
"""Effects that one command hands over."""


def replay(workspace: Workspace, actor: Actor, effect: str) -> None:
    """Hands an effect that failed to the worker once more; `Conflict` (409) when it did not fail."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> None:
        found = firing_log.effect(uow.connection, id_of(effect))
        if found is None or not _in_sight(uow, [found.id]):
            raise Missing.of("not-found")
        if not _hand_over(uow, [found.id]):
            raise Conflict.of("not-failed")

    workspace.transact(command, actor, origin=ORIGIN)


def replay_all(workspace: Workspace, actor: Actor, rule: str | None = None) -> int:
    """Hands all effects that failed (of a rule) to the worker once more, the oldest `MOST`; how many."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> int:
        return _hand_over(uow, _in_sight(uow, work_log.failed_of(uow.connection, rule, MOST)))

    return workspace.transact(command, actor, origin=ORIGIN)


def _in_sight(uow: UnitOfWork, effects: Sequence[int]) -> list[int]:
    """Those of firings on records that the person may see."""
    seen = Sight(uow.connection, uow.published, uow.now, uow.actor)
    return [each.of.id for each in seen.those(work_log.by_id(uow.connection, effects))]


def _hand_over(uow: UnitOfWork, found: Sequence[int]) -> int:
    """How many: one that somebody else hands over at this moment is theirs, or it would be done twice."""
    handed = sum(firing_log.once_more(uow.connection, effect, uow.now) for effect in found)
    if handed:
        uow.desk.leaves = uow.wrote = True
    return handed
