"""API tokens: only hashes of their secrets are kept. Instants are real time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, or_, select, update

from ruleloom.storage.tables.people import api_tokens as table


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token."""

    id: int
    account: int
    name: str
    created_at: int
    last_used_at: int | None


_SHOWN = (table.c.id, table.c.account, table.c.name, table.c.created_at, table.c.last_used_at)


def add(connection: Connection, token: TokenRow, token_hash: str) -> None:
    """Keeps a token."""
    connection.execute(
        insert(table).values(
            id=token.id, account=token.account, name=token.name, token_hash=token_hash, created_at=token.created_at
        )
    )


def of_account(connection: Connection, account: int) -> Sequence[TokenRow]:
    """Tokens in force of an account, oldest first."""
    asked = select(*_SHOWN).where(table.c.account == account, table.c.revoked_at.is_(None)).order_by(table.c.id)
    return [TokenRow(*row) for row in connection.execute(asked)]


def find(connection: Connection, token_hash: str, now: int) -> TokenRow | None:
    """The token in force with this hash."""
    alive = or_(table.c.expires_at.is_(None), table.c.expires_at > now)
    asked = select(*_SHOWN).where(table.c.token_hash == token_hash, table.c.revoked_at.is_(None), alive)
    found = connection.execute(asked).first()
    return TokenRow(*found) if found else None


def used(connection: Connection, token: int, at: int) -> None:
    """Notes when a token was last used."""
    connection.execute(update(table).where(table.c.id == token).values(last_used_at=at))


def revoke(connection: Connection, account: int, token: int, at: int) -> bool:
    """Revokes a token of an account; False when it has no such token in force."""
    mine = (table.c.id == token) & (table.c.account == account) & table.c.revoked_at.is_(None)
    return connection.execute(update(table).where(mine).values(revoked_at=at)).rowcount == 1
