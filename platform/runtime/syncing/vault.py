"""Secrets of connections, encrypted at rest with a key that lies in the workspace's folder (or the environment).

A copy of the database alone opens nothing. Losing the key means entering the secrets again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ruleloom.messages import RuleloomError

KEY_FILE = "secret.key"
KEY_VARIABLE = "RULELOOM_SECRET_KEY"
"""One key or several, separated by commas: the first encrypts, all decrypt (for changing the key)."""


class VaultError(RuleloomError):
    """The key does not fit the secrets, or is no key."""

    status = 500


class Vault:
    """Encrypts and decrypts the secrets of connections."""

    def __init__(self, folder: Path) -> None:
        given = os.environ.get(KEY_VARIABLE)
        keys = given.split(",") if given else [_kept_key(folder / KEY_FILE)]
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys])
        except ValueError as error:
            raise VaultError.of("vault-key-broken") from error

    def __repr__(self) -> str:
        return "<Vault>"

    def seal(self, secrets: Mapping[str, str]) -> str | None:
        """The encrypted text of secrets; None when there are none."""
        return self._fernet.encrypt(json.dumps(dict(secrets)).encode()).decode() if secrets else None

    def open(self, sealed: str | None) -> dict[str, str]:
        """The secrets of an encrypted text; VaultError when another key encrypted it."""
        if sealed is None:
            return {}
        try:
            found: dict[str, str] = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise VaultError.of("vault-key-does-not-fit") from error
        return found


def _kept_key(path: Path) -> str:
    """The key of the file; made, readable for its owner only, when there is none. Two processes agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    if path.exists():
        return path.read_text(encoding="ascii")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")
