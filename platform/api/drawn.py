"""The verbs that all drawn things share: views, forms, pipelines, rules are drafted, published and restored alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response
from marshmallow import Schema, fields, validate

from ruleloom.api.door.conditional import etag, expected_version
from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.shapes.drawn import content_json, drawn_json, findings_json
from ruleloom.api.shapes.shared import BothSchema, LabelsSchema
from ruleloom.api.shapes.wire import instant_text
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.rules.publishing import CAP
from ruleloom.runtime.showing import reading
from ruleloom.storage.schema.definitions import Definition, DefinitionVersion

STATUSES = ("draft", "published", "paused", "stopped")


class VersionSchema(Schema):
    """One published version of a drawn thing."""

    version = fields.Integer(required=True)
    published_at = fields.String(required=True)
    published_by = fields.String(required=True, allow_none=True)
    published_by_name = fields.String(required=True, allow_none=True)
    content = fields.Raw(required=True)


class VersionsSchema(Schema):
    """All published versions, newest first."""

    items = fields.List(fields.Nested(VersionSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class RestoreSchema(Schema):
    """Which version to bring back."""

    version = fields.Integer(required=True)


class DrawnQuery(Schema):
    """Only those of one entity."""

    entity = fields.String()


class PublishSchema(Schema):
    """How to publish; `also_existing`: a rule also fires for the records that match now, at first at most `cap`."""

    also_existing = fields.Boolean(load_default=False)
    cap = fields.Integer(load_default=CAP, allow_none=True, validate=validate.Range(0, 1_000_000))


class FindingSchema(Schema):
    """Something worth knowing about a rule that was published: it can never be true, it works against another one, …"""

    code = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(("warning", "hint")))
    message = fields.Nested(BothSchema, required=True)


def drawn(kind: str, name: str, about: str, content: type[Schema], shown: type[Schema]) -> Resource:
    """The resource `/name` of a kind of drawn thing; `content` as it is sent, `shown` as it is answered."""
    resource = Resource(name, about)
    one, page, new, changed = _schemas(kind, content, shown)
    path = f"/{name}"

    @resource.get(path, query=DrawnQuery, answer=page)
    def read(query: dict[str, Any]) -> dict[str, Any]:
        """All that the signed-in person may see"""
        found = definitions.everything(workspace(), current_actor(), kind, query.get("entity"))
        return {"items": [drawn_json(workspace().model, each) for each in found], "next": None}

    @resource.post(path, body=new, answer=one, status=201)
    def create(given: dict[str, Any]) -> tuple[Any, dict[str, str]]:
        """Draw a new one, as a draft"""
        return _answer(definitions.create(workspace(), current_actor(), kind, **given))

    @resource.get(f"{path}/<drawn_id>", answer=one)
    def read_one(drawn_id: str) -> tuple[Any, dict[str, str]]:
        """One, with its draft"""
        return _answer(definitions.read(workspace(), current_actor(), kind, drawn_id))

    @resource.put(f"{path}/<drawn_id>", body=changed, answer=one)
    def change(given: dict[str, Any], drawn_id: str) -> tuple[Any, dict[str, str]]:
        """A new draft (If-Match)"""
        version = expected_version()
        return _answer(definitions.change(workspace(), current_actor(), kind, drawn_id, version, **given))

    @resource.post(f"{path}/<drawn_id>/publish", body=PublishSchema, answer=one)
    def publish(given: dict[str, Any], drawn_id: str) -> tuple[Any, dict[str, str]]:
        """Publish the draft; a rule answers with warnings about itself and those in force"""
        found = definitions.publish(workspace(), current_actor(), kind, drawn_id, **given)
        answer, headers = _answer(found)
        return {**answer, "warnings": findings_json(workspace().refreshed(), found)}, headers

    @resource.get(f"{path}/<drawn_id>/versions", answer=VersionsSchema)
    def versions(drawn_id: str) -> dict[str, Any]:
        """Published versions, newest first"""
        one = definitions.read(workspace(), current_actor(), kind, drawn_id)
        found = definitions.versions(workspace(), current_actor(), kind, drawn_id)
        names = reading.names_of(workspace(), {each.author for each in found if each.author is not None})
        return {"items": [_version(one, each, names) for each in found], "next": None}

    @resource.post(f"{path}/<drawn_id>/restore", body=RestoreSchema, answer=one)
    def restore(given: dict[str, Any], drawn_id: str) -> tuple[Any, dict[str, str]]:
        """Publish an earlier version again"""
        return _answer(definitions.restore(workspace(), current_actor(), kind, drawn_id, given["version"]))

    @resource.delete(f"{path}/<drawn_id>", status=204)
    def delete(drawn_id: str) -> Response:
        """Delete, unless something uses it"""
        definitions.delete(workspace(), current_actor(), kind, drawn_id)
        return make_response("", 204)

    def _answer(found: Definition) -> tuple[Any, dict[str, str]]:
        return drawn_json(workspace().refreshed().model, found), etag(found.revision)

    return resource


def _version(drawn: Definition, found: DefinitionVersion, names: Mapping[int, str]) -> dict[str, Any]:
    author = None if found.author is None else str(found.author)
    return {
        "version": found.version,
        "published_at": instant_text(found.at),
        "published_by": author,
        "published_by_name": None if found.author is None else names.get(found.author),
        "content": content_json(workspace().model, drawn, found.content),
    }


def _schemas(kind: str, content: type[Schema], shown: type[Schema]) -> tuple[Any, ...]:
    """The schemas of one kind: answered, page of them, new, changed."""
    title = kind.capitalize()
    common = {
        "name": fields.String(validate=validate.Length(1, 200)),
        "labels": fields.Nested(LabelsSchema),
        "shared": fields.Boolean(),
    }
    changed = Schema.from_dict(
        {**common, "content": fields.Nested(content)},
        name=f"{title}Change",
    )
    new = Schema.from_dict(
        {**common, "entity": fields.String(), "key": fields.String(), "content": fields.Nested(content, required=True)},
        name=f"New{title}",
    )
    one = Schema.from_dict(
        {
            "id": fields.String(required=True),
            "key": fields.String(required=True),
            "kind": fields.String(required=True),
            "name": fields.String(required=True),
            "labels": fields.Nested(LabelsSchema, required=True),
            "entity": fields.String(required=True, allow_none=True),
            "content": fields.Nested(shown, required=True, allow_none=True),
            "draft": fields.Nested(shown, required=True, allow_none=True),
            "published_version": fields.Integer(required=True, allow_none=True),
            "status": fields.String(required=True, validate=validate.OneOf(STATUSES)),
            "version": fields.Integer(required=True),
            "updated_at": fields.String(required=True),
            "updated_by": fields.String(required=True, allow_none=True),
            "shared": fields.Boolean(required=True),
            "warnings": fields.List(fields.Nested(FindingSchema)),
        },
        name=title,
    )
    page = Schema.from_dict(
        {
            "items": fields.List(fields.Nested(one), required=True),
            "next": fields.String(required=True, allow_none=True),
        },
        name=f"{title}Page",
    )
    return one, page, new, changed
