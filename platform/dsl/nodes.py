"""The typed tree: frozen nodes named like the grammar's rules, each with its place in the text it came from.

References are permanent ids (`vocabulary`), so a rename never touches a tree. Places do not take part in equality:
the same rule written in English and in Chinese gives equal trees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from typing import Literal as OneOfWords

from ruleloom.dsl.condition_nodes import *  # noqa: F403 (one door for the whole tree)
from ruleloom.dsl.condition_nodes import Collection, Condition, Duration, Expression, Node

# ---- rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Template(Node):
    """Text of an action with `{expression}` filled in: literal parts and expressions in order"""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`code = "WINBACK-20"`: a field's permanent id and its new value"""

    field: str
    value: Expression | Template


@dataclass(frozen=True, slots=True)
class Action(Node):
    """One thing a rule does"""


@dataclass(frozen=True, slots=True)
class Create(Action):
    """`create reminder (customer = this, …)`"""

    entity: str
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class SetFields(Action):
    """`set flag = "red", score = score + 1`"""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Update(Action):
    """`update orders where status = "open" set status = "late"`: values speak of the row"""

    collection: Collection
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Delete(Action):
    """`delete this`"""


@dataclass(frozen=True, slots=True)
class Notify(Action):
    """`notify owner, owner.manager "…"`"""

    recipients: tuple[Expression, ...]
    text: Template


@dataclass(frozen=True, slots=True)
class Assign(Action):
    """`assign owner to me`"""

    field: str
    user: Expression


@dataclass(frozen=True, slots=True)
class StartApproval(Action):
    """`start approval "discount"`"""

    name: str


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """`k = v` of a call"""

    name: str
    value: Expression | Template


@dataclass(frozen=True, slots=True)
class CallOperation(Action):
    """`call "erp.save" (number = code)`"""

    operation: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class RunReport(Action):
    """`run report "process_health" for this`"""

    name: str
    subject: Expression


@dataclass(frozen=True, slots=True)
class AddTask(Action):
    """`add task "Call {name}" for owner due today + 3 days`; `due` may also be a duration from now"""

    text: Template
    user: Expression
    due: Expression | Duration | None


@dataclass(frozen=True, slots=True)
class Block(Action):
    """`block "…"`"""

    text: Template


@dataclass(frozen=True, slots=True)
class Warn(Action):
    """`warn "…"`"""

    text: Template


@dataclass(frozen=True, slots=True)
class Wait(Action):
    """`wait 3 days`"""

    duration: Duration


@dataclass(frozen=True, slots=True)
class WaitUntil(Action):
    """`wait up to 14 days until C`"""

    duration: Duration
    condition: Condition


@dataclass(frozen=True, slots=True)
class Choose(Action):
    """`if C (actions) else (actions)`"""

    condition: Condition
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule(Node):
    """`every friday at 17:00`, `every month on 5, 15, 25 at 08:00`, `every 4 hours`"""

    unit: OneOfWords["day", "weekday", "month", "hours", "working_day"]
    at: time | None = None
    weekdays: tuple[int, ...] = ()
    """Monday is 1."""
    days: tuple[int, ...] = ()
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """`once` (duration None, number 1), `at most 2 times per 90 days`"""

    number: int
    duration: Duration | None


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """`# …` with the ordinal of the part of the rule (`writing.rules.parts_of`) before which it stands"""

    text: str
    before: int
    trailing: bool = False
    """Whether it stands behind that part in the same line instead."""


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """A whole rule"""

    name: str
    entity: str
    condition: Condition | None
    actions: tuple[Action, ...]
    ending: tuple[Action, ...] = ()
    """`when it ends …`"""
    schedule: Schedule | None = None
    limit: Limit | None = None
    priority: int = 0
    comments: tuple[Comment, ...] = field(default=(), compare=False)
