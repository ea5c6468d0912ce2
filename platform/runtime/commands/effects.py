"""Effects that failed: performed again by hand, one or all of a rule, with the same keys."""

from __future__ import annotations

from collections.abc import Sequence

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.runtime.missing import Conflict, Missing, id_of
from ruleloom.runtime.unit_of_work import UnitOfWork
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage import firing_log, work_log

ORIGIN = "replay"
MOST = 500
"""Effects that one command hands over."""


def replay(workspace: Workspace, actor: Actor, effect: str) -> None:
    """Hands an effect that failed to the worker once more; `Conflict` (409) when it did not fail."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> None:
        found = firing_log.effect(uow.connection, id_of(effect))
        if found is None:
            raise Missing.of("not-found")
        if found.status not in work_log.FAILED:
            raise Conflict.of("not-failed")
        _hand_over(uow, [found.id])

    workspace.transact(command, actor, origin=ORIGIN)


def replay_all(workspace: Workspace, actor: Actor, rule: str | None = None) -> int:
    """Hands all effects that failed (of a rule) to the worker once more, the oldest `MOST`; how many."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> int:
        found = work_log.failed_of(uow.connection, rule, MOST)
        _hand_over(uow, found)
        return len(found)

    return workspace.transact(command, actor, origin=ORIGIN)


def _hand_over(uow: UnitOfWork, found: Sequence[int]) -> None:
    for effect in found:
        firing_log.change_effect(
            uow.connection, effect, status="pending", not_before=uow.now, error=None, updated_at=uow.now
        )
    if found:
        uow.desk.leaves = uow.wrote = True
