"""What a person looks for in the log of firings, as conditions: words, the state of effects, a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy import String as Text
from sqlalchemy import cast as sql_cast

from ruleloom.storage.records.search import search_patterns
from ruleloom.storage.schema.catalogue import TOKENS, Catalogue
from ruleloom.storage.tables.definitions import definitions
from ruleloom.storage.tables.work import effects, firings

STATES: Mapping[str, Sequence[str]] = {
    "done": ("done",),
    "pending": ("pending", "queued"),
    "running": ("running",),
    "failed": ("failed", "dead"),
    "skipped": ("cancelled",),
}
"""States of effects as they are shown, with the stored ones that each stands for."""
_F = firings.c


def said(catalogue: Catalogue, words: str) -> ColumnElement[bool]:
    """Firings whose rule is called so, or whose record is found by these words."""
    like = f"%{_escaped(words.strip())}%"
    named = select(sql_cast(definitions.c.id, Text)).where(
        definitions.c.kind == "rule", definitions.c.name.ilike(like, escape="\\")
    )
    ways: list[ColumnElement[bool]] = [_F.rule.in_(named)]
    patterns = search_patterns(words)
    for entity in catalogue.model.entities if patterns else ():
        table = catalogue.table(entity.id)
        found = select(table.c.id).where(*(table.c[TOKENS].like(pattern) for pattern in patterns))
        ways.append(and_(_F.entity == entity.id, _F.record.in_(found)))
    return or_(*ways)


def with_effect(state: str) -> ColumnElement[bool]:
    """Firings with an effect in this state (a key of `STATES`)."""
    return exists().where(effects.c.firing == _F.id, effects.c.status.in_(STATES[state]))


def within(since: int | None, until: int | None) -> list[ColumnElement[bool]]:
    """Firings from one instant (included) to another (not included)."""
    return [*([] if since is None else [_F.at >= since]), *([] if until is None else [_F.at < until])]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
