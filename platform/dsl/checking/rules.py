"""Whole rules: an occasion, actions, and the clauses after them in any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from ruleloom.dsl import nodes as n
from ruleloom.dsl.checking.actions import actions_of
from ruleloom.dsl.checking.checker import Checker, Made, Scope, parts, span, tokens
from ruleloom.dsl.checking.durations import duration_of, schedule_of, whole_number
from ruleloom.dsl.checking.paths import find_entity
from ruleloom.dsl.reading.syntax import Ambiguous, Syntax, Token

_SCHEDULES = ("every_unit", "every_weekday", "every_month", "every_hours")
_LIMITS = ("once", "once_per", "times_per", "per_times")


@dataclass(slots=True)
class _Clauses:
    """The parts of a rule by kind."""

    found: dict[str, Syntax | Ambiguous]

    @classmethod
    def of(cls, c: Checker, rule: Syntax) -> _Clauses:
        found: dict[str, Syntax | Ambiguous] = {}
        for part in parts(rule):
            kind = "schedule" if part.kind in _SCHEDULES else "limit" if part.kind in _LIMITS else part.kind
            if kind in found:
                c.wrong("clause-twice", part)
            found.setdefault(kind, part)
        return cls(found)

    def syntax(self, kind: str) -> Syntax | None:
        """The clause of a kind, when the rule has it."""
        part = self.found.get(kind)
        return part if isinstance(part, Syntax) else None


def rule_of(c: Checker, part: Syntax) -> n.Rule | None:
    """A checked rule; None when something in it is wrong."""
    c.is_change = False
    before = len(c.diagnostics)
    name, entity_name = cast(Token, part.children[0]), cast(Token, part.children[1])
    if not name.value.strip():
        c.wrong("rule-without-name", name)
    entity = find_entity(c, entity_name)
    scope = Scope(entity, silent=entity is None)
    clauses = _Clauses.of(c, part)
    schedule_part = clauses.syntax("schedule")
    schedule = schedule_of(c, schedule_part) if schedule_part else None
    when = clauses.syntax("when")
    condition_scope = scope.level("change-with-schedule") if schedule_part else scope
    condition = c.condition(when.children[-1], condition_scope) if when else None
    acting = scope if c.is_change else scope.level("change-in-action")
    actions = _clause(clauses, "actions", lambda found: actions_of(c, found, acting))
    ending = _ending(c, clauses, scope, schedule_part is not None)
    limit = _clause(clauses, "limit", lambda found: _limit(c, found))
    priority = _clause(clauses, "priority", lambda found: whole_number(c, tokens(found, "NUMBER")[0], 0, 1_000_000))
    if len(c.diagnostics) > before or entity is None or actions is None:
        return None
    return n.Rule(
        name.value,
        entity.id,
        condition,
        actions,
        ending or (),
        schedule,
        limit,
        priority or 0,
        span=span(part),
    )


def _clause(clauses: _Clauses, kind: str, make: Callable[[Syntax], Made]) -> Made | None:
    part = clauses.syntax(kind)
    return None if part is None else make(part)


def _ending(c: Checker, clauses: _Clauses, scope: Scope, scheduled: bool) -> tuple[n.Action, ...] | None:
    part = clauses.syntax("ending")
    if part is None:
        return None
    if scheduled:
        c.wrong("ending-with-schedule", part)
    elif c.is_change:
        c.wrong("ending-with-change", part)
    return actions_of(c, part.children[-1], scope.level("change-in-action"))


def _limit(c: Checker, part: Syntax) -> n.Limit | None:
    if part.kind == "once":
        return n.Limit(1, None, span=span(part))
    duration = duration_of(c, parts(part)[0])
    numbers = tokens(part, "NUMBER")
    number = whole_number(c, numbers[0], 1) if numbers else 1
    return None if duration is None or number is None else n.Limit(number, duration, span=span(part))


def with_comments(rule: n.Rule, comments: tuple[n.Comment, ...]) -> n.Rule:
    """The rule with its comments."""
    return replace(rule, comments=comments) if comments else rule
