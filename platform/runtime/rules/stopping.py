"""Rules that stop by themselves: how often one may fire, and what happens when it is more.

Counted are all firings that are performed, at their own instants (an edge that was caught up counts when it was due).
A period begins with the first firing after the one before is over. The firing that would be one too many, and all that
come after it, are recorded as skipped and held back until somebody lets the rule go on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruleloom.access import RoleName
from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import DAY, HOUR, MINUTE
from ruleloom.dsl.reads import walk
from ruleloom.dsl.types import RecordId
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.messages import LANGUAGES, Language, text
from ruleloom.runtime.pipeline.ports import Firing, Withheld
from ruleloom.storage.logs import notices, rule_pauses, rule_rates
from ruleloom.storage.people import accounts

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

PERIODS = {"minute": MINUTE, "hour": HOUR, "day": DAY}
MOST_OUTSIDE, MOST_INSIDE, PERIOD = 5_000, 100_000, "hour"
"""Firings in one period where the author said nothing: of rules that reach other systems, and of all others."""
_LEAVING = (n.CallOperation, n.RunReport, n.StartApproval)


@dataclass(frozen=True, slots=True)
class Allowed:
    """How many firings a rule may have in one period (0: any number); `own`: its author said so."""

    most: int
    per: int
    own: bool


def allowed_for(rule: n.Rule | None, rate: rule_rates.Rate) -> Allowed:
    """What a rule is allowed: what its author said, else the default of its kind."""
    most = MOST_OUTSIDE if rule is not None and leaves(rule) else MOST_INSIDE
    return Allowed(
        most if rate.most is None else rate.most, PERIODS[PERIOD] if rate.per is None else rate.per,
        rate.most is not None,
    )  # fmt: skip


def leaves(rule: n.Rule) -> bool:
    """Whether some action of a rule is the worker's: it reaches other systems, or begins more work."""
    return any(isinstance(part, _LEAVING) for action in (*rule.actions, *rule.ending) for part in walk(action))


def admit(
    uow: UnitOfWork, rule: CompiledRule, firings: Sequence[Firing], muted: Collection[tuple[str, RecordId]]
) -> None:
    """Makes skipped ones of what answers its own undoing, and of what is more than allowed."""
    for firing in firings:
        if (rule.id, firing.record) in muted:
            _withhold(firing, "undo")
    counted = [firing for firing in firings if firing.withheld is None]
    if not counted:
        return
    rate = uow.desk.count(rule.id, counted[0].at, len(counted), PERIODS[PERIOD])
    if rate.stopped_at is not None:
        for firing in counted:
            _withhold(firing, "stopped")
        return
    allowed = allowed_for(rule.tree, rate)
    beyond = rate.number - allowed.most if allowed.most else 0
    if beyond > 0:
        _stop(uow, rule, allowed, counted[0].at, min(rate.number, allowed.most))
        for firing in counted[max(len(counted) - beyond, 0) :]:
            _withhold(firing, "rate")


def _withhold(firing: Firing, why: str) -> None:
    firing.withheld = Withheld(why, firing.edge)
    firing.edge = "skipped"


def _stop(uow: UnitOfWork, rule: CompiledRule, allowed: Allowed, at: int, performed: int) -> None:
    stop = {"most": allowed.most, "per": allowed.per}
    uow.desk.stop_counting(rule.id, stopped_at=at, stop=stop, number=performed)
    uow.definitions.stop(int(rule.id), at)
    rule_pauses.begin(uow.connection, int(rule.id), at, None, stopped=True)
    uow.wrote = True
    _tell(uow, rule, allowed, at)


def _tell(uow: UnitOfWork, rule: CompiledRule, allowed: Allowed, at: int) -> None:
    """Author and administrators hear of it, each in their own language."""
    author = next((each.author for each in uow.definitions.versions(int(rule.id))), None)
    every = [row for row in accounts.every(uow.connection) if row.active]
    told = [row for row in every if row.user == author or RoleName.ADMINISTRATOR in row.roles]
    rows = [
        notices.NoticeRow(
            uow.workspace.ids.next(), row.user, at, _words(rule.name, allowed, row.language), None, None, None
        )
        for row in told
    ]
    notices.add(uow.connection, rows)


def _words(name: str, allowed: Allowed, language: str | None) -> str:
    spoken: Language = "zh" if language == "zh" else "en"
    return text(
        "rule-stopped-notice",
        spoken,
        {"name": name, "number": allowed.most, "period": period_words(allowed.per)[spoken]},
    )


def period_words(per: int) -> dict[Language, str]:
    """`hour` in each language."""
    name = next((name for name, length in PERIODS.items() if length == per), PERIOD)
    return {language: text(f"period-{name}", language) for language in LANGUAGES}


def go_on(uow: UnitOfWork, rule: str) -> None:
    """A rule acts again from now on; its count begins anew."""
    rule_rates.change(uow.connection, rule, stopped_at=None, stop=None, number=0, started=uow.now)
    uow.definitions.stop(int(rule), None)
    rule_pauses.end(uow.connection, int(rule), uow.now, uow.user)
