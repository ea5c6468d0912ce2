"""Addresses as they sign in: one spelling for one person."""

from __future__ import annotations

import re
import unicodedata

from ruleloom.messages import Diagnostic, RuleloomError

_SHAPE = re.compile(r"[^\s@]+@[^\s@]+\.?[^\s@]+")


class WrongEmail(RuleloomError):
    """Not an address."""


def folded_email(email: str) -> str:
    """The address without spaces around it, in one case."""
    return unicodedata.normalize("NFC", email).strip().casefold()


def require_email(email: str) -> str:
    """The folded address; `WrongEmail` when it is none."""
    folded = folded_email(email)
    if len(folded) > 320 or not _SHAPE.fullmatch(folded):
        raise WrongEmail(Diagnostic("email-wrong", params={"email": email}, target="email"))
    return folded
