"""What only a demo workspace can do: let time pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleloom import access
from ruleloom.access import WORKSPACE, Actor, Verb
from ruleloom.dsl.calendar import DAY
from ruleloom.messages import RuleloomError
from ruleloom.runtime.showing import reading
from ruleloom.runtime.time import settling
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage import workspace_settings as settings

SHOWN = 200
"""Firings in the answer, the latest ones."""


class NotADemo(RuleloomError):
    """A workspace in which time cannot be moved."""

    status = 409


@dataclass(frozen=True, slots=True)
class Advanced:
    """The new present and what fired on the way."""

    now: int
    firings: Sequence[reading.ShownFiring]
    complete: bool
    """False: something of it is still being worked on and fires in a moment, with its own due time."""


def advance(workspace: Workspace, actor: Actor, days: int) -> Advanced:
    """Moves the clock on and settles everything due on the way, in time order."""
    if not workspace.demo:
        raise NotADemo.of("not-a-demo")
    access.require(actor, Verb.UPDATE)

    def move(uow: UnitOfWork) -> tuple[int, int]:
        offset = int(settings.read(uow.connection, settings.CLOCK_OFFSET, 0)) + days * DAY
        settings.write(uow.connection, settings.CLOCK_OFFSET, offset)
        uow.wrote = True
        return uow.now, offset

    before, offset = workspace.transact(move, WORKSPACE, origin="demo")
    workspace.clock.seen(offset, 0)
    complete = settling.settle_with_others(workspace)
    with workspace.reading() as opened:
        # Not only what this thread settled: the clock thread may have been quicker with some of it.
        seen = reading.sight(opened, actor)
        fired = reading.firings_within(opened.connection, before, opened.now, SHOWN, seen)
        return Advanced(opened.now, fired, complete)
