"""`/session`: who am I, sign in, sign out."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, request
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from ruleloom.api.door.here import workspace
from ruleloom.api.door.resource import Resource
from ruleloom.api.door.signed_in import COOKIE, current_actor, drop_cookie, session_of_request, set_cookie
from ruleloom.api.shapes.shared import LANGUAGES
from ruleloom.api.shapes.wire import instant_text
from ruleloom.runtime.commands import accounts, sessions

resource = Resource("session", "Who is signed in.")


class UserSchema(Schema):
    """A person who can sign in."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    language = fields.String(required=True)
    active = fields.Boolean(required=True)


class WorkspaceSchema(Schema):
    """The workspace that is served."""

    name = fields.String(required=True)
    timezone = fields.String(required=True)
    demo = fields.Boolean(required=True)
    now = fields.String(required=True)


class SessionSchema(Schema):
    """Who is signed in, the token for the header X-CSRF-Token (null for API tokens), and the workspace."""

    user = fields.Nested(UserSchema, required=True)
    csrf = fields.String(required=True, allow_none=True)
    workspace = fields.Nested(WorkspaceSchema, required=True)


class DoorSchema(Schema):
    """What the sign-in page has to know before anybody is signed in; `people` is false until somebody can sign in."""

    people = fields.Boolean(required=True)


class SignInSchema(Schema):
    """Either an address and a password, or a one-time token."""

    email = fields.String(validate=validate.Length(max=320))
    password = fields.String(validate=validate.Length(max=1000))
    token = fields.String(validate=validate.Length(max=200))

    @validates_schema
    def _one_of_both(self, given: dict[str, Any], **_: Any) -> None:
        if "token" not in given and not {"email", "password"} <= given.keys():
            raise ValidationError("Missing data for required field.", "email" if "email" not in given else "password")


class OwnSettingsSchema(Schema):
    """What a person may change about the own account."""

    language = fields.String(validate=validate.OneOf(LANGUAGES))
    password = fields.String(validate=validate.Length(max=1000))
    current_password = fields.String(validate=validate.Length(max=1000))


@resource.get("/session", answer=SessionSchema)
def read() -> dict[str, Any]:
    """Who am I"""
    session = session_of_request()
    return _shown(accounts.read(workspace(), current_actor().user), session.csrf if session else None)


@resource.get("/sign-in", answer=DoorSchema, public=True)
def door() -> dict[str, bool]:
    """Whether anybody can sign in yet"""
    return {"people": sessions.anybody(workspace())}


@resource.post("/session", body=SignInSchema, answer=SessionSchema, public=True)
def sign_in(given: dict[str, Any]) -> Response:
    """Sign in; the answer sets the session cookie"""
    address = request.remote_addr or ""
    if "token" in given:
        opened = sessions.sign_in_with_token(workspace(), given["token"], address)
    else:
        opened = sessions.sign_in(workspace(), given["email"], given["password"], address)
    response = jsonify(SessionSchema().dump(_shown(opened.account, opened.csrf)))
    return set_cookie(response, opened.secret, sessions.LIFETIME_SECONDS)


@resource.patch("/session", body=OwnSettingsSchema, answer=SessionSchema)
def change(given: dict[str, Any]) -> dict[str, Any]:
    """Change the own language or password; a new password ends all other sessions of the account"""
    session = session_of_request()
    kept = session.token_hash if session else None
    account = accounts.change_own(workspace(), current_actor(), **given, session=kept)
    return _shown(account, session.csrf if session else None)


@resource.delete("/session", status=204)
def sign_out() -> Response:
    """Sign out"""
    sessions.sign_out(workspace(), request.cookies.get(COOKIE, ""))
    return drop_cookie(make_response("", 204))


def _shown(account: accounts.Account, csrf: str | None) -> dict[str, Any]:
    ours = workspace()
    shown = {
        "name": ours.name,
        "timezone": ours.refreshed().model.calendar.zone.key,
        "demo": ours.demo,
        "now": instant_text(ours.clock.now()),
    }
    return {"user": account, "csrf": csrf, "workspace": shown}
