"""What can go wrong with a write because of the state of the database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Self

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.storage.schema.catalogue import EntityTable

_SQLITE = re.compile(r"UNIQUE constraint failed: \w+\.(\w+)")


class _Conflict(RuleloomError):
    status = 409
    code = ""

    @classmethod
    def naming(cls, records: Iterable[int]) -> Self:
        """The error with one diagnostic per record; `target` is its id."""
        return cls(*(Diagnostic(cls.code, params={"record": str(r)}, target=str(r)) for r in records))


class StaleVersion(_Conflict):
    """A record was changed since its writer looked at it."""

    status = 412
    code = "stale-version"


class RecordsGone(_Conflict):
    """A record does not exist, or is deleted."""

    status = 404
    code = "record-gone"


class DeleteRefused(_Conflict):
    """Records that may not lose their reference hold the record; `target` is the reference field's id."""


class NotUnique(_Conflict):
    """Another live record has the value of a unique field; `target` is the field's key."""


class translated:  # noqa: N801 - used like a function
    """Turns the database's complaint about a unique index into `NotUnique`.

    On PostgreSQL the transaction is then lost up to the last savepoint, as after every failed statement.
    """

    __slots__ = ("_connection", "_table")

    def __init__(self, connection: Connection, entity_table: EntityTable) -> None:
        self._connection, self._table = connection, entity_table

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        key = _field_of(error, self._connection, self._table) if isinstance(error, IntegrityError) else None
        if key is None:
            return
        field = self._table.entity.by_key[key]
        labels = dict(field.labels) or {"en": field.name, "zh": field.name}
        raise NotUnique(Diagnostic("value-taken", params={"field": labels}, target=key)) from error


def _field_of(error: IntegrityError, connection: Connection, entity_table: EntityTable) -> str | None:
    if connection.dialect.name == "sqlite":
        found = _SQLITE.search(str(error.orig))
        return found.group(1) if found and found.group(1) in entity_table.entity.by_key else None
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return entity_table.unique_index_keys.get(name) if name else None
