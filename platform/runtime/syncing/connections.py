"""Connections as people know them: make, change, test, look, map, sync, and what each sync did. Administrators only."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ruleloom import access
from ruleloom.access import WORKSPACE, Actor, Verb
from ruleloom.connectors import Connector, Health, RemoteField, Row, registry
from ruleloom.connectors import settings as forms
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.missing import Conflict, Missing, Stale
from ruleloom.runtime.syncing.context import Lent, network_of
from ruleloom.runtime.syncing.mapping import ResourceMapping, read_mapping, require_fed
from ruleloom.runtime.syncing.running import PAGE, Sync, end_unbegun
from ruleloom.runtime.syncing.vault import Vault
from ruleloom.runtime.time.clock import machine_now
from ruleloom.storage.leases import lease
from ruleloom.storage.logs import exchange
from ruleloom.storage.logs.exchange import ConnectionRow, SyncRunRow

if TYPE_CHECKING:
    from ruleloom.runtime.workspace import Workspace

KIND = "sync"
SAMPLE = 20
LONGEST_NAME = 100
PATIENCE = 3.0
"""Seconds in which a call is tried again while somebody looks at the page and waits."""


class NameMissing(RuleloomError):
    """A connection without a name, or with too long a one."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as shown: secrets are only named, never told."""

    id: int
    kind: str
    name: str
    settings: Mapping[str, Any]
    secrets: tuple[str, ...]
    mapping: Mapping[str, Any] | None
    status: str
    revision: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What a resource holds now: its fields and the first rows."""

    fields: Sequence[RemoteField]
    rows: Sequence[Row]


_LENT: dict[tuple[int, int], Lent] = {}
_LENT_LOCK = threading.Lock()


def all_of(workspace: Workspace, actor: Actor) -> list[Connection]:
    """All connections."""
    access.require(actor, Verb.CONNECT)
    with workspace.database.read() as connection:
        return [_shown(workspace, row) for row in exchange.all_connections(connection)]


def read(workspace: Workspace, actor: Actor, connection_id: int) -> Connection:
    """One connection; `Missing` (404) when there is none."""
    access.require(actor, Verb.CONNECT)
    return _shown(workspace, _row(workspace, connection_id))


def create(workspace: Workspace, actor: Actor, kind: str, name: str, settings: Mapping[str, Any]) -> Connection:
    """A new connection; SettingsInvalid names every mistake. Secrets are encrypted before they are stored."""
    access.require(actor, Verb.CONNECT)
    connector = registry.kind(kind)
    forms.load(connector.Settings, settings)
    plain, secrets = _divided(connector, settings)
    now = machine_now()
    row = ConnectionRow(
        workspace.ids.next(), kind, _named(name), plain, Vault(workspace.folder).seal(secrets), None, "new", 1, now, now
    )
    user = actor.user if isinstance(actor.user, int) else None
    with workspace.database.write() as connection:
        exchange.add_connection(connection, row, user)
    return _shown(workspace, row)


def change(
    workspace: Workspace, actor: Actor, connection_id: int, revision: int,
    *, name: str | None = None, settings: Mapping[str, Any] | None = None,
) -> Connection:  # fmt: skip
    """Changes name or settings. A secret that is not given, or given empty, stays as it is."""
    access.require(actor, Verb.CONNECT)
    row = _row(workspace, connection_id)
    values: dict[str, Any] = {"updated_at": machine_now()}
    if name is not None:
        values["name"] = _named(name)
    if settings is not None:
        connector = registry.kind(row.kind)
        vault = Vault(workspace.folder)
        kept = vault.open(row.secrets)
        secret = forms.secret_keys(connector.Settings)
        given = {key: value for key, value in settings.items() if not (key in secret and not value)}
        forms.load(connector.Settings, {**row.settings, **kept, **given})
        plain, secrets = _divided(connector, {**row.settings, **kept, **given})
        values |= {"settings": plain, "secrets": vault.seal(secrets)}
    return _change(workspace, row, revision, values)


def set_mapping(
    workspace: Workspace, actor: Actor, connection_id: int, revision: int, mapping: Mapping[str, Any]
) -> Connection:
    """Says what goes where; MappingInvalid names everything that is wrong. Another mapping reads everything again."""
    access.require(actor, Verb.CONNECT)
    row = _row(workspace, connection_id)
    require_fed(read_mapping(mapping, registry.kind(row.kind), workspace.model), workspace.model)
    changed = _change(workspace, row, revision, {"mapping": mapping, "updated_at": machine_now()})
    if mapping != row.mapping:
        start_over(workspace, actor, connection_id)
    return changed


def delete(workspace: Workspace, actor: Actor, connection_id: int, revision: int) -> None:
    """Takes a connection away with its secrets; records that came through it stay."""
    access.require(actor, Verb.CONNECT)
    row = _row(workspace, connection_id)
    _change(workspace, row, revision, {"deleted_at": machine_now(), "secrets": None})


def test(workspace: Workspace, actor: Actor, connection_id: int) -> Health:
    """The test button: signs in and asks for something small; a ConnectorError says what is wrong."""
    access.require(actor, Verb.CONNECT)
    row = _row(workspace, connection_id)
    with _connected(workspace, row, PATIENCE) as connector:
        health = connector.check()
    _set_status(workspace, row, "ok")
    return health


def preview(workspace: Workspace, actor: Actor, connection_id: int, resource: str) -> Sample:
    """The fields of a resource and its first rows, to map from; nothing is stored."""
    access.require(actor, Verb.CONNECT)
    row = _row(workspace, connection_id)
    with _connected(workspace, row, PATIENCE) as connector:
        try:
            found = connector.resource(resource)
        except KeyError:
            raise Missing.of(
                "mapping-no-resource", resource=resource, resources=[r.name for r in connector.resources]
            ) from None
        fields = connector.discover(found)
        rows: list[Row] = []
        for page in connector.read(found, None, (), SAMPLE):
            rows += page.rows
            if len(rows) >= SAMPLE:
                break
    return Sample(fields, rows[:SAMPLE])


def start(workspace: Workspace, actor: Actor, connection_id: int) -> SyncRunRow:
    """Hands a sync to a worker; Conflict when one is going on."""
    sync = prepare(workspace, actor, connection_id)
    sync.abandon()
    with lease(workspace.database, lease_of(connection_id), workspace.folder) as free:
        if not free:
            raise Conflict.of("sync-running")
        sync.begin()
    workspace.hand_over(KIND, sync.run_row.id, sync.run_row.started_at)
    return sync.run_row


def carry_on(workspace: Workspace, run_id: int) -> None:
    """Runs a sync that was begun to its end, from where it was left; nothing when another process has it in hand."""
    with workspace.database.read() as connection:
        row = exchange.run_of(connection, run_id)
    if row is None:
        return
    with lease(workspace.database, lease_of(row.connection), workspace.folder) as free:
        with workspace.database.read() as connection:
            row = exchange.run_of(connection, run_id)
        if not free or row is None or row.status not in exchange.OPEN:
            return
        try:
            sync = prepare(workspace, WORKSPACE, row.connection)
        except RuleloomError as error:
            end_unbegun(workspace, row, error)
            return
        sync.resume(row)
        sync.run()


def sync_now(workspace: Workspace, actor: Actor, connection_id: int, *, page: int = PAGE) -> SyncRunRow:
    """Syncs and waits for the end (command line, schedules, tests)."""
    sync = prepare(workspace, actor, connection_id, page=page)
    with lease(workspace.database, lease_of(connection_id), workspace.folder) as free:
        if not free:
            sync.abandon()
            raise Conflict.of("sync-running")
        sync.begin()
        return sync.run()


def stop(workspace: Workspace, actor: Actor, connection_id: int) -> None:
    """Asks a sync to stop after its present page; in this process also while it waits for the other system."""
    access.require(actor, Verb.CONNECT)
    row = _row(workspace, connection_id)
    with workspace.database.write() as connection:
        exchange.ask_to_stop(connection, connection_id)
    _lent(workspace, row).stop.set()


def prepare(workspace: Workspace, actor: Actor, connection_id: int, *, page: int = PAGE) -> Sync:
    """A sync of everything that is mapped; not begun."""
    access.require(actor, Verb.CONNECT)
    row = _row(workspace, connection_id)
    if not row.mapping:
        raise Conflict.of("sync-no-mapping")
    mappings: list[ResourceMapping] = read_mapping(row.mapping, registry.kind(row.kind), workspace.model)
    lent = _lent(workspace, row)
    lent.stop.clear()
    return Sync(workspace, row.id, _open(workspace, row, lent), mappings, page=page, after_page=lambda: lent.sleep(0))


def runs(workspace: Workspace, actor: Actor, connection_id: int, before: int | None, limit: int) -> list[SyncRunRow]:
    """Syncs of a connection, newest first."""
    access.require(actor, Verb.CONNECT)
    _row(workspace, connection_id)
    with workspace.database.read() as connection:
        return exchange.runs_of(connection, connection_id, before, limit)


def start_over(workspace: Workspace, actor: Actor, connection_id: int) -> None:
    """The next sync reads everything again; links stay, so nothing is doubled."""
    access.require(actor, Verb.CONNECT)
    _row(workspace, connection_id)
    with workspace.database.write() as connection:
        exchange.forget_cursors(connection, connection_id)


@contextmanager
def open_named(workspace: Workspace, name: str) -> Iterator[Connector | None]:
    """The connector of the connection with this name, for what a rule asks of it; None when no connection has it."""
    with workspace.database.read() as connection:
        row = next((each for each in exchange.all_connections(connection) if each.name == name), None)
    if row is None:
        yield None
        return
    with _connected(workspace, row) as connector:
        yield connector


# ---- inside


def _row(workspace: Workspace, connection_id: int) -> ConnectionRow:
    with workspace.database.read() as connection:
        row = exchange.read_connection(connection, connection_id)
    if row is None:
        raise Missing.of("not-found")
    return row


def _change(workspace: Workspace, row: ConnectionRow, revision: int, values: Mapping[str, Any]) -> Connection:
    with workspace.database.write() as connection:
        if not exchange.change_connection(connection, row.id, revision, **values):
            raise Stale.of("connection-changed")
    kept = {name: value for name, value in values.items() if name in ConnectionRow.__slots__}
    return _shown(workspace, replace(row, revision=revision + 1, **kept))


def _set_status(workspace: Workspace, row: ConnectionRow, status: str) -> None:
    """Does not count as a change of the connection: whoever edits it may go on."""
    with workspace.database.write() as connection:
        exchange.set_status(connection, row.id, status)


def _shown(workspace: Workspace, row: ConnectionRow) -> Connection:
    secrets = tuple(sorted(Vault(workspace.folder).open(row.secrets))) if row.secrets else ()
    return Connection(row.id, row.kind, row.name, row.settings, secrets, row.mapping, row.status, row.revision)


def _divided(connector: type[Connector], settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    secret = forms.secret_keys(connector.Settings)
    plain = {key: value for key, value in settings.items() if key not in secret}
    return plain, {key: str(value) for key, value in settings.items() if key in secret and value}


def _named(name: str) -> str:
    found = name.strip()
    if not 0 < len(found) <= LONGEST_NAME:
        raise NameMissing(Diagnostic("connection-name-missing", target="name"))
    return found


def _lent(workspace: Workspace, row: ConnectionRow) -> Lent:
    """The connection's context in this process; a new one when its settings have changed (tokens may not fit)."""
    with _LENT_LOCK:
        for key in [key for key in _LENT if key[0] == row.id and key[1] != row.revision]:
            del _LENT[key]
        return _LENT.setdefault((row.id, row.revision), Lent(row.name, network_of(workspace)))


def _open(workspace: Workspace, row: ConnectionRow, lent: Lent) -> Connector:
    kind = registry.kind(row.kind)
    given = {**row.settings, **Vault(workspace.folder).open(row.secrets)}
    return kind(forms.load(kind.Settings, given), lent)


@contextmanager
def _connected(workspace: Workspace, row: ConnectionRow, patience: float | None = None) -> Iterator[Connector]:
    lent = _lent(workspace, row)
    with _open(workspace, row, Lent(row.name, lent.network, patience)) as connector:
        yield connector


def lease_of(connection_id: int) -> str:
    """The lease that a process holds while it syncs a connection."""
    return f"{KIND}-{connection_id}"
