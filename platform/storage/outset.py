"""What every transaction that writes asks first, in one statement: some settings, and when anything is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from ruleloom.storage.facts.memory import EARLIEST
from ruleloom.storage.tables.system import settings


@dataclass(frozen=True, slots=True)
class Outset:
    """How things stand when a transaction begins."""

    settings: Mapping[str, Any]
    """Those of the settings asked for that are set."""
    earliest: int | None
    """The next instant at which anything is due (deadline, tick, wait, put off)."""


class Question:
    """The statement about these settings; made once."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)
        kept = (select(settings.c.value).where(settings.c.key == key).scalar_subquery() for key in keys)
        self._statement: Select[Any] = select(*kept, *EARLIEST.selected_columns)

    def ask(self, connection: Connection) -> Outset:
        """The answer of now."""
        found = connection.execute(self._statement).one()
        many = len(self._keys)
        kept = {key: value for key, value in zip(self._keys, found[:many], strict=True) if value is not None}
        return Outset(kept, min((instant for instant in found[many:] if instant is not None), default=None))
