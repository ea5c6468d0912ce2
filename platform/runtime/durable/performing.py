"""Performing one effect that leaves the workspace, and carrying out again the actions of a firing that failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from ruleloom.access import WORKSPACE
from ruleloom.actions.base import both
from ruleloom.messages import LANGUAGES, RuleloomError, text
from ruleloom.runtime.pipeline.ports import Firing
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing import effect_rows
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.logs import firing_log
from ruleloom.storage.logs.firing_log import EffectRow

RETRY = "retry"
"""Origin of the writes of actions that are carried out again."""
ACTIONS = "actions"
"""Kind of the effect that stands for all actions of a firing which failed and were undone."""


class TryAgain(Exception):
    """The other side may take it later; the effect keeps its key."""


class CannotPerform(RuleloomError):
    """No further try helps until somebody changes something: the effect failed, and can be performed again by hand."""


Performer = Callable[[EffectRow], Any]
"""Does what the effect's content says, with the effect's id as idempotency key; its result as JSON."""


def perform(workspace: Workspace, performers: Mapping[str, Performer], effect_id: int) -> None:
    """Performs an effect unless it is done; `TryAgain` when it should be tried again."""
    with workspace.database.read() as connection:
        effect = firing_log.effect(connection, effect_id)
    if effect is None or effect.status not in firing_log.UNFINISHED:
        return
    if effect.kind == ACTIONS:
        workspace.transact(lambda uow: _again(uow, effect), WORKSPACE, origin=RETRY)
        return
    performer = performers.get(effect.kind)
    if performer is None:
        nobody = {language: text("nobody-performs", language, {"kind": effect.kind}) for language in LANGUAGES}
        _finish(workspace, effect, "failed", error={"reason": nobody})
        return
    if not _begin(workspace, effect):
        return
    try:
        result = performer(effect)
    except TryAgain as again:
        _finish(workspace, effect, "running", error={"reason": str(again)})
        raise
    except RuleloomError as cannot:
        reason = {language: " ".join(each.message(language) for each in cannot.diagnostics) for language in LANGUAGES}
        _finish(workspace, effect, "failed", error={"reason": reason})
        return
    _finish(workspace, effect, "done", result=result)


def _again(uow: UnitOfWork, effect: EffectRow) -> None:
    """Carries out the actions of a firing once more; its row says what came of it: done now, or failed again."""
    row = firing_log.by_id(uow.connection, [effect.firing], lock=True)[0]
    now = firing_log.effect(uow.connection, effect.id)
    if now is None or now.status not in firing_log.UNFINISHED:
        return  # undone meanwhile
    rule = uow.published.book.rules.get(row.rule)
    uow.wrote = True
    tried = {"attempts": effect.attempts + 1, "updated_at": uow.now}
    if rule is None:
        firing_log.change_effect(uow.connection, effect.id, status="cancelled", summary=both("did-lapse"), **tried)
        return
    firing = Firing(
        row.rule, rule.name, rule.tree.priority, row.entity, row.record,
        cast("Any", row.edge), row.at, row.depth, effect_rows.change_of(uow, row, effect.content.get("change")),
        id=row.id,
    )  # fmt: skip
    firing_log.change_effect(uow.connection, effect.id, **tried)
    uow.desk.try_again(effect)
    position = effect.content.get("position", 0)  # behind a wait: with the version that it began with
    version = str(effect.content.get("version") or rule.of.version)
    if position:
        effect_rows.keep_version(uow, row, version)
    uow.pipeline.retry(firing, version, uow.now, position)
    if not uow.desk.failed_again:
        firing_log.change_effect(uow.connection, effect.id, status="done", summary=both("did-again"), error=None)


def _begin(workspace: Workspace, effect: EffectRow) -> bool:
    """Whether it is still wanted: its firing may have been undone since it was read."""
    with workspace.database.write() as connection:
        return firing_log.begun(connection, effect.id, workspace.now(connection))


def _finish(workspace: Workspace, effect: EffectRow, status: str, **more: Any) -> None:
    with workspace.database.write() as connection:
        now = workspace.now(connection)
        attempts = effect.attempts + 1
        firing_log.change_effect(connection, effect.id, status=status, attempts=attempts, updated_at=now, **more)
