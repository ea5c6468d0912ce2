"""`/tokens`: the signed-in person's own API tokens."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response
from marshmallow import Schema, fields, validate

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.runtime.commands import tokens

resource = Resource("tokens", "API tokens of the signed-in person.")


class TokenSchema(Schema):
    """A token as listed: never its secret."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    created_at = fields.String(required=True)
    last_used_at = fields.String(required=True, allow_none=True)


class MadeTokenSchema(TokenSchema):
    """A token just made; the secret is shown this once."""

    secret = fields.String(required=True)


class TokensSchema(Schema):
    """Own tokens, oldest first."""

    items = fields.List(fields.Nested(TokenSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class NewTokenSchema(Schema):
    """What the token is for."""

    name = fields.String(required=True, validate=validate.Length(1, 200))


@resource.get("/tokens", answer=TokensSchema)
def read() -> dict[str, Any]:
    """Own tokens"""
    return {"items": tokens.own(workspace(), current_actor()), "next": None}


@resource.post("/tokens", body=NewTokenSchema, answer=MadeTokenSchema, status=201)
def create(given: dict[str, Any]) -> tokens.Made:
    """Make a token; its secret is in this answer only"""
    return tokens.create(workspace(), current_actor(), given["name"])


@resource.delete("/tokens/<token>", status=204)
def revoke(token: str) -> Response:
    """Revoke a token"""
    tokens.revoke(workspace(), current_actor(), token)
    return make_response("", 204)
