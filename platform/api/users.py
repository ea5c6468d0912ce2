"""`/users`: people who can sign in, and their roles."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ruleloom.access import RoleName
from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import current_actor
from ruleloom.api.session import UserSchema
from ruleloom.api.shapes.shared import LANGUAGES
from ruleloom.api.shapes.wire import instant_text
from ruleloom.runtime.commands import accounts, sessions

resource = Resource("users", "People who can sign in, and their roles.")
_ROLES = [role.value for role in RoleName]


class UsersSchema(Schema):
    """All people, by name."""

    items = fields.List(fields.Nested(UserSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class _ChangeSchema(Schema):
    name = fields.String(validate=validate.Length(1, 200))
    email = fields.String(validate=validate.Length(3, 320))
    password = fields.String(validate=validate.Length(max=1000))
    roles = fields.List(fields.String(validate=validate.OneOf(_ROLES)), validate=validate.Length(1, 10))
    language = fields.String(validate=validate.OneOf(LANGUAGES))
    active = fields.Boolean()


class UserChangeSchema(_ChangeSchema):
    """What to change of a person; what is absent stays."""


class NewUserSchema(_ChangeSchema):
    """A new person; without a password only a one-time sign-in opens the account."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    email = fields.String(required=True, validate=validate.Length(3, 320))


class SignInLinkSchema(Schema):
    """A sign-in for one person, once: the path to open at the address of the server, and until when it works."""

    path = fields.String(required=True)
    expires_at = fields.String(required=True)


class HeldSchema(Schema):
    """So many records of an entity (by key) point to the person with one field."""

    entity = fields.String(required=True)
    field = fields.String(required=True)
    count = fields.Integer(required=True)


class OwnRuleSchema(Schema):
    """A rule that the person published last."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class MissedSchema(Schema):
    """What names a person; rules go on without their author, tokens end with the account."""

    records = fields.List(fields.Nested(HeldSchema), required=True)
    rules = fields.List(fields.Nested(OwnRuleSchema), required=True)
    tokens = fields.Integer(required=True)


@resource.get("/users", answer=UsersSchema)
def read() -> dict[str, Any]:
    """Everybody, by name"""
    return {"items": accounts.everybody(workspace(), current_actor()), "next": None}


@resource.post("/users", body=NewUserSchema, answer=UserSchema, status=201)
def create(given: dict[str, Any]) -> accounts.Account:
    """Add a person (administrators)"""
    return accounts.create(workspace(), current_actor(), **given)


@resource.patch("/users/<user>", body=UserChangeSchema, answer=UserSchema)
def change(given: dict[str, Any], user: str) -> accounts.Account:
    """Change a person's name, roles, password or whether the account is active (administrators)"""
    return accounts.change(workspace(), current_actor(), user, **given)


@resource.get("/users/<user>/uses", answer=MissedSchema)
def uses(user: str) -> dict[str, Any]:
    """What names a person (administrators): to be asked before the account is switched off"""
    found = accounts.missed(workspace(), current_actor(), user)
    held = [{"entity": each.entity.key, "field": each.field.key, "count": each.count} for each in found.records]
    return {
        "records": held,
        "rules": [{"id": rule, "name": name} for rule, name in found.rules],
        "tokens": found.tokens,
    }


@resource.post("/users/<user>/sign-in-link", answer=SignInLinkSchema, status=201)
def sign_in_link(user: str) -> dict[str, str]:
    """Make a link that signs a person in once within a day (administrators); it takes back an earlier one"""
    made = sessions.sign_in_link(workspace(), current_actor(), user)
    return {"path": made.path, "expires_at": instant_text(made.expires_at)}
