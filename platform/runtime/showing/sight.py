"""Which records a person may see: asked wherever records are named, by the grants and scopes that lists obey.

Rules count all rows whoever looks; what is *shown* of a firing, a run, an effect, a backtest or an explanation is only
what its reader could open. A record that is gone is for whoever may read all records of its entity.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar, cast

from ruleloom import access
from ruleloom.access import Actor, Verb
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.nodes import Condition
from ruleloom.dsl.types import Value
from ruleloom.messages import LANGUAGES, text
from ruleloom.runtime.missing import Missing
from ruleloom.runtime.rules.published import Published
from ruleloom.storage.database import Connection
from ruleloom.storage.records import shown
from ruleloom.storage.records.queries import RecordQuery, ids_among

Item = TypeVar("Item")


class Sight:
    """What one person may see at one instant; each record is asked for once."""

    def __init__(self, connection: Connection, published: Published, now: int, actor: Actor) -> None:
        self._connection, self._published, self._actor = connection, published, actor
        self._moment = Moment(now, published.model.calendar, actor.user)
        self._known: dict[tuple[str, int], bool] = {}

    def of(self, entity: str, ids: Collection[int]) -> set[int]:
        """Those of these records that may be seen."""
        if not access.may(self._actor, Verb.READ, entity):
            return set()
        scope = self._scope(entity)
        if scope is None:
            return set(ids)
        self._ask(entity, scope, {each for each in ids if (entity, each) not in self._known})
        return {each for each in ids if self._known[entity, each]}

    def _scope(self, entity: str) -> Condition | None:
        return access.scope_of(self._actor, Verb.READ, entity)

    def _ask(self, entity: str, scope: Condition, ids: Collection[int]) -> None:
        there = entity in self._published.catalogue.tables
        query = RecordQuery(entity, (scope,))
        found = ids_among(self._connection, self._published.catalogue, query, self._moment, ids) if there else set()
        self._known.update({(entity, each): each in found for each in ids})

    def one(self, entity: str, record: int) -> bool:
        """Whether this record may be seen."""
        return bool(self.of(entity, [record]))

    def require(self, entity: str, record: int) -> None:
        """`Forbidden` (403) without any right to read the entity, `Missing` (404) for a record out of sight."""
        access.require(self._actor, Verb.READ, entity)
        if not self.one(entity, record):
            raise Missing.of("not-found")

    def those(self, rows: Sequence[Item]) -> list[Item]:
        """Those of rows with an `entity` and a `record` whose record may be seen."""
        wanted: dict[str, set[int]] = {}
        for row in rows:
            wanted.setdefault(cast("Any", row).entity, set()).add(cast("Any", row).record)
        seen = {entity: self.of(entity, ids) for entity, ids in wanted.items()}
        return [row for row in rows if cast("Any", row).record in seen[cast("Any", row).entity]]

    def titles(self, wanted: Mapping[str, Collection[int]]) -> dict[tuple[str, int], Value]:
        """What these records are called, by entity and id; nothing of those out of sight."""
        found: dict[tuple[str, int], Value] = {}
        for entity, ids in wanted.items():
            if ids and entity in self._published.catalogue.tables:
                named = shown.titles(self._connection, self._published.catalogue, entity, self.of(entity, ids))
                found |= {(entity, each): title for each, title in named.items()}
        return found

    def sees_all(self, entity: str) -> bool:
        """Whether every record of an entity may be seen."""
        return access.may(self._actor, Verb.READ, entity) and self._scope(entity) is None

    # ---- explanations

    @property
    def whole(self) -> bool:
        """Whether every record of every entity may be seen."""
        return all(self.sees_all(entity.id) for entity in self._published.model.entities)

    def explanation(self, told: Any) -> Any:
        """An explanation (`engine.explanation_json`) without rows and values of records out of sight."""
        if not isinstance(told, dict) or self.whole:
            return told
        steps = [step for step in told.get("change") or () if step.get("place") and not self._named(step["place"])]
        return {**self._part(told), **({"change": None} if steps else {})}

    def _part(self, part: Mapping[str, Any]) -> dict[str, Any]:
        found = [self._found(each) for each in part.get("found", ())]
        hidden = any(each.get("hidden") for each in found)
        rows = [row for row in part.get("rows", ()) if self._named(row)]
        kept = [{**row, "values": [self._found(each) for each in row["values"]]} for row in rows]
        parts = [self._part(each) for each in part.get("parts", ())]
        return {**part, "value": None if hidden else part.get("value"), "found": found, "rows": kept, "parts": parts}

    def _found(self, found: Mapping[str, Any]) -> dict[str, Any]:
        if found.get("from") is None or self._named(found["from"]):
            return dict(found)
        hidden = {language: text("out-of-sight", language) for language in LANGUAGES}
        return {**found, "value": None, "shown": hidden, "from": None, "hidden": True}

    def _named(self, place: Mapping[str, Any]) -> bool:
        """Whether the record that is named by its entity's key and its id may be seen."""
        entity = self._published.model.by_key.get(place["entity"])
        return entity is not None and self.one(entity.id, int(place["record"]))
