"""Effects that failed: performed again by hand, with the same key."""

from __future__ import annotations

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.runtime.missing import Conflict, Missing, id_of
from ruleloom.runtime.unit_of_work import UnitOfWork
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage import firing_log

FAILED = ("failed", "dead")


def replay(workspace: Workspace, actor: Actor, effect: str) -> None:
    """Hands an effect that failed to the worker once more; `Conflict` (409) when it did not fail."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> None:
        found = firing_log.effect(uow.connection, id_of(effect))
        if found is None:
            raise Missing.of("not-found")
        if found.status not in FAILED:
            raise Conflict.of("not-failed")
        firing_log.change_effect(
            uow.connection, found.id, status="pending", not_before=uow.now, error=None, updated_at=uow.now
        )
        uow.desk.leaves = uow.wrote = True

    workspace.transact(command, actor, origin="replay")
