"""Rows of the exchange with other systems: connections, cursors, links of external ids, runs of syncs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from ruleloom.storage.chunks import chunks
from ruleloom.storage.tables.system import connections, cursors, external_links, sync_runs


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connector with settings. `secrets` is the encrypted text; it never leaves `runtime`."""

    id: int
    kind: str
    name: str
    settings: Mapping[str, Any]
    secrets: str | None = field(repr=False)
    mapping: Mapping[str, Any] | None
    status: str
    revision: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Link:
    """Which record a remote row became; `hash` is of the row as last applied."""

    external_id: str
    entity: str
    record: int
    hash: str | None


@dataclass(frozen=True, slots=True)
class SyncRunRow:
    """One sync: its counts, and the rows that were left out."""

    id: int
    connection: int
    status: str
    started_at: int
    ended_at: int | None
    counts: Mapping[str, Any]
    problems: Sequence[Mapping[str, Any]]


OPEN = ("running", "stopping")
"""Statuses of a sync that has not ended."""


# ---- connections


def add_connection(connection: Connection, row: ConnectionRow, by: int | None) -> None:
    """Stores a new connection."""
    values = {name: getattr(row, name) for name in ConnectionRow.__slots__}
    connection.execute(connections.insert(), {**values, "created_by": by})


def change_connection(connection: Connection, connection_id: int, revision: int, **values: Any) -> bool:
    """Changes a connection that is still at this revision; false when it has moved on or is gone."""
    here = (connections.c.id == connection_id) & (connections.c.revision == revision)
    found = connection.execute(
        connections.update().where(here & connections.c.deleted_at.is_(None)).values(revision=revision + 1, **values)
    )
    return found.rowcount == 1


def set_status(connection: Connection, connection_id: int, status: str) -> None:
    """Notes how the last try went."""
    connection.execute(connections.update().where(connections.c.id == connection_id).values(status=status))


def read_connection(connection: Connection, connection_id: int) -> ConnectionRow | None:
    """A connection that is not deleted."""
    found = connection.execute(_live_connections().where(connections.c.id == connection_id)).first()
    return _connection(found) if found else None


def all_connections(connection: Connection) -> list[ConnectionRow]:
    """Connections in the order of their making."""
    return [_connection(row) for row in connection.execute(_live_connections().order_by(connections.c.id))]


def _live_connections() -> Any:
    return select(connections).where(connections.c.deleted_at.is_(None))


def _connection(row: Row[Any]) -> ConnectionRow:
    return ConnectionRow(**{name: getattr(row, name) for name in ConnectionRow.__slots__})


# ---- cursors and links


def cursor_of(connection: Connection, connection_id: int, resource: str) -> Mapping[str, Any] | None:
    """How far a resource was read."""
    here = (cursors.c.connection == connection_id) & (cursors.c.resource == resource)
    found: Mapping[str, Any] | None = connection.execute(select(cursors.c.cursor).where(here)).scalar()
    return found


def keep_cursor(connection: Connection, connection_id: int, resource: str, cursor: Mapping[str, Any], at: int) -> None:
    """Moves a cursor; the rows that it stands for are written in the same transaction."""
    here = (cursors.c.connection == connection_id) & (cursors.c.resource == resource)
    changed = connection.execute(cursors.update().where(here).values(cursor=cursor, updated_at=at))
    if not changed.rowcount:
        values = {"connection": connection_id, "resource": resource, "cursor": cursor, "updated_at": at}
        connection.execute(cursors.insert(), values)


def forget_cursors(connection: Connection, connection_id: int) -> None:
    """The next sync reads from the beginning; links stay, so nothing is doubled."""
    connection.execute(cursors.delete().where(cursors.c.connection == connection_id))


def links_of(
    connection: Connection, connection_id: int, resource: str, external_ids: Collection[str]
) -> dict[str, Link]:
    """Links by external id."""
    found: dict[str, Link] = {}
    here = (external_links.c.connection == connection_id) & (external_links.c.resource == resource)
    for part in chunks(list(external_ids)):
        for row in connection.execute(select(external_links).where(here & external_links.c.external_id.in_(part))):
            found[row.external_id] = Link(row.external_id, row.entity, row.record, row.hash)
    return found


def links_below(connection: Connection, connection_id: int, resource: str, parent: str) -> dict[str, Link]:
    """Links of the lines of a remote row: their external ids begin with the row's and a slash."""
    here = (external_links.c.connection == connection_id) & (external_links.c.resource == resource)
    below = (external_links.c.external_id >= f"{parent}/") & (external_links.c.external_id < f"{parent}0")
    rows = connection.execute(select(external_links).where(here & below))
    return {row.external_id: Link(row.external_id, row.entity, row.record, row.hash) for row in rows}


def drop_links(connection: Connection, connection_id: int, resource: str, external_ids: Collection[str]) -> None:
    """Forgets links whose remote rows are gone."""
    here = (external_links.c.connection == connection_id) & (external_links.c.resource == resource)
    for part in chunks(list(external_ids)):
        connection.execute(external_links.delete().where(here & external_links.c.external_id.in_(part)))


def keep_links(connection: Connection, connection_id: int, resource: str, links: Iterable[Link], at: int) -> None:
    """Adds links, or renews their hash; an external id points to one record only."""
    rows = {link.external_id: link for link in links}
    known = links_of(connection, connection_id, resource, rows)
    new = [link for key, link in rows.items() if key not in known]
    here = {"connection": connection_id, "resource": resource}
    if new:
        values = [
            {
                **here,
                "external_id": n.external_id,
                "entity": n.entity,
                "record": n.record,
                "hash": n.hash,
                "updated_at": at,
            }
            for n in new
        ]
        connection.execute(external_links.insert(), values)
    old = [{"of": key, "v_hash": rows[key].hash, "v_record": rows[key].record} for key in known]
    if old:
        where = (
            (external_links.c.connection == connection_id)
            & (external_links.c.resource == resource)
            & (external_links.c.external_id == bindparam("of"))
        )
        renewed = {"hash": bindparam("v_hash"), "record": bindparam("v_record"), "updated_at": at}
        connection.execute(external_links.update().where(where).values(renewed), old)


# ---- runs


def keep_run(connection: Connection, run: SyncRunRow) -> None:
    """Stores a run, or its progress."""
    values = {name: getattr(run, name) for name in SyncRunRow.__slots__ if name != "id"}
    if not connection.execute(sync_runs.update().where(sync_runs.c.id == run.id).values(values)).rowcount:
        connection.execute(sync_runs.insert(), {"id": run.id, **values})


def runs_of(connection: Connection, connection_id: int, before: int | None, limit: int) -> list[SyncRunRow]:
    """Runs of a connection, newest first; `before` continues after a page."""
    asked = select(sync_runs).where(sync_runs.c.connection == connection_id)
    if before is not None:
        asked = asked.where(sync_runs.c.id < before)
    found = connection.execute(asked.order_by(sync_runs.c.id.desc()).limit(limit))
    return [_run(row) for row in found]


def keep_progress(connection: Connection, run: SyncRunRow) -> bool:
    """Stores how far a run is; False when somebody asks it to stop."""
    here = (sync_runs.c.id == run.id) & (sync_runs.c.status == "running")
    values = {"counts": run.counts, "problems": run.problems}
    return connection.execute(sync_runs.update().where(here).values(values)).rowcount == 1


def ask_to_stop(connection: Connection, connection_id: int) -> None:
    """The running sync of a connection is to end after its present page."""
    here = (sync_runs.c.connection == connection_id) & (sync_runs.c.status == "running")
    connection.execute(sync_runs.update().where(here).values(status="stopping"))


def run_of(connection: Connection, run_id: int) -> SyncRunRow | None:
    """A run."""
    found = connection.execute(select(sync_runs).where(sync_runs.c.id == run_id)).first()
    return _run(found) if found else None


def unfinished(connection: Connection, before: int) -> list[SyncRunRow]:
    """Runs that have not ended and began before an instant of real time."""
    here = sync_runs.c.status.in_(OPEN) & (sync_runs.c.started_at < before)
    return [_run(row) for row in connection.execute(select(sync_runs).where(here).order_by(sync_runs.c.id))]


def open_runs(connection: Connection, connection_id: int) -> list[SyncRunRow]:
    """Runs that have not ended: of a sync that goes on, or of a process that died."""
    here = (sync_runs.c.connection == connection_id) & sync_runs.c.status.in_(OPEN)
    return [_run(row) for row in connection.execute(select(sync_runs).where(here))]


def _run(row: Row[Any]) -> SyncRunRow:
    values = {name: getattr(row, name) for name in SyncRunRow.__slots__}
    return SyncRunRow(**{**values, "problems": values["problems"] or ()})
