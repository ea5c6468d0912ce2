"""Hop 9: the queue of firings, each carried out under a savepoint, its writes evaluated at once, its waits parked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ruleloom.dsl import shifts
from ruleloom.dsl.types import RecordId
from ruleloom.engine import intents as i
from ruleloom.engine.program import Do, Jump, JumpUnless, Pause, PauseUntil, Program
from ruleloom.engine.ruleset import RuleBook, watch_id
from ruleloom.engine.store import Memory
from ruleloom.engine.worked import Acting
from ruleloom.messages import RuleloomError
from ruleloom.runtime.pipeline.noticing import Noticed, Noticing
from ruleloom.runtime.pipeline.ports import LONGEST_CHAIN, Blocked, Cause, Desk, Firing, Outcome, Run

if TYPE_CHECKING:
    from ruleloom.runtime.pipeline.driver import Writing

TASK = "task"
"""The built-in entity of which `add task` makes a record."""


class Carrying:
    """One queue, from the first firings of a write or instant until it is empty."""

    def __init__(
        self,
        desk: Desk,
        book: RuleBook,
        noticing: Noticing,
        writing: Writing,
        outcome: Outcome,
        later: Callable[[Run, bool], None] | None = None,
    ) -> None:
        """`later` keeps what comes behind this chunk of a queue (and whether it is a wait that ended)."""
        self._desk = desk
        self._book = book
        self._noticing = noticing
        self._writing = writing
        self._outcome = outcome
        self._later = later
        self._queue: deque[Run] = deque()

    def enter(self, noticed: Noticed) -> None:
        """Records firings in their order and puts what they do, and runs that go on, at the end of the queue."""
        for firing in sorted(noticed.firings, key=lambda f: f.order):
            if firing.depth > LONGEST_CHAIN:
                self._desk.stopped(firing)
                continue
            self._desk.enter(firing)
            self._outcome.firings.append(firing)
            self._queue_up(firing)
        for run in sorted(noticed.runs, key=lambda r: r.firing.order):
            if run.id is None or self._desk.unpark(run):  # without an id: tried once more, it does not wait
                self._append(run, woken=True)

    def _queue_up(self, firing: Firing) -> None:
        rule = self._book.rules.get(firing.rule)
        if rule is None or firing.edge in ("skipped", "blocked"):
            return
        branch = "ending" if firing.edge == "off" else "then"
        if self._program(Run(firing, rule.of.version, branch)).steps:
            self._append(Run(firing, rule.of.version, branch))

    def _append(self, run: Run, *, woken: bool = False) -> None:
        if self._later is None:
            self._queue.append(run)
        else:
            self._later(run, woken)

    def _program(self, run: Run) -> Program:
        logic = self._book.version(run.version)
        return logic.then if run.branch == "then" else logic.ending

    def carry(self, at: int, runs: Iterable[Run] = (), most: int | None = None) -> Sequence[Run]:
        """Works the queue off, after `runs`; every action happens at `at`.

        Gives what is left of it when its firings have come to concern more than `most` records.
        """
        self._queue.extend(runs)
        concerned: set[RecordId] = set()
        while self._queue:
            concerned.add(self._queue[0].firing.record)
            if most is not None and len(concerned) > most:
                break
            run = self._queue.popleft()
            waiting, entered, place = len(self._queue), len(self._outcome.firings), run.position
            try:
                with self._desk.savepoint():
                    self._go(run, at)
            except RuleloomError as error:
                while len(self._queue) > waiting:
                    self._queue.pop()
                del self._outcome.firings[entered:]
                run.position = place
                self._desk.failed(run, error)
                self._keep_blocking(error)
        return tuple(self._queue)

    def _keep_blocking(self, error: RuleloomError) -> None:
        """Nobody waits for the answer to a rule's own write: what blocked it is recorded."""
        if not isinstance(error, Blocked):
            return
        for firing in error.firings:
            self._desk.enter(firing)
            self._outcome.firings.append(firing)

    def _go(self, run: Run, at: int) -> None:
        """Runs until the end or a wait. What stands behind `delete this` sees the record as it was, and never waits."""
        if run.broken is not None:
            raise run.broken
        program = self._program(run)
        steps = program.steps
        seen: Acting | None = None
        while run.position < len(steps):
            acting = seen = self._noticing.acting(run.firing, at) or (seen and replace(seen, gone=True))
            if acting is None:
                return
            step = steps[run.position]
            run.position += 1
            if acting.gone and not program.speaks_to_others(run.position - 1):
                continue
            if isinstance(step, Do):
                self._act(step.act(acting), run, at)
            elif isinstance(step, Jump) or (isinstance(step, JumpUnless) and not step.condition.of(acting)):
                run.position = step.target
            elif isinstance(step, Pause | PauseUntil) and self._rests(step, run, acting, at):
                return

    def _act(self, intent: i.Intent | None, run: Run, at: int) -> None:
        if isinstance(intent, i.GiveTask):
            intent = self._task(intent, run.firing)
        if intent is None:
            return
        if isinstance(intent, i.CreateRecord | i.UpdateRecords | i.DeleteRecord):
            cause = Cause(firing=run.firing, depth=run.firing.depth, origin="rule")
            self.enter(self._writing.write(intent, at, cause)[1])
            return
        if isinstance(intent, i.ShowWarning):
            self._outcome.warnings.append(intent.text)
        self._desk.perform(run.firing, intent)

    def _task(self, intent: i.GiveTask, firing: Firing) -> i.Intent:
        keys = {entity.id: {f.key for f in entity.fields} for entity in self._book.vocabulary.entities}.get(TASK, set())
        values = {
            "title": intent.text,
            "assignee": intent.user,
            "due": intent.due,
            "done": False,
            "about_entity": firing.entity,
            "about_record": str(firing.record),
        }
        return i.CreateRecord(TASK, {key: value for key, value in values.items() if key in keys}) if keys else intent

    def _rests(self, step: Pause | PauseUntil, run: Run, acting: Acting, at: int) -> bool:
        """Whether a run goes no further now: it waits, or has nothing to wait with because it deleted its record."""
        return (acting.gone and acting.change != "deleted") or self._pause(step, run, acting, at)

    def _pause(self, step: Pause | PauseUntil, run: Run, acting: Acting, at: int) -> bool:
        """Parks the run; False when what it would wait for is so already."""
        run.since = at
        run.wake = shifts.shift_instant(self._book.vocabulary.calendar, at, step.duration)
        run.watch = None
        if isinstance(step, PauseUntil):
            run.watch = watch_id(run.version, run.branch, run.position - 1)
            found = step.logic.judge({acting.record: acting.snapshot}, self._desk, acting.moment, {})
            verdict = found.get(acting.record)
            if verdict is not None and verdict.holds:
                return False
            deadline, since = (verdict.deadline, verdict.since) if verdict is not None else (None, {})
            self._desk.remember([Memory(run.watch, run.firing.record, False, since, deadline, waits=True)])
        if run.wake <= at:
            return False
        self._desk.park(run)
        return True

    def woken(self, runs: Iterable[Run]) -> Noticed:
        """Runs whose time is over; a condition for which nothing waits any more is not watched any longer."""
        found = list(runs)
        for run in found:
            if run.watch is not None and len(self._desk.waiting(run.watch, run.firing.record)) <= 1:
                self._desk.forget(run.watch, [run.firing.record])
        return Noticed(runs=found)
