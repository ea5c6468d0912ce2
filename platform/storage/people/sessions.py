"""Browser sessions and one-time sign-ins: only hashes of their secrets are kept. Instants are real time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from ruleloom.storage.tables.people import accounts as account_table
from ruleloom.storage.tables.people import one_time_tokens, sessions


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session."""

    token_hash: str
    account: int
    csrf: str
    created_at: int
    last_seen_at: int
    expires_at: int


class Living(NamedTuple):
    """A session that has not ended, with what is needed of its account at every request."""

    account: int
    csrf: str
    created_at: int
    last_seen_at: int
    active: bool
    roles: Sequence[str]
    language: str | None
    email: str


_S, _A = sessions.c, account_table.c
_COLUMNS = (_S.account, _S.csrf, _S.created_at, _S.last_seen_at, _A.active, _A.roles, _A.language, _A.email)
_ALIVE = (_S.token_hash == bindparam("token_hash")) & (_S.expires_at > bindparam("now"))
_LIVING = select(*_COLUMNS).join_from(sessions, account_table, _A.user == _S.account).where(_ALIVE)


def add(connection: Connection, session: SessionRow) -> None:
    """Opens a session, and sweeps out those that have ended."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= session.created_at))
    connection.execute(
        insert(sessions).values(
            token_hash=session.token_hash,
            account=session.account,
            csrf=session.csrf,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
        )
    )


def find(connection: Connection, token_hash: str, now: int) -> Living | None:
    """A session that has not ended, with its account; asked at every request, so that both can be ended at once."""
    found = connection.execute(_LIVING, {"token_hash": token_hash, "now": now}).first()
    return None if found is None else Living(*found)


def seen(connection: Connection, token_hash: str, at: int, expires_at: int) -> None:
    """Moves the end of a session that is in use."""
    connection.execute(
        update(sessions).where(sessions.c.token_hash == token_hash).values(last_seen_at=at, expires_at=expires_at)
    )


def end(connection: Connection, token_hash: str) -> None:
    """Ends one session."""
    connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def end_all(connection: Connection, account: int, but: str | None = None) -> None:
    """Ends the sessions of an account, but one."""
    ended = delete(sessions).where(sessions.c.account == account)
    connection.execute(ended if but is None else ended.where(sessions.c.token_hash != but))


def add_one_time(connection: Connection, token_hash: str, account: int, now: int, expires_at: int) -> None:
    """Keeps a one-time sign-in; used and expired ones are swept out."""
    old = or_(one_time_tokens.c.used_at.is_not(None), one_time_tokens.c.expires_at <= now)
    connection.execute(delete(one_time_tokens).where(old))
    connection.execute(insert(one_time_tokens).values(token_hash=token_hash, account=account, expires_at=expires_at))


def drop_one_time(connection: Connection, account: int) -> None:
    """Takes back the one-time sign-ins of an account."""
    connection.execute(delete(one_time_tokens).where(one_time_tokens.c.account == account))


def use_one_time(connection: Connection, token_hash: str, now: int) -> int | None:
    """Uses a one-time sign-in up and gives its account; of two at the same time one gets it. None: used or expired."""
    t = one_time_tokens
    usable = (t.c.token_hash == token_hash) & t.c.used_at.is_(None) & (t.c.expires_at > now)
    if connection.execute(update(t).where(usable).values(used_at=now)).rowcount != 1:
        return None
    account: int = connection.execute(select(t.c.account).where(t.c.token_hash == token_hash)).scalar_one()
    return account
