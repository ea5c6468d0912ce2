"""What led to a firing or a change: the chain of firings back to the write or the passing of time that began it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruleloom.dsl.types import Value
from ruleloom.forms.entity import USER
from ruleloom.runtime.showing.sight import Sight
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import firing_log, undo_log
from ruleloom.storage.logs.change_log import LoggedChange
from ruleloom.storage.logs.firing_log import FiringRow
from ruleloom.storage.logs.undo_log import UndoRow

Cause = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chains:
    """The firings above others, with how their rules and records are called and who began them."""

    firings: Mapping[int, FiringRow] = field(default_factory=dict)
    undos: Mapping[int, UndoRow] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[tuple[str, int], Value] = field(default_factory=dict)

    def above(self, firing: int | None) -> list[FiringRow]:
        """The firing of an id and what led to it, nearest first."""
        found: list[FiringRow] = []
        while firing is not None and (row := self.firings.get(firing)) is not None:
            found.append(row)
            firing = row.caused_by
        return found

    def person(self, cause: Cause | None) -> tuple[int, str | None] | None:
        """The person who began it, with their name; None for time, rules and the workspace."""
        user = (cause or {}).get("user")
        if user is None:
            return None
        name = self.titles.get((USER, int(user)))
        return int(user), None if name is None else str(name)


def of_firings(connection: Connection, seen: Sight, rows: Sequence[FiringRow]) -> Chains:
    """What led to these firings, and the undos that took them back."""
    return _read(connection, seen, {row.caused_by for row in rows}, {row.undo for row in rows}, rows)


def of_changes(connection: Connection, seen: Sight, changes: Sequence[LoggedChange]) -> Chains:
    """The firings that made these changes and what led to them, and the undos among the causes."""
    ids = {kind: _causes(changes, kind) for kind in ("firing", "undo")}
    return _read(connection, seen, ids["firing"], ids["undo"], ())


def cause_id(change: LoggedChange, kind: str) -> int | None:
    """The firing or undo that made a change; None where something else did."""
    cause = change.cause or {}
    return int(cause["id"]) if cause.get("kind") == kind and cause.get("id") is not None else None


def _causes(changes: Sequence[LoggedChange], kind: str) -> set[int | None]:
    return {cause_id(change, kind) for change in changes}


def _read(
    connection: Connection,
    seen: Sight,
    wanted: Collection[int | None],
    undos: Collection[int | None],
    rows: Sequence[FiringRow],
) -> Chains:
    found: dict[int, FiringRow] = {}
    causes = {each for each in wanted if each is not None}
    while causes:  # at most as often as a chain is long
        above = firing_log.by_id(connection, causes)
        found |= {row.id: row for row in above}
        causes = {row.caused_by for row in above if row.caused_by is not None} - found.keys()
    wanted_undos = {each for each in undos if each is not None}
    known = undo_log.by_id(connection, wanted_undos) if wanted_undos else {}
    every = [*rows, *found.values()]
    people = {int(row.cause["user"]) for row in every if (row.cause or {}).get("user")}  # type: ignore[index]
    people |= {undo.actor for undo in known.values() if undo.actor is not None}
    records: dict[str, set[int]] = {USER: people}
    for row in found.values():
        records.setdefault(row.entity, set()).add(row.record)
    rules = firing_log.rule_names(connection, {row.rule for row in found.values()}) if found else {}
    return Chains(found, known, rules, seen.titles(records))
