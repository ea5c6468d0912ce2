"""The actions of a rule as a program: steps in a row with jumps and waits, so that a run can stop and go on later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.kinds import kind_of
from ruleloom.dsl.types import Kind
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine import intents as i
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.worked import Acting, Assigned, Text, Worked, worked

Act = Callable[[Acting], i.Intent | None]


@dataclass(frozen=True, slots=True)
class Do:
    """One action; answers None when there is nothing to do."""

    act: Act


@dataclass(frozen=True, slots=True)
class Stop:
    """`block "…"`: matters only inside a write."""

    text: Text


@dataclass(frozen=True, slots=True)
class Pause:
    """`wait 3 days`"""

    duration: n.Duration


@dataclass(frozen=True, slots=True)
class PauseUntil:
    """`wait up to 14 days until C`"""

    duration: n.Duration
    logic: Logic


@dataclass(frozen=True, slots=True)
class JumpUnless:
    """Goes on at `target` when the condition is false."""

    condition: Worked
    target: int


@dataclass(frozen=True, slots=True)
class Jump:
    """Goes on at `target`."""

    target: int


Step = Do | Stop | Pause | PauseUntil | JumpUnless | Jump


class Program:
    """The steps of `then` or of `when it ends`."""

    def __init__(self, actions: tuple[n.Action, ...], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.steps: list[Step] = []
        self.origins: list[n.Action] = []
        """The action that each step comes from."""
        self._write(actions)
        self.waits: dict[int, Logic] = {
            place: step.logic for place, step in enumerate(self.steps) if isinstance(step, PauseUntil)
        }
        self.blocks = any(isinstance(step, Stop) for step in self.steps)
        self.calm = all(_is_calm(step, origin) for step, origin in zip(self.steps, self.origins, strict=True))
        """Whether carrying it out writes no record and waits for nothing: nothing can become true because of it."""
        self.waits_for_nothing = not any(isinstance(step, Pause | PauseUntil) for step in self.steps)
        self.deletes = any(isinstance(origin, n.Delete) for origin in self.origins)

    def _write(self, actions: Iterable[n.Action]) -> None:
        for action in actions:
            if isinstance(action, n.Choose):
                self._write_choice(action)
            elif isinstance(action, n.Wait):
                self.steps.append(Pause(action.duration))
            elif isinstance(action, n.WaitUntil):
                self.steps.append(PauseUntil(action.duration, Logic(action.condition, self._vocabulary)))
            elif isinstance(action, n.Block):
                self.steps.append(Stop(Text(action.text, self._vocabulary)))
            else:
                self.steps.append(Do(_ACTS[type(action)](action, self._vocabulary)))
            self._came_from(action)

    def _came_from(self, action: n.Action) -> None:
        """All steps that are new come from this action."""
        self.origins += [action] * (len(self.steps) - len(self.origins))

    def _write_choice(self, action: n.Choose) -> None:
        place = len(self.steps)
        self.steps.append(Jump(0))
        self._came_from(action)
        self._write(action.then)
        end = len(self.steps)
        if action.otherwise:
            self.steps.append(Jump(0))
            self._came_from(action)
            self._write(action.otherwise)
            self.steps[end] = Jump(len(self.steps))
            end += 1
        self.steps[place] = JumpUnless(Worked(action.condition, self._vocabulary), end)

    def speaks_to_others(self, place: int) -> bool:
        """Whether the step at a place has something to do when the run's own record has been deleted."""
        return not isinstance(self.origins[place], _OF_THIS)

    def block_texts(self, acting: Acting) -> list[str]:
        """The texts of every `block` that is reached before any wait, on the state of the write."""
        found: list[str] = []
        place = 0
        while place < len(self.steps):
            step = self.steps[place]
            place += 1
            if isinstance(step, Stop):
                found.append(step.text.of(acting))
            elif isinstance(step, Pause | PauseUntil):
                break
            elif isinstance(step, Jump) or (isinstance(step, JumpUnless) and not step.condition.of(acting)):
                place = step.target
        return found


def _is_calm(step: Step, origin: n.Action) -> bool:
    return not isinstance(step, Pause | PauseUntil) and (not isinstance(step, Do) or isinstance(origin, _CALM))


# ---- one function per kind of action -----------------------------------------------------------------------------


def _assigned(assignments: Iterable[n.Assignment], vocabulary: Vocabulary, root: n.Root = "this") -> list[Assigned]:
    return [Assigned(assignment, vocabulary, root) for assignment in assignments]


def _create(action: n.Create, vocabulary: Vocabulary) -> Act:
    values = _assigned(action.assignments, vocabulary)
    return lambda a: i.CreateRecord(action.entity, {value.key: value.of(a) for value in values})


def _set(action: n.SetFields, vocabulary: Vocabulary) -> Act:
    values = _assigned(action.assignments, vocabulary)
    return lambda a: i.UpdateRecords(a.entity, {a.record: {value.key: value.of(a) for value in values}})


def _assign(action: n.Assign, vocabulary: Vocabulary) -> Act:
    return _set(n.SetFields((n.Assignment(action.field, action.user),)), vocabulary)


def _update(action: n.Update, vocabulary: Vocabulary) -> Act:
    values = _assigned(action.assignments, vocabulary, "row")
    entity = action.collection.entity

    def act(a: Acting) -> i.Intent | None:
        members = a.store.members(action.collection, a.record, a.snapshot, a.moment.now, a.moment.me)
        found = a.store.snapshots(entity, members)
        rows = {row: found[row] for row in members if row in found}
        if not rows:
            return None
        columns = [value.of_rows(a, rows) for value in values]
        keys = [value.key for value in values]
        written = zip(rows, zip(*columns, strict=True), strict=True)
        return i.UpdateRecords(entity, {row: dict(zip(keys, each, strict=True)) for row, each in written})

    return act


def _delete(_action: n.Delete, _vocabulary: Vocabulary) -> Act:
    return lambda a: i.DeleteRecord(a.entity, a.record)


def _notify(action: n.Notify, vocabulary: Vocabulary) -> Act:
    recipients = [Worked(recipient, vocabulary) for recipient in action.recipients]
    text = Text(action.text, vocabulary)

    def act(a: Acting) -> i.Intent | None:
        users = dict.fromkeys(user for recipient in recipients if (user := recipient.of(a)) is not None)
        return i.SendNotice(tuple(users), text.of(a))

    return act


def _task(action: n.AddTask, vocabulary: Vocabulary) -> Act:
    text, user = Text(action.text, vocabulary), Worked(action.user, vocabulary)
    due = _due(action.due, vocabulary)
    return lambda a: i.GiveTask(text.of(a), user.of(a), due(a))


def _due(due: n.Expression | n.Duration | None, vocabulary: Vocabulary) -> Callable[[Acting], int | None]:
    if due is None:
        return lambda _: None
    if isinstance(due, n.Duration):
        return lambda a: shifts.shift_instant(vocabulary.calendar, a.moment.now, due)
    value, of_date = Worked(due, vocabulary), kind_of(due) is Kind.DATE

    def instant(a: Acting) -> int | None:
        found: int | None = value.of(a)
        return a.moment.midnight(found) if of_date and found is not None else found

    return instant


def _approval(action: n.StartApproval, _vocabulary: Vocabulary) -> Act:
    return lambda _: i.BeginApproval(action.name)


def _call(action: n.CallOperation, vocabulary: Vocabulary) -> Act:
    arguments = {argument.name: worked(argument.value, vocabulary) for argument in action.arguments}
    return lambda a: i.CallOut(action.operation, {name: value.of(a) for name, value in arguments.items()})


def _report(action: n.RunReport, vocabulary: Vocabulary) -> Act:
    subject = Worked(action.subject, vocabulary)
    return lambda a: i.MakeReport(action.name, subject.of(a))


def _warn(action: n.Warn, vocabulary: Vocabulary) -> Act:
    text = Text(action.text, vocabulary)
    return lambda a: i.ShowWarning(text.of(a))


_CALM = (n.Notify, n.Warn, n.CallOperation, n.RunReport, n.StartApproval)
"""Actions that become notices, or effects that the worker performs."""
_OF_THIS = (n.SetFields, n.Assign, n.Delete)
"""Actions on the run's own record: nothing once it is gone."""
_ACTS: dict[type[n.Action], Callable[[Any, Vocabulary], Act]] = {
    n.Create: _create,
    n.SetFields: _set,
    n.Assign: _assign,
    n.Update: _update,
    n.Delete: _delete,
    n.Notify: _notify,
    n.AddTask: _task,
    n.StartApproval: _approval,
    n.CallOperation: _call,
    n.RunReport: _report,
    n.Warn: _warn,
}
