"""What is wrong with a write, without writing it: for input that could not all be read, and for previews."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ruleloom.engine.intents import Single
from ruleloom.runtime.pipeline.ports import Cause
from ruleloom.runtime.writing.requirements import Wrong

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


def examine(uow: UnitOfWork, write: Single, unread: Collection[str] = ()) -> Wrong:
    """Everything that fields, forms and gates would refuse of a write; nothing of it stays.

    `unread` names fields whose value could not be read: they are not in the write, and what reads them is not judged.
    Raises `StaleVersion` or `RecordsGone` when the record itself is not as its writer saw it.
    """
    nested = uow.connection.begin_nested()
    try:
        return uow.desk.examine(write, uow.now, Cause(uow.user, origin=uow.origin), unread)[1]
    finally:
        nested.rollback()
