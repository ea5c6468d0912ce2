"""`/connector-kinds`, `/connections`: other systems, their settings, tests, mappings, syncs (administrators)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.api.door.conditional import etag, expected_version
from ruleloom.api.door.here import workspace
from ruleloom.api.door.problems import reader_language
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.shared import LabelsSchema, PageQuery
from ruleloom.api.shapes.wire import instant_text
from ruleloom.connectors import Connector, RemoteField, registry
from ruleloom.connectors import Resource as RemoteResource
from ruleloom.connectors.settings import form
from ruleloom.messages import text
from ruleloom.runtime.missing import id_of
from ruleloom.runtime.syncing import connections
from ruleloom.runtime.syncing.connections import Connection
from ruleloom.storage.logs.exchange import SyncRunRow

resource = Resource("connections", "Other systems: connections, mappings and syncs.")
PAGE = 20


class SettingSchema(Schema):
    """One line of the settings form; a secret is never shown again."""

    key = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    help = fields.Nested(LabelsSchema, required=True, allow_none=True)
    type = fields.String(required=True, validate=validate.OneOf(("text", "secret", "url", "number", "choice", "zone")))
    required = fields.Boolean(required=True)
    secret = fields.Boolean(required=True)
    default = fields.Raw(required=True, allow_none=True)
    options = fields.Raw(required=True, metadata={"description": "value → labels"})
    only_when = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "Other settings and their values with which this one is asked for; empty: always"},
    )


class RemoteFieldSchema(Schema):
    """A field of a remote object; `within` names the list that it belongs to."""

    key = fields.String(required=True)
    type = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    required = fields.Boolean(required=True)
    within = fields.String(required=True, allow_none=True)


class RemoteResourceSchema(Schema):
    """One kind of remote object."""

    name = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    key = fields.String(required=True)
    natural = fields.String(required=True, allow_none=True)
    lists = fields.List(fields.String(), required=True)
    fields_ = fields.List(fields.Nested(RemoteFieldSchema), required=True, data_key="fields")


class KindSchema(Schema):
    """A connector kind: its settings form, what it reads, and how well it is proven."""

    kind = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    version = fields.String(required=True)
    level = fields.String(
        required=True, validate=validate.OneOf(("real-system", "vendor-sdk", "documented", "experimental"))
    )
    settings = fields.List(fields.Nested(SettingSchema), required=True)
    resources = fields.List(fields.Nested(RemoteResourceSchema), required=True)


class KindsSchema(Schema):
    """All kinds installed."""

    items = fields.List(fields.Nested(KindSchema), required=True)


class ConnectionSchema(Schema):
    """A connection; `secrets` names the secrets that are set."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    settings = fields.Dict(required=True)
    secrets = fields.List(fields.String(), required=True)
    mapping = fields.Dict(required=True, allow_none=True)
    status = fields.String(required=True)
    version = fields.Integer(required=True)


class ConnectionsSchema(Schema):
    """All connections."""

    items = fields.List(fields.Nested(ConnectionSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class NewConnectionSchema(Schema):
    """A new connection."""

    kind = fields.String(required=True)
    name = fields.String(required=True)
    settings = fields.Dict(required=True)


class ConnectionChangeSchema(Schema):
    """What to change; a secret that is absent or empty stays as it is."""

    name = fields.String()
    settings = fields.Dict()


class MappingSchema(Schema):
    """What goes where, by resource; see the guide to connectors for its words."""

    mapping = fields.Dict(required=True)


class HealthSchema(Schema):
    """The answer of the test button; `skew_seconds`: their clock minus ours."""

    ok = fields.Boolean(required=True)
    account = fields.String(required=True)
    skew_seconds = fields.Integer(required=True)
    notes = fields.List(fields.String(), required=True)


class ResourceNameSchema(Schema):
    """Which resource to look at."""

    resource = fields.String(required=True)


class RemoteSampleSchema(Schema):
    """A resource's fields and first rows."""

    fields_ = fields.List(fields.Nested(RemoteFieldSchema), required=True, data_key="fields")
    rows = fields.List(fields.Dict(), required=True)


class SyncProblemSchema(Schema):
    """A remote row that was left out, or an error of the whole sync (then without an id)."""

    resource = fields.String(required=True)
    external_id = fields.String(required=True)
    field = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class SyncRunSchema(Schema):
    """One sync: numbers by resource, and what was left out (the first thousand)."""

    id = fields.String(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(("running", "done", "partial", "failed", "stopped", "interrupted"))
    )
    started_at = fields.String(required=True)
    ended_at = fields.String(required=True, allow_none=True)
    counts = fields.Dict(required=True)
    problems = fields.List(fields.Nested(SyncProblemSchema), required=True)


class SyncRunsSchema(Schema):
    """Syncs, newest first."""

    items = fields.List(fields.Nested(SyncRunSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@resource.get("/connector-kinds", answer=KindsSchema)
def kinds() -> dict[str, Any]:
    """The connector kinds that are installed"""
    return {"items": [_kind(found) for _, found in sorted(registry.kinds().items())]}


@resource.get("/connections", answer=ConnectionsSchema)
def every() -> dict[str, Any]:
    """All connections"""
    found = connections.all_of(workspace(), current_actor())
    return {"items": [_json(each) for each in found], "next": None}


@resource.post("/connections", body=NewConnectionSchema, answer=ConnectionSchema, status=201)
def create(given: dict[str, Any]) -> Any:
    """Make a connection; every mistake in the settings is named at its key"""
    return _answer(connections.create(workspace(), current_actor(), given["kind"], given["name"], given["settings"]))


@resource.get("/connections/<connection>", answer=ConnectionSchema)
def read(connection: str) -> Any:
    """One connection"""
    return _answer(connections.read(workspace(), current_actor(), id_of(connection)))


@resource.patch("/connections/<connection>", body=ConnectionChangeSchema, answer=ConnectionSchema)
def change(given: dict[str, Any], connection: str) -> Any:
    """Change name or settings (If-Match)"""
    return _answer(connections.change(workspace(), current_actor(), id_of(connection), expected_version(), **given))


@resource.delete("/connections/<connection>", status=204)
def delete(connection: str) -> None:
    """Take a connection away with its secrets (If-Match); its records stay"""
    connections.delete(workspace(), current_actor(), id_of(connection), expected_version())


@resource.post("/connections/<connection>/test", answer=HealthSchema)
def test(connection: str) -> dict[str, Any]:
    """Sign in there and ask for something small"""
    health = connections.test(workspace(), current_actor(), id_of(connection))
    skew = round(health.skew.total_seconds())
    return {"ok": health.ok, "account": health.account, "skew_seconds": skew, "notes": list(health.notes)}


@resource.post("/connections/<connection>/preview", body=ResourceNameSchema, answer=RemoteSampleSchema)
def preview(given: dict[str, Any], connection: str) -> dict[str, Any]:
    """The fields and first rows of a resource; nothing is stored"""
    found = connections.preview(workspace(), current_actor(), id_of(connection), given["resource"])
    return {"fields_": [asdict(each) for each in found.fields], "rows": [dict(row) for row in found.rows]}


@resource.put("/connections/<connection>/mapping", body=MappingSchema, answer=ConnectionSchema)
def set_mapping(given: dict[str, Any], connection: str) -> Any:
    """Say what goes where (If-Match)"""
    version = expected_version()
    return _answer(connections.set_mapping(workspace(), current_actor(), id_of(connection), version, given["mapping"]))


@resource.post("/connections/<connection>/sync", answer=SyncRunSchema, status=202)
def sync(connection: str) -> dict[str, Any]:
    """Begin a sync in the background"""
    return _run(connections.start(workspace(), current_actor(), id_of(connection)))


@resource.post("/connections/<connection>/stop", status=204)
def stop(connection: str) -> None:
    """Stop the sync after its present page"""
    connections.stop(workspace(), current_actor(), id_of(connection))


@resource.post("/connections/<connection>/start-over", status=204)
def start_over(connection: str) -> None:
    """Let the next sync read everything again; nothing is doubled"""
    connections.start_over(workspace(), current_actor(), id_of(connection))


@resource.get("/connections/<connection>/runs", query=PageQuery, answer=SyncRunsSchema)
def runs(query: dict[str, Any], connection: str) -> dict[str, Any]:
    """What each sync did, newest first"""
    limit = query.get("limit", PAGE)
    before = id_of(query["after"]) if query.get("after") else None
    found = connections.runs(workspace(), current_actor(), id_of(connection), before, limit)
    return {"items": [_run(run) for run in found], "next": str(found[-1].id) if len(found) == limit else None}


def _kind(kind: type[Connector]) -> dict[str, Any]:
    return {
        "kind": kind.kind,
        "labels": kind.labels,
        "version": kind.version,
        "level": kind.level,
        "settings": [asdict(setting) for setting in form(kind.Settings)],
        "resources": [_resource(found) for found in kind.resources],
    }


def _resource(found: RemoteResource) -> dict[str, Any]:
    return {
        "name": found.name,
        "labels": found.labels,
        "key": found.key,
        "natural": found.natural,
        "lists": list(found.lists),
        "fields_": [_field(each) for each in found.fields],
    }


def _field(found: RemoteField) -> dict[str, Any]:
    return asdict(found)


def _json(found: Connection) -> dict[str, Any]:
    shown = {**asdict(found), "id": str(found.id), "version": found.revision, "secrets": list(found.secrets)}
    shown.pop("revision")
    return shown


def _answer(found: Connection) -> Any:
    return _json(found), etag(found.revision)


def _run(run: SyncRunRow) -> dict[str, Any]:
    language = reader_language()
    problems = [{**p, "message": text(p["code"], language, p["params"])} for p in run.problems]
    return {
        "id": str(run.id),
        "status": "running" if run.status == "stopping" else run.status,
        "started_at": instant_text(run.started_at),
        "ended_at": instant_text(run.ended_at) if run.ended_at else None,
        "counts": run.counts,
        "problems": problems,
    }
