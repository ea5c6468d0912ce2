"""What takes ids takes any number of them: a statement of SQLite reads 32,766 values and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ruleloom.storage.chunks import CHUNK, chunks
from ruleloom.storage.database import Connection
from ruleloom.storage.logs import change_log, firing_log, rule_rates, undo_log

MANY, SOME = range(1, 33_001), range(1, 1_201)
ASKED: tuple[Callable[[Connection, range], Any], ...] = (
    lambda c, ids: change_log.of_causes(c, {}, ids),
    lambda c, ids: firing_log.by_id(c, ids, lock=True),
    firing_log.caused_by,
    firing_log.effects_of,
    lambda c, ids: firing_log.held_counts(c, [str(each) for each in ids]),
    lambda c, ids: rule_rates.every(c, [str(each) for each in ids]),
    undo_log.by_id,
    undo_log.of,
    lambda c, ids: undo_log.mark_firings(c, ids, 1, 1),
    lambda c, ids: undo_log.take_notices_back(c, ids, 1),
    undo_log.end_runs,
    undo_log.runs_of,
    lambda c, ids: undo_log.cancel_effects(c, ids, 1),
)


def test_any_number_of_ids(connection: Connection) -> None:
    ids = MANY if connection.dialect.name == "sqlite" else SOME
    for asked in ASKED:
        assert not asked(connection, ids)
    assert undo_log.notices_of(connection, ids) == (0, 0)


def test_what_is_asked_in_parts_is_told_in_one_order(connection: Connection) -> None:
    """Firings 1 to 1,200, each caused by the one with the mirrored number: told by their own numbers."""
    rows = [
        firing_log.FiringRow(
            number, f"k{number}", "1", 1, "customer", number, "on", number, number, None, None, 0, 1_201 - number
        )
        for number in SOME
    ]  # fmt: skip
    firing_log.add_firings(connection, rows)
    found = firing_log.caused_by(connection, SOME)
    assert [row.id for row in found] == list(SOME)
    undo_log.mark_firings(connection, [row.id for row in found], 7, 9)
    assert len(undo_log.firings_of(connection, 7)) == 1_200


@pytest.mark.parametrize("number", [0, 1, 500, 501])
def test_parts(number: int) -> None:
    parts = list(chunks(range(number)))
    assert [each for part in parts for each in part] == list(range(number))
    assert all(len(part) <= CHUNK for part in parts)
