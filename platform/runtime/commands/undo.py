"""Taking a firing back, or an undo: shown first, then done in one transaction, as the person who asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.runtime.missing import Conflict, Stale, id_of
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.undoing.carrying_out import LEAVE, REHEARSE, Undoing
from ruleloom.runtime.undoing.deed import FIRING, UNDO, Deed, read
from ruleloom.runtime.undoing.plan import Plan, plan_of
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import undo_log
from ruleloom.storage.logs.undo_log import UndoRow

ORIGIN = "undo"


def preview(workspace: Workspace, actor: Actor, kind: str, deed: str, chained: bool = False) -> Plan:
    """What undoing a `firing` or an `undo` would do: it is done for a trial and taken back as a whole."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> Plan:
        with uow.desk.trial():
            uow.reference = uow.workspace.ids.next()
            return _planned(uow, _read(uow, kind, deed, chained), REHEARSE)

    return workspace.transact(command, actor, origin=ORIGIN)


def undo(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    deed: str,
    chained: bool = False,
    conflicts: str = LEAVE,
    fingerprint: str | None = None,
) -> Plan:
    """Undoes; `conflicts`: `leave` them, or `overwrite` what happened since.

    `Stale` (412) when a `fingerprint` is given and the preview would be another one now; `Conflict` (409) when nothing
    at all can be taken back.
    """
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> Plan:
        uow.reference = undo_id = uow.workspace.ids.next()
        found = _read(uow, kind, deed, chained)
        if fingerprint is not None:
            _require_seen(uow, found, fingerprint)
        plan = _planned(uow, found, conflicts)
        if plan.steps and not any(step.done for step in plan.steps):
            raise Conflict.of("nothing-undone")
        _keep(uow, plan, undo_id)
        return replace(plan, undo=undo_id)

    return workspace.transact(command, actor, origin=ORIGIN)


def _read(uow: UnitOfWork, kind: str, deed: str, chained: bool) -> Deed:
    """The deed; a firing on a record that the person may not see is not there for them."""
    found = read(uow.connection, kind, id_of(deed), chained)
    if kind == FIRING:
        first = found.firings[0]
        Sight(uow.connection, uow.published, uow.now, uow.actor).require(first.entity, first.record)
    return found


def _planned(uow: UnitOfWork, deed: Deed, conflicts: str) -> Plan:
    return plan_of(uow, deed, Undoing(uow, deed, conflicts).carry_out())


def _require_seen(uow: UnitOfWork, deed: Deed, fingerprint: str) -> None:
    """The person decides on what was shown."""
    with uow.desk.trial():
        seen = _planned(uow, deed, REHEARSE).fingerprint
    if seen != fingerprint:
        raise Stale.of("undo-stale")


def _keep(uow: UnitOfWork, plan: Plan, undo_id: int) -> None:
    """The undo itself, and what goes with it beside the records."""
    deed, connection = plan.deed, uow.connection
    uow.wrote = True
    row = UndoRow(undo_id, deed.kind, deed.id, deed.chained, uow.now, uow.user, plan.left, _report(plan))
    undo_log.add(connection, row)
    ids = [each.id for each in deed.firings]
    if deed.kind == FIRING:
        undo_log.mark_firings(connection, ids, undo_id, uow.now)
        undo_log.take_notices_back(connection, ids, undo_id)
        undo_log.end_runs(connection, ids)
        undo_log.cancel_effects(connection, ids, uow.now)
        return
    undo_log.mark_undo(connection, deed.id, undo_id, uow.now)
    undo_log.unmark_firings(connection, deed.id)
    undo_log.give_notices_again(connection, deed.id)
    if deed.chained:
        undo_log.mark_firings(connection, [each.id for each in deed.further], undo_id, uow.now)


def _report(plan: Plan) -> Mapping[str, Any]:
    """What became of each record, in short."""
    return {
        "records": [
            {
                "verb": step.verb,
                "entity": step.entity,
                "record": str(step.record),
                "done": step.done,
                "state": step.state,
                "fields": [each.key for each in step.fields],
            }
            for step in plan.steps
        ]
    }


__all__ = ["FIRING", "UNDO", "preview", "undo"]
