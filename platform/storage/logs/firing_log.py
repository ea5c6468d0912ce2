"""Firings and their effects: what was recorded, what is pending, and pages of both. Instants are workspace time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from ruleloom.storage.chunks import chunks
from ruleloom.storage.tables.definitions import definitions
from ruleloom.storage.tables.work import effects, firings

UNFINISHED = ("pending", "queued", "running")
FAILED = ("failed", "dead")


@dataclass(frozen=True, slots=True)
class FiringRow:
    """One firing. `key` is unique: what must happen once (a tick of a schedule) has a key that says so."""

    id: int
    key: str
    rule: str
    rule_version: int
    entity: str
    record: int
    edge: str
    at: int
    recorded_at: int
    reason: Any
    cause: Mapping[str, Any] | None
    depth: int
    caused_by: int | None = None
    """The firing or undo whose write led to it."""
    skip: Mapping[str, Any] | None = None
    """Of a skipped one: why, the edge that it would have been, and what became of it."""
    held: bool = False
    """Skipped, and may still be performed."""
    undone_at: int | None = None
    undo: int | None = None


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One thing that an action of a firing did or is to do."""

    id: int
    firing: int
    position: int
    kind: str
    status: str
    content: Mapping[str, Any]
    summary: Mapping[str, str] | None
    updated_at: int
    entity: str | None = None
    record: int | None = None
    attempts: int = 0
    error: Mapping[str, Any] | None = None
    result: Any = None
    not_before: int | None = None


@dataclass(frozen=True, slots=True)
class FiringFilter:
    """Which firings; None does not matter. `before`: older than this id; `within`: after one instant, up to another."""

    rule: str | None = None
    entity: str | None = None
    record: int | None = None
    edge: str | None = None
    before: int | None = None
    ids: Collection[int] | None = field(default=None)
    within: tuple[int, int] | None = None
    held: bool | None = None
    matching: Sequence[ColumnElement[bool]] = ()
    """Further conditions: see `firing_search`."""


_FIRING = tuple(firings.c[name] for name in FiringRow.__slots__)
_EFFECT = tuple(effects.c[name] for name in EffectRow.__slots__)
_ADD_FIRING, _ADD_EFFECT = insert(firings), insert(effects)


def add_firings(connection: Connection, rows: Sequence[FiringRow]) -> None:
    """Records firings."""
    if rows:
        connection.execute(_ADD_FIRING, [{name: getattr(row, name) for name in FiringRow.__slots__} for row in rows])


def by_id(connection: Connection, ids: Collection[int], *, lock: bool = False) -> Sequence[FiringRow]:
    """These firings in the order in which they were recorded. `lock`: whoever does something about them waits."""
    found: list[FiringRow] = []
    for part in chunks(sorted(ids)):
        asked = select(*_FIRING).where(firings.c.id.in_(part)).order_by(firings.c.id)
        found += [FiringRow(*row) for row in connection.execute(asked.with_for_update() if lock else asked)]
    return found


def caused_by(connection: Connection, causes: Collection[int]) -> Sequence[FiringRow]:
    """The firings that the writes of these firings and undos led to, in order."""
    asked = [select(*_FIRING).where(firings.c.caused_by.in_(part)) for part in chunks(causes)]
    found = [FiringRow(*row) for each in asked for row in connection.execute(each)]
    return sorted(found, key=lambda row: row.id)


def change_firing(connection: Connection, firing: int, **values: Any) -> None:
    """Changes columns of a firing: what became of it."""
    connection.execute(update(firings).where(firings.c.id == firing).values(**values))


def held(connection: Connection, rule: str, limit: int) -> Sequence[FiringRow]:
    """Firings of a rule that are held back, oldest first, locked; those that others have in hand are left to them."""
    asked = select(*_FIRING).where(firings.c.held, firings.c.rule == rule).order_by(firings.c.id).limit(limit)
    return [FiringRow(*row) for row in connection.execute(asked.with_for_update(skip_locked=True))]


def held_of(connection: Connection, rule: str, records: Collection[int]) -> Sequence[FiringRow]:
    """All firings of a rule on these records that are held back, oldest first."""
    asked = select(*_FIRING).where(firings.c.held, firings.c.rule == rule)
    parts = [asked.where(firings.c.record.in_(part)) for part in chunks(sorted(records))]
    return sorted((FiringRow(*row) for each in parts for row in connection.execute(each)), key=lambda row: row.id)


def held_counts(connection: Connection, rules: Collection[str]) -> Mapping[str, int]:
    """How many firings of these rules are held back; rules without any are left out."""
    counted = select(firings.c.rule, func.count().label("number")).where(firings.c.held).group_by(firings.c.rule)
    asked = [counted.where(firings.c.rule.in_(part)) for part in chunks(rules)]
    return {row.rule: row.number for each in asked for row in connection.execute(each)}


def add_effects(connection: Connection, rows: Sequence[EffectRow]) -> None:
    """Records effects."""
    if rows:
        connection.execute(_ADD_EFFECT, [{name: getattr(row, name) for name in EffectRow.__slots__} for row in rows])


def page(connection: Connection, wanted: FiringFilter, limit: int) -> Sequence[FiringRow]:
    """Firings, newest first."""
    asked = select(*_FIRING).order_by(firings.c.id.desc()).limit(limit)
    if wanted.held:
        asked = asked.where(firings.c.held)
    for name in ("rule", "entity", "record", "edge"):
        value = getattr(wanted, name)
        if value is not None:
            asked = asked.where(firings.c[name] == value)
    if wanted.before is not None:
        asked = asked.where(firings.c.id < wanted.before)
    if wanted.ids is not None:
        asked = asked.where(firings.c.id.in_(wanted.ids))
    if wanted.within is not None:
        after, up_to = wanted.within
        asked = asked.where(firings.c.at > after, firings.c.at <= up_to)
    asked = asked.where(*wanted.matching)
    return [FiringRow(*row) for row in connection.execute(asked)]


def effects_of(connection: Connection, ids: Collection[int]) -> Mapping[int, Sequence[EffectRow]]:
    """The effects of firings in order, by firing."""
    found: dict[int, list[EffectRow]] = {}
    for part in chunks(ids):
        asked = select(*_EFFECT).where(effects.c.firing.in_(part)).order_by(effects.c.firing, effects.c.position)
        for row in connection.execute(asked):
            found.setdefault(row.firing, []).append(_effect(row))
    return found


def effect(connection: Connection, effect_id: int) -> EffectRow | None:
    """One effect."""
    found = connection.execute(select(*_EFFECT).where(effects.c.id == effect_id)).first()
    return _effect(found) if found else None


def change_effect(connection: Connection, effect_id: int, **values: Any) -> None:
    """Changes columns of an effect."""
    connection.execute(update(effects).where(effects.c.id == effect_id).values(**values))


def waiting_effects(
    connection: Connection, statuses: Collection[str], now: int, limit: int, after: int = 0
) -> Sequence[tuple[int, int]]:
    """Effects in these states that may start now, oldest first: what the sweep looks for.

    Each as its id and its round (0, or the instant from which it may be tried once more): both name its durable work.
    """
    due = effects.c.not_before.is_(None) | (effects.c.not_before <= now)
    asked = select(effects.c.id, effects.c.not_before).where(effects.c.status.in_(statuses), due, effects.c.id > after)
    return [(row.id, row.not_before or 0) for row in connection.execute(asked.order_by(effects.c.id).limit(limit))]


def _effect(row: Row[Any]) -> EffectRow:
    return EffectRow(**row._asdict())


def rule_names(connection: Connection, rules: Collection[str]) -> Mapping[str, str]:
    """How rules are called now, by id, deleted ones too."""
    ids = [int(rule) for rule in rules if rule.isdigit()]
    rows = connection.execute(select(definitions.c.id, definitions.c.name).where(definitions.c.id.in_(ids)))
    return {str(row.id): row.name for row in rows}


def queued(connection: Connection, effect_id: int, now: int) -> None:
    """A pending effect was handed to the worker; one that is already further stays so."""
    pending = (effects.c.id == effect_id) & (effects.c.status == "pending")
    connection.execute(update(effects).where(pending).values(status="queued", updated_at=now))


def begun(connection: Connection, effect_id: int, now: int) -> bool:
    """An effect is performed now; False when that is not wanted any more (undone meanwhile), or it is done."""
    here = (effects.c.id == effect_id) & effects.c.status.in_(UNFINISHED)
    return connection.execute(update(effects).where(here).values(status="running", updated_at=now)).rowcount == 1


def once_more(connection: Connection, effect_id: int, now: int) -> bool:
    """An effect that failed waits for the worker again; False when somebody else saw to that, or it did not fail."""
    here = (effects.c.id == effect_id) & effects.c.status.in_(FAILED)
    again = update(effects).where(here).values(status="pending", not_before=now, error=None, updated_at=now)
    return connection.execute(again).rowcount == 1


def last_position(connection: Connection, firing: int) -> int:
    """The place of the last effect of a firing; -1 when it has none."""
    found = connection.scalar(select(func.max(effects.c.position)).where(effects.c.firing == firing))
    return -1 if found is None else int(found)
