"""Runs that wait between two actions: where each stands in plain words; cancelled, or sent on before its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.actions.base import both
from ruleloom.dsl import nodes as n
from ruleloom.messages import Language, RuleloomError
from ruleloom.runtime.durable import queues
from ruleloom.runtime.missing import Missing, id_of
from ruleloom.runtime.rules.content import sentences, tree_of
from ruleloom.runtime.showing.reading import PAGE, Page, sight
from ruleloom.runtime.showing.sight import Sight
from ruleloom.runtime.writing import effect_rows
from ruleloom.storage.logs import firing_log, parked_runs, work_log
from ruleloom.storage.logs.parked_runs import ParkedRow
from ruleloom.storage.schema.definitions import Definitions

if TYPE_CHECKING:
    from ruleloom.runtime.pipeline.ports import Run
    from ruleloom.runtime.workspace import Reading, Workspace
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

Said = Mapping[Language, str]
WAIT = "wait"
"""Kind of the effect that says what somebody did with a waiting run."""


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A waiting run: what it waits for, and what it does then."""

    shown: queues.Shown
    waits: Said | None
    """None when its version cannot be read any more (a field is gone)."""
    then: Sequence[Said]

    @property
    def row(self) -> ParkedRow:
        """Its row."""
        return cast("ParkedRow", self.shown.of.of)


def page(
    workspace: Workspace,
    actor: Actor,
    rule: str | None = None,
    record: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[WaitingRun]:
    """Waiting runs, oldest first, of the records that the actor may see."""
    with workspace.reading() as reading:
        found = work_log.waiting_runs(
            reading.connection,
            limit + 1,
            rule=rule,
            record=id_of(record) if record else None,
            after=id_of(after) if after else None,
        )
        more = str(found[limit - 1].of.id) if len(found) > limit else None
        seen = sight(reading, actor).those(found[:limit])
        return Page([_told(reading, each) for each in queues.show(reading, seen)], more)


def cancel(workspace: Workspace, actor: Actor, run: str) -> None:
    """The run does nothing more; what it did before its wait stays."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> None:
        found = _find(uow, run)
        _note(uow, found, "did-cancel-run")
        uow.pipeline.give_up(found)

    workspace.transact(command, actor, origin="cancel-run")


def skip_ahead(workspace: Workspace, actor: Actor, run: str) -> None:
    """The run does not wait any longer: it goes on now with what comes next."""
    access.require(actor, Verb.PUBLISH)

    def command(uow: UnitOfWork) -> None:
        found = _find(uow, run)
        _note(uow, found, "did-skip-wait")
        uow.pipeline.wake(found, uow.now)

    workspace.transact(command, actor, origin="skip-wait")


def _find(uow: UnitOfWork, run: str) -> Run:
    row = parked_runs.find(uow.connection, id_of(run))
    if row is None:
        raise Missing.of("run-not-waiting")
    found = effect_rows.run_of(uow, row)
    Sight(uow.connection, uow.published, uow.now, uow.actor).require(found.firing.entity, row.record)
    return found


def _note(uow: UnitOfWork, run: Run, code: str) -> None:
    """Among the effects of its firing stands who did what."""
    firing, name = cast("int", run.firing.id), uow.actor.name
    position = firing_log.last_position(uow.connection, firing) + 1
    summary = cast("Mapping[str, str]", both(code, name=name))
    status = "cancelled" if code == "did-cancel-run" else "done"
    row = firing_log.EffectRow(uow.workspace.ids.next(), firing, position, WAIT, status, {}, summary, uow.now)
    firing_log.add_effects(uow.connection, [row])
    uow.wrote = True


# ---- in plain words


def _told(reading: Reading, shown: queues.Shown) -> WaitingRun:
    row, model = cast("ParkedRow", shown.of.of), reading.published.model
    tree = _tree(reading, shown)
    if tree is None:
        return WaitingRun(shown, None, ())
    logic = reading.published.book.compile(tree)  # as the run does it: places of steps are those of this program
    actions, program = (logic.rule.actions, logic.then) if row.branch == "then" else (logic.rule.ending, logic.ending)
    here = program.origins[row.position - 1]
    then = following(actions, here) or ()
    return WaitingRun(shown, sentences(here, model), [sentences(each, model) for each in then])


def _tree(reading: Reading, shown: queues.Shown) -> n.Rule | None:
    """The tree of the version that the run began with; None when it cannot be read any more."""
    try:
        version = Definitions(reading.connection).version(int(shown.of.rule), shown.of.rule_version)
        return tree_of(version.content, reading.published.model)
    except RuleloomError:
        return None


def following(actions: Sequence[n.Action], here: n.Action) -> Sequence[n.Action] | None:
    """What comes after an action, out of the branches around it too; None when it is not among them."""
    for place, action in enumerate(actions):
        if action is here:
            return tuple(actions[place + 1 :])
        for branch in (action.then, action.otherwise) if isinstance(action, n.Choose) else ():
            inside = following(branch, here)
            if inside is not None:
                return (*inside, *actions[place + 1 :])
    return None
