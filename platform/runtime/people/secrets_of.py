"""Everything random or secret: session ids, tokens, password hashes. The only place that calls for randomness."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_TOKEN_BYTES = 32


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def fingerprint(secret: str) -> str:
    """What is stored of a random secret: its SHA-256, so that a stolen database opens no door."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """The argon2id hash of a password with its own salt."""
    return _HASHER.hash(password)


def password_fits(password: str, hashed: str | None) -> bool:
    """Whether a password belongs to a hash; without a hash the same work is done and the answer is no."""
    try:
        _HASHER.verify(hashed or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def same(one: str, other: str) -> bool:
    """Compares two secrets in constant time."""
    return secrets.compare_digest(one.encode(), other.encode())


_NOBODY: list[str] = []


def _nobody() -> str:
    """A hash nobody's password fits, made once, so that unknown addresses cost as long as known ones."""
    if not _NOBODY:
        _NOBODY.append(hash_password(new_secret()))
    return _NOBODY[0]


def error_id() -> str:
    """A short id by which a failure of ours is found in the log."""
    return secrets.token_hex(6)
