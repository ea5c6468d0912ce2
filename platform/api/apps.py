"""`/apps`: template apps that ship with Ruleloom, and installing one."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.shared import LabelsSchema
from ruleloom.installer import catalogue, find_app, install, read_app

resource = Resource("apps", "Template apps that ship with Ruleloom.")


class ContainsSchema(Schema):
    """How many of each kind an app brings."""

    entities = fields.Integer(required=True)
    views = fields.Integer(required=True)
    forms = fields.Integer(required=True)
    pipelines = fields.Integer(required=True)
    rules = fields.Integer(required=True)


class AppSchema(Schema):
    """A template app; `installed_version` is null until it is installed."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    labels = fields.Nested(LabelsSchema, required=True)
    description = fields.Nested(LabelsSchema, required=True)
    contains = fields.Nested(ContainsSchema, required=True)
    installed_version = fields.String(required=True, allow_none=True)
    home = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class AppsSchema(Schema):
    """All shipped apps by name."""

    items = fields.List(fields.Nested(AppSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class InstallSchema(Schema):
    """Whether sample records come with it."""

    sample = fields.Boolean(load_default=True)


class InstalledSchema(Schema):
    """What came: definitions by kind, sample records by entity."""

    app = fields.String(required=True)
    version = fields.String(required=True)
    definitions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    records = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


@resource.get("/apps", answer=AppsSchema)
def read() -> dict[str, Any]:
    """Shipped apps"""
    return {"items": catalogue.shown(workspace(), current_actor()), "next": None}


@resource.post("/apps/<name>/install", body=InstallSchema, answer=InstalledSchema, status=201)
def install_app(given: dict[str, Any], name: str) -> Any:
    """Install an app, all or nothing"""
    return install(workspace(), read_app(find_app(name, shipped_only=True)), current_actor(), sample=given["sample"])
