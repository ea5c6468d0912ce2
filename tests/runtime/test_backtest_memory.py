"""A backtest reads the log while it plays: it holds records, and of the changes only a handful at any time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ruleloom.access import WORKSPACE
from ruleloom.engine.intents import CreateRecord, UpdateRecords
from ruleloom.runtime.backtest import playing, trying
from ruleloom.runtime.time.clock import Clock
from ruleloom.runtime.time.moments import instant_text
from ruleloom.runtime.workspace import Workspace
from ruleloom.runtime.writing.unit_of_work import UnitOfWork
from ruleloom.storage.records import timeline
from ruleloom.storage.records.timeline import Row
from tests.imports.workspaces import opened

CHANGES, HELD = 300, 40
SECOND = 1_000_000


@pytest.fixture
def workspace(migrated_database: str, tmp_path: Path) -> Iterator[Workspace]:
    with opened(migrated_database, folder=tmp_path) as found:
        yield found


def held() -> int:
    """Rows of the log that are alive."""
    return sum(1 for each in gc.get_objects() if type(each) is Row)


def test_changes_are_read_while_they_are_played(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    time = [1_800_000_000 * SECOND]
    workspace.clock = Clock(source=lambda: time[0])
    customer, record = workspace.model.by_key["customer"].id, workspace.ids.next()
    workspace.transact(lambda uow: uow.change(CreateRecord(customer, {"code": "a"}, record)), WORKSPACE)
    began = time[0]

    def change(uow: UnitOfWork) -> None:
        for number in range(CHANGES):
            time[0] += SECOND
            uow.read_clock()
            uow.change(UpdateRecords(customer, {record: {"credit": number % 2}}))

    workspace.transact(change, WORKSPACE)
    monkeypatch.setattr(timeline, "BATCH", 10)
    monkeypatch.setattr(playing, "STEP", 1)
    seen: list[int] = []

    def tell(done: int, total: int) -> None:
        if total:
            assert (total, done <= total) == (CHANGES, True)
            if done % 50 == 0:
                seen.append(held())

    text = 'rule "Odd" on customer\nwhen credit = 1\nthen set grade = "a"'
    side = trying.of_text(workspace, WORKSPACE, {"text": text, "language": "en"})
    workspace.clock = Clock(source=lambda: time[0] + SECOND)
    tried = trying.try_out(
        workspace, WORKSPACE, [side], last_days=None, since=instant_text(began), until=None, history="recorded",
        tell=tell,
    )  # fmt: skip
    assert tried.result["sides"][0]["hits"] == CHANGES // 2
    assert len(seen) >= CHANGES // 50
    assert max(seen) <= HELD, seen
