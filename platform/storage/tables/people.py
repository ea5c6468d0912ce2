"""System tables of who may come in: accounts, sessions, one-time and API tokens, idempotency keys, files."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from ruleloom.storage.schema.columns import SYSTEM, BigId, JsonText, PlainText

accounts = Table(
    "accounts",
    SYSTEM,
    Column("user", BigId, primary_key=True, autoincrement=False, comment="id of the record of entity user"),
    Column("email", PlainText, nullable=False, unique=True, comment="folded: what signs in"),
    Column("password_hash", Text, comment="argon2; empty: cannot sign in with a password"),
    Column("roles", JsonText, nullable=False),
    Column("language", PlainText),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("failed_attempts", Integer, nullable=False, server_default=text("0")),
    Column("locked_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    SYSTEM,
    Column("token_hash", PlainText, primary_key=True),
    Column("account", BigInteger, ForeignKey("accounts.user"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

one_time_tokens = Table(
    "one_time_tokens",
    SYSTEM,
    Column("token_hash", PlainText, primary_key=True),
    Column("account", BigInteger, ForeignKey("accounts.user"), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

api_tokens = Table(
    "api_tokens",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account", BigInteger, ForeignKey("accounts.user"), nullable=False, index=True),
    Column("name", PlainText, nullable=False),
    Column("token_hash", PlainText, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

idempotency_keys = Table(
    "idempotency_keys",
    SYSTEM,
    Column("key", PlainText, primary_key=True),
    Column("actor", BigInteger, primary_key=True, autoincrement=False),
    Column("request_hash", Text, nullable=False),
    Column("answer", JsonText, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)

files = Table(
    "files",
    SYSTEM,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("sha256", PlainText, nullable=False, index=True),
    Column("name", PlainText, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("type", PlainText, nullable=False, comment="media type"),
    Column("uploaded_at", BigInteger, nullable=False),
    Column("uploaded_by", BigInteger),
    Index("i_files_uploaded", "uploaded_at"),
)
