"""Signing in and out: sessions live on the server and run on real time, also where a demo's clock is ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import structlog

from ruleloom import access
from ruleloom.access import Actor, RoleName, Verb
from ruleloom.forms.entity import USER
from ruleloom.messages import Diagnostic, RuleloomError, text
from ruleloom.runtime.commands.accounts import Account, account_row, shown
from ruleloom.runtime.missing import Conflict, id_of
from ruleloom.runtime.people.emails import folded_email
from ruleloom.runtime.people.secrets_of import fingerprint, new_secret, password_fits
from ruleloom.runtime.people.throttle import Throttle
from ruleloom.runtime.time.clock import machine_now
from ruleloom.runtime.workspace import Workspace
from ruleloom.storage import counter
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import notices
from ruleloom.storage.people import accounts as account_rows
from ruleloom.storage.people import sessions as rows
from ruleloom.storage.people.accounts import AccountRow

log = structlog.get_logger()
SECOND = 1_000_000
LIFETIME_SECONDS = 30 * 24 * 3600
"""No session lives longer, however much it is used."""
_IDLE = 7 * 24 * 3600 * SECOND
_TOUCH_EVERY = 5 * 60 * SECOND
_ONE_TIME = 15 * 60 * SECOND
_LINK = 24 * 3600 * SECOND
"""A link is sent to somebody, who may read it tomorrow morning."""
ATTEMPTS, LOCKED = 5, 15 * 60 * SECOND
"""After so many wrong passwords in a row an account takes none for so long; one-time tokens still work."""
_by_address = Throttle(attempts=50, span=15 * 60 * SECOND)


class SignInRefused(RuleloomError):
    """Wrong address, password or token; it is not said which."""

    status = 401


class TooManyAttempts(RuleloomError):
    """Too many wrong passwords; `headers` says when to try again."""

    status = 429

    def __init__(self, *diagnostics: object, seconds: int = LOCKED // SECOND) -> None:
        super().__init__(*diagnostics)  # type: ignore[arg-type]
        self.headers = {"Retry-After": str(seconds)}


@dataclass(frozen=True, slots=True)
class Session:
    """A session found by its secret."""

    actor: Actor
    csrf: str
    token_hash: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened; the secret goes into the cookie and is kept nowhere."""

    account: Account
    secret: str
    csrf: str


def sign_in(workspace: Workspace, email: str, password: str, address: str) -> Opened:
    """Opens a session; `SignInRefused` (401) or, after too many failures, `TooManyAttempts` (429)."""
    now = machine_now()
    if not _by_address.allows(address, now):
        raise TooManyAttempts.of("too-many-attempts", minutes=LOCKED // SECOND // 60)
    with workspace.database.read() as connection:
        account = account_rows.by_email(connection, folded_email(email))
    if account and account.locked_until and account.locked_until > now:
        raise TooManyAttempts.of("too-many-attempts", minutes=(account.locked_until - now) // SECOND // 60 + 1)
    if not password_fits(password, account.password_hash if account else None) or account is None or not account.active:
        _failed(workspace, account, address, now)
        raise SignInRefused.of("sign-in-refused")
    return _open(workspace, account, now)


def sign_in_with_token(workspace: Workspace, token: str, address: str) -> Opened:
    """Opens a session by a one-time token, which is used up by it."""
    now = machine_now()
    if not _by_address.allows(address, now):
        raise TooManyAttempts.of("too-many-attempts", minutes=LOCKED // SECOND // 60)
    with workspace.database.write() as connection:
        user = rows.use_one_time(connection, fingerprint(token), now)
        account = account_rows.by_user(connection, user) if user is not None else None
    if account is None or not account.active:
        _by_address.failed(address, now)
        raise SignInRefused.of("one-time-refused")
    return _open(workspace, account, now)


def one_time_token(workspace: Workspace, user: int) -> str:
    """A token that signs one person in once within 15 minutes: for the command line, which has the machine already."""
    token, now = new_secret(), machine_now()
    with workspace.database.write() as connection:
        rows.add_one_time(connection, fingerprint(token), user, now, now + _ONE_TIME)
    return token


@dataclass(frozen=True, slots=True)
class Link:
    """A sign-in that an administrator hands to a person: the path at the server's address, and when it ends (µs)."""

    path: str
    expires_at: int


def sign_in_link(workspace: Workspace, actor: Actor, user: str) -> Link:
    """A link that signs a person in once within a day; an older one of the same person opens nothing any more."""
    access.require(actor, Verb.ADMINISTER)
    row = account_row(workspace, id_of(user))
    if not row.active:
        raise Conflict(Diagnostic("person-inactive", params={"email": row.email}))
    token, now = new_secret(), machine_now()
    with workspace.database.write() as connection:
        rows.drop_one_time(connection, row.user)
        rows.add_one_time(connection, fingerprint(token), row.user, now, now + _LINK)
        _tell(workspace, connection, actor, row)
    log.info("sign-in link made", user=row.user, by=actor.user)
    return Link(f"/sign-in?token={token}", now + _LINK)


def _tell(workspace: Workspace, connection: Connection, actor: Actor, made_for: AccountRow) -> None:
    """A link lets its holder act in somebody's name: that person and all administrators read who made it."""
    every = {row.user: row for row in account_rows.every(connection) if row.active}
    told = [row for row in every.values() if row.user == made_for.user or RoleName.ADMINISTRATOR in row.roles]
    maker = every.get(cast("int", actor.user))
    by, name = shown(workspace, maker).name if maker is not None else actor.name, shown(workspace, made_for).name
    at, ids = workspace.now(connection), workspace.ids
    rows_ = [
        notices.NoticeRow(ids.next(), row.user, at, _said(row, by, name), None, USER, made_for.user) for row in told
    ]
    notices.add(connection, rows_)
    counter.bump(connection)


def _said(to: AccountRow, by: str, name: str) -> str:
    return text("sign-in-link-made", "zh" if to.language == "zh" else "en", {"by": by, "name": name})


def anybody(workspace: Workspace) -> bool:
    """Whether anybody can sign in yet: an empty workspace tells its first visitor what to do instead."""
    with workspace.database.read() as connection:
        return account_rows.any_active(connection)


def met(workspace: Workspace, secret: str) -> Session | None:
    """The session of a secret as this process met it lately, else the living one.

    As whom it acts is a claim: `Workspace.transact` confirms it in the transaction of what is done in its name.
    """
    token_hash = fingerprint(secret)
    known = workspace.sessions.get(token_hash)
    if known is None or machine_now() - known.living.last_seen_at > _TOUCH_EVERY:
        return find(workspace, secret)
    return Session(known.claim, known.living.csrf, token_hash)


def find(workspace: Workspace, secret: str) -> Session | None:
    """The living session of a secret; using it moves its end."""
    now, token_hash = machine_now(), fingerprint(secret)
    with workspace.database.glance() as connection:
        session = rows.find(connection, token_hash, now)
    if session is None or not session.active:
        workspace.sessions.forget(token_hash)
        return None
    if now - session.last_seen_at > _TOUCH_EVERY:
        with workspace.database.write() as connection:
            rows.seen(connection, token_hash, now, min(now + _IDLE, session.created_at + LIFETIME_SECONDS * SECOND))
    return Session(workspace.sessions.meet(token_hash, session).actor, session.csrf, token_hash)


def sign_out(workspace: Workspace, secret: str) -> None:
    """Ends a session."""
    with workspace.database.write() as connection:
        rows.end(connection, fingerprint(secret))


def _open(workspace: Workspace, account: AccountRow, now: int) -> Opened:
    """A new secret at every sign-in, so that nobody can plant one beforehand."""
    secret, csrf = new_secret(), new_secret()
    with workspace.database.write() as connection:
        rows.add(connection, rows.SessionRow(fingerprint(secret), account.user, csrf, now, now, now + _IDLE))
        account_rows.change(connection, account.user, failed_attempts=0, locked_until=None)
    return Opened(shown(workspace, account), secret, csrf)


def _failed(workspace: Workspace, account: AccountRow | None, address: str, now: int) -> None:
    _by_address.failed(address, now)
    if account is None:
        return
    failures = account.failed_attempts + 1
    locked = now + LOCKED if failures >= ATTEMPTS else None
    with workspace.database.write() as connection:
        account_rows.change(connection, account.user, failed_attempts=0 if locked else failures, locked_until=locked)
