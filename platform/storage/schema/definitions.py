"""Everything that is drawn: drafts, publishing, versions, rollback; written once for all kinds.

A definition has a permanent id and a key; its draft is what its author works on, its versions are immutable and the
published one is what all see. `revision` goes up with every change of the row: the ETag of the front door.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select
from sqlalchemy.exc import IntegrityError

from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.storage.logs.change_log import Stamp
from ruleloom.storage.schema.columns import dump_json
from ruleloom.storage.tables.system import definition_versions as versions
from ruleloom.storage.tables.system import definitions as table

Content = Mapping[str, Any]


class DefinitionGone(RuleloomError):
    """There is no such definition, or no such version of it."""

    status = 404


class DefinitionStale(RuleloomError):
    """The definition was changed since its author looked at it."""

    status = 412


class DefinitionKeyTaken(RuleloomError):
    """Another definition of the kind has the key."""

    status = 409


@dataclass(frozen=True, slots=True)
class Definition:
    """A row of `definitions` with the content of its published version."""

    id: int
    kind: str
    key: str
    name: str
    labels: Mapping[str, str]
    entity: str | None
    draft: Content | None
    content: Content | None
    """What is published; None while there is only a draft."""
    published_version: int | None
    paused: bool
    shared: bool
    revision: int
    app: str | None
    created_at: int
    created_by: int | None
    updated_at: int
    updated_by: int | None
    stopped_at: int | None = None
    """When a rule stopped by itself: it stays in force, but what it would do is held back."""

    @property
    def status(self) -> str:
        """`draft`, `published`, `paused` or `stopped`."""
        if self.published_version is None:
            return "draft"
        if self.paused:
            return "paused"
        return "published" if self.stopped_at is None else "stopped"


@dataclass(frozen=True, slots=True)
class DefinitionVersion:
    """An immutable version."""

    definition: int
    version: int
    content: Content
    hash: str
    name: str
    labels: Mapping[str, str]
    author: int | None
    at: int
    app: str | None
    app_version: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What an author gives for a draft."""

    kind: str
    key: str
    name: str
    content: Content
    labels: Mapping[str, str] | None = None
    entity: str | None = None
    shared: bool = True
    app: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """A published definition without its content: a version of it never changes."""

    id: int
    name: str
    version: int
    paused: bool


class Definitions:
    """Definitions within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # ---- reading

    def get(self, definition: int) -> Definition:
        """A definition by id; `DefinitionGone` when there is none."""
        row = self.connection.execute(_JOINED.where(table.c.id == definition)).one_or_none()
        if row is None:
            raise DefinitionGone(Diagnostic("definition-gone", params={"id": str(definition)}))
        return _definition(row)

    def find(self, kind: str, key: str) -> Definition | None:
        """A definition by kind and key."""
        row = self.connection.execute(_JOINED.where((table.c.kind == kind) & (table.c.key == key))).one_or_none()
        return None if row is None else _definition(row)

    def all(self, kind: str, entity: str | None = None, *, published: bool = False) -> list[Definition]:
        """Definitions of a kind in order of creation; `entity`: of that entity; `published`: only published ones."""
        rows = _JOINED.where(table.c.kind == kind)
        if entity is not None:
            rows = rows.where(table.c.entity == entity)
        if published:
            rows = rows.where(table.c.published_version.is_not(None))
        return [_definition(row) for row in self.connection.execute(rows.order_by(table.c.id))]

    def heads(self, kind: str) -> list[Head]:
        """What is published of a kind, in order of creation, without reading what it says."""
        rows = _HEADS.where(table.c.kind == kind).order_by(table.c.id)
        return [Head(*row) for row in self.connection.execute(rows)]

    def contents(self, kind: str, ids: Collection[int]) -> Mapping[int, Content]:
        """What is published of these definitions of a kind (and of others, where they are very many), by id."""
        if not ids:
            return {}
        rows = select(table.c.id, versions.c.content).join_from(table, versions, _PUBLISHED).where(table.c.kind == kind)
        if len(ids) <= _NAMED_AT_MOST:
            rows = rows.where(table.c.id.in_(sorted(ids)))
        return {row.id: row.content for row in self.connection.execute(rows)}

    def versions(self, definition: int) -> list[DefinitionVersion]:
        """All versions, newest first."""
        rows = select(versions).where(versions.c.definition == definition).order_by(versions.c.version.desc())
        return [DefinitionVersion(*row) for row in self.connection.execute(rows)]

    def version(self, definition: int, version: int) -> DefinitionVersion:
        """One version; `DefinitionGone` when there is none."""
        rows = select(versions).where((versions.c.definition == definition) & (versions.c.version == version))
        row = self.connection.execute(rows).one_or_none()
        if row is None:
            raise DefinitionGone(Diagnostic("definition-version-gone", params={"version": version}))
        return DefinitionVersion(*row)

    # ---- writing

    def create(self, definition: int, drawn: Drawn, stamp: Stamp) -> Definition:
        """A new definition with a draft only; `DefinitionKeyTaken` when the kind has the key already."""
        row = {
            "id": definition, "kind": drawn.kind, "key": drawn.key, "name": drawn.name,
            "labels": dict(drawn.labels or {}), "entity": drawn.entity, "draft": dict(drawn.content),
            "shared": drawn.shared, "paused": False, "revision": 1, "app": drawn.app,
            "created_at": stamp.at, "created_by": stamp.actor, "updated_at": stamp.at, "updated_by": stamp.actor,
        }  # fmt: skip
        try:
            with self.connection.begin_nested():
                self.connection.execute(table.insert().values(row))
        except IntegrityError as error:
            taken = Diagnostic("definition-key-taken", params={"key": drawn.key}, target="key")
            raise DefinitionKeyTaken(taken) from error
        return self.get(definition)

    def save_draft(
        self,
        definition: int,
        content: Content,
        stamp: Stamp,
        *,
        revision: int | None = None,
        name: str | None = None,
        labels: Mapping[str, str] | None = None,
        shared: bool | None = None,
        entity: str | None = None,
    ) -> Definition:
        """A new draft in place of the old; `DefinitionStale` when `revision` is not the present one."""
        now = self._lock(definition, revision)
        changed = {
            "draft": dict(content),
            "name": now.name if name is None else name,
            "labels": dict(now.labels if labels is None else labels),
            "shared": now.shared if shared is None else shared,
            "entity": now.entity if entity is None else entity,
        }
        return self._change(now, changed, stamp)

    def publish(
        self, definition: int, stamp: Stamp, *, revision: int | None = None, app_version: str | None = None
    ) -> Definition:
        """The draft becomes the next version; publishing what is published already changes nothing."""
        now = self._lock(definition, revision)
        if now.draft is None:
            return now
        hash_ = content_hash(now.draft)
        if now.published_version is not None:
            published = self.version(definition, now.published_version)
            if (published.hash, published.name, published.labels) == (hash_, now.name, now.labels):
                return self._change(now, {"draft": None}, stamp)
        newest = select(func.coalesce(func.max(versions.c.version), 0)).where(versions.c.definition == definition)
        version = int(self.connection.scalar(newest) or 0) + 1
        row = {
            "definition": definition, "version": version, "content": now.draft, "hash": hash_, "name": now.name,
            "labels": dict(now.labels), "author": stamp.actor, "at": stamp.at, "app": now.app,
            "app_version": app_version,
        }  # fmt: skip
        self.connection.execute(versions.insert().values(row))
        return self._change(now, {"draft": None, "published_version": version}, stamp)

    def restore(self, definition: int, version: int, stamp: Stamp) -> Definition:
        """An old version becomes the draft; publishing it then gives a new version with the old content."""
        old = self.version(definition, version)
        now = self._lock(definition, None)
        return self._change(now, {"draft": dict(old.content), "name": old.name, "labels": dict(old.labels)}, stamp)

    def pause(self, definition: int, stamp: Stamp, *, paused: bool) -> Definition:
        """Pauses or resumes what is published."""
        return self._change(self._lock(definition, None), {"paused": paused}, stamp)

    def stop(self, definition: int, at: int | None) -> None:
        """A rule stopped by itself, or (None) goes on; nobody's draft is stale because of it."""
        self.connection.execute(table.update().where(table.c.id == definition).values(stopped_at=at))

    def delete(self, definition: int, stamp: Stamp, *, revision: int | None = None) -> None:
        """Takes a definition away; its versions stay for history."""
        self._change(self._lock(definition, revision), {"deleted_at": stamp.at}, stamp, gone=True)

    def _lock(self, definition: int, revision: int | None) -> Definition:
        locked = select(table.c.id).where((table.c.id == definition) & table.c.deleted_at.is_(None))
        self.connection.execute(locked.with_for_update())
        now = self.get(definition)
        if revision is not None and revision != now.revision:
            raise DefinitionStale(Diagnostic("definition-stale", params={"name": now.name}))
        return now

    def _change(self, now: Definition, values: Mapping[str, Any], stamp: Stamp, *, gone: bool = False) -> Definition:
        changed = {**values, "revision": now.revision + 1, "updated_at": stamp.at, "updated_by": stamp.actor}
        self.connection.execute(table.update().where(table.c.id == now.id).values(changed))
        return now if gone else self.get(now.id)


def content_hash(content: Content) -> str:
    """SHA-256 of the content, whatever the order of its keys."""
    return hashlib.sha256(dump_json(json.loads(json.dumps(content, sort_keys=True, default=str))).encode()).hexdigest()


_COLUMNS = (
    table.c.id, table.c.kind, table.c.key, table.c.name, table.c.labels, table.c.entity, table.c.draft,
    versions.c.content, table.c.published_version, table.c.paused, table.c.shared, table.c.revision, table.c.app,
    table.c.created_at, table.c.created_by, table.c.updated_at, table.c.updated_by,
    table.c.stopped_at,
)  # fmt: skip
_PUBLISHED = and_(versions.c.definition == table.c.id, versions.c.version == table.c.published_version)
_JOINED = select(*_COLUMNS).select_from(table.outerjoin(versions, _PUBLISHED)).where(table.c.deleted_at.is_(None))


_NAMED_AT_MOST = 500
_HEADS = select(table.c.id, table.c.name, table.c.published_version, table.c.paused).where(
    table.c.deleted_at.is_(None), table.c.published_version.is_not(None)
)


def _definition(row: Row[Any] | Sequence[Any]) -> Definition:
    return Definition(*row)
