"""Many due instants in a few statements, with the outcome of a savepoint for each firing.

The road of one change runs instant by instant, as ever, over a desk that reads ahead and collects what it is to write;
whoever asks the tables for what is not read yet makes it write first. What one firing of calm rules (`batches.py`) has
to say and the database refuses is found by halves, and fails alone. When the database refuses anything else, or
something happens that is not collected, the batch is taken back and goes the ordinary way in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruleloom.runtime.pipeline.driver import Pipeline
from ruleloom.runtime.writing.batches import Batch, next_batch
from ruleloom.runtime.writing.collecting_desk import CollectingDesk, Restless
from ruleloom.storage.database import refusal
from ruleloom.storage.records.held import HeldRecords, Journal

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork


def settle(uow: UnitOfWork, most: int) -> tuple[int, int] | None:
    """Settles together what is due first, up to about so many instants or firings.

    How many instants, and the last one. None: there is nothing to settle in this way, which does not mean that nothing
    is due.
    """
    while most > 1:
        batch = next_batch(uow, most)
        if batch is None:
            return None
        try:
            return _settled(uow, batch, most)
        except Restless as restless:
            if restless.rule is not None:
                uow.workspace.restless.add(restless.rule)
                return None
            most = most // 10 if len(batch.due) <= most else 0
    return None


def _settled(uow: UnitOfWork, batch: Batch, most: int) -> tuple[int, int]:
    ordinary, records = uow.desk, uow.records
    journal = Journal()
    uow.records = held = HeldRecords(uow.connection, uow.published.catalogue, journal)
    try:
        with uow.connection.begin_nested():
            uow.desk = desk = CollectingDesk(uow, batch, held, journal)
            settled = _in_order(Pipeline(desk, uow.published.book), desk, most)
            desk.flush()
    except Exception as error:
        if refusal(error) is None:
            raise
        raise Restless from error
    finally:
        uow.desk, uow.records = ordinary, records
    records.wrote()
    records.changed |= held.changed
    ordinary.entered += desk.entered
    ordinary.fired += desk.fired
    ordinary.warnings += desk.warnings
    ordinary.leaves = ordinary.leaves or desk.leaves
    return settled


def _in_order(pipeline: Pipeline, desk: CollectingDesk, most: int) -> tuple[int, int]:
    number, last = 0, 0
    while number < most and len(desk.entered) < most:
        instant = pipeline.tick(desk.end)
        if instant is None:
            break
        number, last = number + 1, instant
    return number, last
