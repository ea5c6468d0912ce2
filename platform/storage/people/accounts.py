"""Accounts: who may sign in with which roles. Instants are real time, never a demo's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from ruleloom.storage.tables.people import accounts


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account; `user` is the id of the person's record, `email` is folded."""

    user: int
    email: str
    password_hash: str | None
    roles: tuple[str, ...]
    language: str | None
    active: bool
    failed_attempts: int
    locked_until: int | None


_COLUMNS = tuple(accounts.c[name] for name in AccountRow.__slots__)
_ROWS = select(*_COLUMNS)
_BY_USER = _ROWS.where(accounts.c.user == bindparam("of"))
_BY_EMAIL = _ROWS.where(accounts.c.email == bindparam("of"))


def _row(found: Row[Any]) -> AccountRow:
    user, email, password_hash, roles, *others = tuple(found)
    return AccountRow(user, email, password_hash, tuple(roles), *others)


def by_user(connection: Connection, user: int) -> AccountRow | None:
    """The account of a person's record."""
    return _only(connection.execute(_BY_USER, {"of": user}).first())


def by_email(connection: Connection, email: str) -> AccountRow | None:
    """The account that signs in with a folded address."""
    return _only(connection.execute(_BY_EMAIL, {"of": email}).first())


def _only(found: Row[Any] | None) -> AccountRow | None:
    return None if found is None else _row(found)


def every(connection: Connection) -> Sequence[AccountRow]:
    """All accounts in order of creation."""
    return [_row(found) for found in connection.execute(_ROWS.order_by(accounts.c.user))]


def any_active(connection: Connection) -> bool:
    """Whether anybody can sign in."""
    return connection.execute(select(accounts.c.user).where(accounts.c.active).limit(1)).first() is not None


def add(connection: Connection, account: AccountRow, at: int) -> None:
    """Adds an account."""
    connection.execute(
        insert(accounts).values(
            user=account.user,
            email=account.email,
            password_hash=account.password_hash,
            roles=list(account.roles),
            language=account.language,
            active=account.active,
            created_at=at,
        )
    )


def change(connection: Connection, user: int, **values: Any) -> None:
    """Changes columns of an account."""
    if values:
        connection.execute(update(accounts).where(accounts.c.user == user).values(**values))
