"""How rules are doing, all of them with a handful of statements: latest firings, failures, and what is due next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, String, case, cast, func, select

from ruleloom.storage.logs.firing_log import FAILED
from ruleloom.storage.tables.definitions import definitions
from ruleloom.storage.tables.work import effects, firings, rule_memories, schedules

NEAREST = 20_000
"""Stored deadlines that are looked at, the earliest ones: a rule that has none among them is asked for by itself."""
_F, _E, _M = firings.c, effects.c, rule_memories.c


@dataclass(frozen=True, slots=True)
class NextDue:
    """The first stored deadline of records for which a rule does not hold, and for how many it is near."""

    at: int
    near: int
    """Records whose deadline is not later than the end of the stretch that was asked for."""


def last_firings(connection: Connection) -> Mapping[str, int]:
    """When each rule fired last; skipped and blocked ones are no firings. One look into an index per rule."""
    rule = cast(definitions.c.id, String)
    newest = (
        select(_F.at)
        .where(_F.rule == rule, _F.edge.not_in(("skipped", "blocked")))
        .order_by(_F.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(select(rule, newest).where(definitions.c.kind == "rule"))
    return {name: at for name, at in rows if at is not None}


def failures(connection: Connection) -> Mapping[str, int]:
    """Effects of each rule that failed for good, or wait after a failure."""
    asked = select(_F.rule, func.count()).select_from(effects.join(firings, _E.firing == _F.id))
    return {
        rule: int(number) for rule, number in connection.execute(asked.where(_E.status.in_(FAILED)).group_by(_F.rule))
    }


def next_due(connection: Connection, rules: Collection[str], until: int) -> Mapping[str, NextDue]:
    """What time alone may make true next, by rule."""
    still = (_M.deadline.is_not(None)) & (_M.holds.is_(False))
    nearest = select(_M.rule, _M.deadline).where(still).order_by(_M.deadline).limit(NEAREST).subquery()
    found = _grouped(connection, nearest.c, until)
    missing = [rule for rule in rules if rule not in found]
    if missing and connection.scalar(select(func.count()).select_from(nearest)) == NEAREST:
        rest = select(_M.rule, _M.deadline).where(still, _M.rule.in_(missing)).subquery()
        found |= _grouped(connection, rest.c, until)
    return found


def _grouped(connection: Connection, of: Any, until: int) -> dict[str, NextDue]:
    near = func.sum(case((of.deadline <= until, 1), else_=0))
    asked = select(of.rule, func.min(of.deadline), cast(near, BigInteger)).group_by(of.rule)
    return {name: NextDue(int(at), int(number)) for name, at, number in connection.execute(asked)}


def ticks(connection: Connection) -> Mapping[str, int]:
    """The next tick of each scheduled rule."""
    return {rule: int(at) for rule, at in connection.execute(select(schedules.c.rule, schedules.c.next_at))}
