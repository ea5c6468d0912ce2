"""Accounts: who may sign in with which roles. Instants are real time, never a demo's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

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


def _rows() -> Select[Any]:
    c = accounts.c
    return select(c.user, c.email, c.password_hash, c.roles, c.language, c.active, c.failed_attempts, c.locked_until)


def _row(found: Row[Any]) -> AccountRow:
    values = found._asdict()
    return AccountRow(**{**values, "roles": tuple(values["roles"])})


def by_user(connection: Connection, user: int) -> AccountRow | None:
    """The account of a person's record."""
    found = connection.execute(_rows().where(accounts.c.user == user)).first()
    return _row(found) if found else None


def by_email(connection: Connection, email: str) -> AccountRow | None:
    """The account that signs in with a folded address."""
    found = connection.execute(_rows().where(accounts.c.email == email)).first()
    return _row(found) if found else None


def every(connection: Connection) -> Sequence[AccountRow]:
    """All accounts in order of creation."""
    return [_row(found) for found in connection.execute(_rows().order_by(accounts.c.user))]


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
