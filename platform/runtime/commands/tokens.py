"""API tokens: a program acts as the person who made its token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleloom.access import Actor
from ruleloom.runtime.commands.accounts import actor_of, own_account
from ruleloom.runtime.missing import Missing, id_of
from ruleloom.runtime.people.secrets_of import fingerprint, new_secret
from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.time.moments import instant_text
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage.people import accounts as account_rows
from ruleloom.storage.people import api_tokens as rows

_PREFIX = "rl_"
"""So that people and secret scanners know what they see."""
_NOTE_EVERY = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token as listed."""

    id: str
    name: str
    created_at: str
    last_used_at: str | None


@dataclass(frozen=True, slots=True)
class Made(Token):
    """A token just made, with its secret."""

    secret: str


def own(workspace: Workspace, actor: Actor) -> Sequence[Token]:
    """The actor's tokens in force, oldest first."""
    with workspace.database.read() as connection:
        return [Token(*_shown(row)) for row in rows.of_account(connection, own_account(actor))]


def create(workspace: Workspace, actor: Actor, name: str) -> Made:
    """Makes a token for the actor."""
    secret = _PREFIX + new_secret()
    row = rows.TokenRow(workspace.ids.next(), own_account(actor), name, machine_now(), None)
    with workspace.database.write() as connection:
        rows.add(connection, row, fingerprint(secret))
    return Made(*_shown(row), secret)


def revoke(workspace: Workspace, actor: Actor, token: str) -> None:
    """Revokes one of the actor's own tokens; `Missing` (404) for any other."""
    with workspace.database.write() as connection:
        if not rows.revoke(connection, own_account(actor), id_of(token), machine_now()):
            raise Missing.of("not-found")


def actor_of_token(workspace: Workspace, secret: str) -> Actor | None:
    """Whom a token speaks for; None for a token that is unknown, revoked, or of an account that is switched off."""
    now = machine_now()
    with workspace.database.read() as connection:
        token = rows.find(connection, fingerprint(secret), now)
        account = account_rows.by_user(connection, token.account) if token else None
    if token is None or account is None or not account.active:
        return None
    if now - (token.last_used_at or 0) > _NOTE_EVERY:
        with workspace.database.write() as connection:
            rows.used(connection, token.id, now)
    return actor_of(account)


def _shown(row: rows.TokenRow) -> tuple[str, str, str, str | None]:
    used = row.last_used_at
    return str(row.id), row.name, instant_text(row.created_at), None if used is None else instant_text(used)
