"""Keeps secrets out of logs, errors and reports."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "•••"
_SHORTEST = 4


class Redactor:
    """Replaces the values of secrets, as they are and as they stand in a URL, wherever they appear in a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self.add(*secrets)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets)} texts>"

    def add(self, *secrets: str) -> None:
        """Learns more secrets (session ids, tokens); very short ones would blot out ordinary text and stay."""
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                self._secrets |= {secret, quote(secret, safe=""), quote_plus(secret)}

    def __call__(self, text: str) -> str:
        """The text with every known secret masked."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text
